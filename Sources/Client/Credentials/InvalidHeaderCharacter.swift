import HTTP
import Platform

/// The first character of a text that a header field value cannot contain.
///
/// Messages name the character without the surrounding text, which may be secret.
struct InvalidHeaderCharacter: Error, Hashable {
  /// Such as `a line break`.
  let words: Sentence
  /// Its line in the text, from one.
  let line: Int

  static let remedy: Sentence = "Write it as one line without control characters"

  /// `nil` if the whole text can be sent.
  init?(in text: String) {
    guard let index = text.unicodeScalars.firstIndex(where: Self.isForbidden) else { return nil }
    let scalar = text.unicodeScalars[index]
    line = 1 + text.unicodeScalars[..<index].count { $0 == "\n" }
    switch scalar {
    case "\0": words = "a NUL character"
    case "\n", "\r": words = "a line break"
    default:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      words = "the control character U+\(String(repeating: "0", count: 4 - digits.count) + digits)"
    }
  }

  /// As in Go's HTTP client, a tab is the only control character that is allowed (RFC 9110 §5.5).
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 0x20 && scalar != "\t") || scalar.value == 0x7f
  }

  /// Throws `.invalid` if `text` cannot be sent; the message calls it `name`.
  static func check(_ text: String, _ name: Sentence) throws(TransportError) {
    if let flaw = InvalidHeaderCharacter(in: text) { throw .invalid(reason: "\(name) has \(flaw.words) in it") }
  }
}
