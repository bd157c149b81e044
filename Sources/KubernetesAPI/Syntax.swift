/// Checks the syntax of names and labels (RFC 1123 unless another RFC is named, and Kubernetes' "Labels and
/// Selectors").
package enum Syntax {
  package static func isSubdomain(_ text: String) -> Bool {
    guard text.utf8.count <= 253 else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabelText($0) }
  }

  package static func isLabel(_ text: String) -> Bool {
    text.utf8.count <= 63 && isLabelText(text[...])
  }

  /// A label as in RFC 1035, which begins with a letter.
  package static func isRFC1035Label(_ text: String) -> Bool {
    isLabel(text) && text.first?.isLetter == true
  }

  /// Whether `text` can be the name of an object whose name is only restricted by its use in a path.
  package static func isPathSegment(_ text: String) -> Bool {
    text != "." && text != ".." && !text.isEmpty && !text.contains("/") && !text.contains("%")
  }

  /// A label or annotation key: an optional DNS prefix, a slash, and a name.
  package static func isLabelKey(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last, parts.count <= 2, !name.isEmpty, isLabelValue(String(name)) else { return false }
    return parts.count == 1 || isSubdomain(String(parts[0]))
  }

  package static func isLabelValue(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    return text.utf8.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isLabelText(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isLowercase(first) && isLowercase(last)
      && text.utf8.allSatisfy { isLowercase($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isLowercase(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowercase(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
