import Glibc

// Searches and replaces bytes. The standard library's functions are in its regular expression
// module, which would be linked into `ksx` for these few lines.
extension StringProtocol {
  /// The first range of `part`, found in linear time for any text.
  package func rangeOfText(_ part: String) -> Range<Index>? {
    var part = part
    let found = part.withUTF8 { wanted in
      utf8.withContiguousStorageIfAvailable { Bytes.index(of: wanted, in: $0) }
        ?? Array(utf8).withUnsafeBufferPointer { Bytes.index(of: wanted, in: $0) }
    }
    guard let found else { return nil }
    let start = utf8.index(utf8.startIndex, offsetBy: found)
    return start..<utf8.index(start, offsetBy: part.utf8.count)
  }

  package func containsText(_ part: String) -> Bool { rangeOfText(part) != nil }

  /// The text with `part` replaced, from the beginning at most `limit` times.
  package func replacingText(_ part: String, with replacement: String, atMost limit: Int = .max) -> String {
    var (result, count) = ("", 0)
    var rest = self[...]
    while count < limit, let range = rest.rangeOfText(part) {
      count += 1
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

private enum Bytes {
  /// Knuth, Morris and Pratt's search, which takes linear time even for hostile texts.
  static func index(of part: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let first = part.first, let start = bytes.baseAddress else { return nil }
    let borders = part.count > 1 ? borders(of: part) : [0]
    var (index, matched) = (0, 0)
    while index < bytes.count {
      if matched == 0 {
        guard let found = memchr(start + index, Int32(first), bytes.count - index) else { return nil }
        index = UnsafeRawPointer(found) - UnsafeRawPointer(start)
      }
      while matched > 0, part[matched] != bytes[index] { matched = borders[matched - 1] }
      if part[matched] == bytes[index] { matched += 1 }
      index += 1
      if matched == part.count { return index - matched }
    }
    return nil
  }

  /// For each prefix of `part`, the length of the longest shorter prefix that is also its suffix.
  private static func borders(of part: UnsafeBufferPointer<UInt8>) -> [Int] {
    var (borders, length) = ([0], 0)
    borders.reserveCapacity(part.count)
    for index in 1..<part.count {
      while length > 0, part[length] != part[index] { length = borders[length - 1] }
      if part[length] == part[index] { length += 1 }
      borders.append(length)
    }
    return borders
  }
}

extension String {
  /// The non-empty parts between slashes, as the kernel splits a path: a slash counts even if a combining mark follows
  /// it, which Swift combines with it into one Character.
  package var pathParts: [Substring] { unicodeScalars.split(separator: "/").map { Substring($0) } }
}
