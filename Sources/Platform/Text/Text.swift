// Searching and replacing on bytes. The standard library's own live in its regular expression
// module, which would be linked into `ksx` for these few lines.
extension StringProtocol {
  /// Where `part` first stands.
  package func rangeOfText(_ part: String) -> Range<Index>? {
    let wanted = Array(part.utf8)
    guard !wanted.isEmpty else { return nil }
    var start = utf8.startIndex
    while let candidate = utf8[start...].firstIndex(of: wanted[0]) {
      if utf8[candidate...].starts(with: wanted) {
        return candidate..<utf8.index(candidate, offsetBy: wanted.count)
      }
      start = utf8.index(after: candidate)
    }
    return nil
  }

  package func containsText(_ part: String) -> Bool { rangeOfText(part) != nil }

  /// The text with `part` replaced wherever it stands.
  package func replacingText(_ part: String, with replacement: String) -> String {
    var result = ""
    var rest = self[...]
    while let range = rest.rangeOfText(part) {
      result += rest[..<range.lowerBound] + replacement
      rest = rest[range.upperBound...]
    }
    return result + rest
  }

  /// The text without blanks and newlines at its ends.
  package func trimmed() -> String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
    while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
    return String(rest)
  }
}

extension String {
  /// What stands between its slashes, without what is empty, as the kernel takes a path apart: a slash is one even where
  /// an accent follows it, which to Swift is one character with it.
  package var pathParts: [Substring] { unicodeScalars.split(separator: "/").map { Substring($0) } }
}
