import HTTP

/// A character that no header field can carry, in a text that is to be sent in one.
///
/// It is named without what stands around it, which may be secret.
struct HeaderFlaw: Error, Hashable, CustomStringConvertible {
  /// Such as `a line break`.
  let description: String
  /// Its line in the text, from one.
  let line: Int

  static let remedy = "Write it as one line without control characters"

  /// `nil` when the whole text can be sent.
  init?(in text: String) {
    guard let place = text.unicodeScalars.firstIndex(where: Self.isForbidden) else { return nil }
    let scalar = text.unicodeScalars[place]
    line = 1 + text.unicodeScalars[..<place].count { $0 == "\n" }
    switch scalar {
    case "\0": description = "a NUL character"
    case "\n", "\r": description = "a line break"
    default:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      description = "the control character U+" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }

  /// As Go's HTTP client has it: a tab is the one control character that passes (RFC 9110 §5.5).
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 0x20 && scalar != "\t") || scalar.value == 0x7f
  }

  /// Ends with what is wrong when `text`, called `name`, cannot be sent.
  static func check(_ text: String, _ name: String) throws(TransportError) {
    if let flaw = HeaderFlaw(in: text) { throw .invalid(reason: "\(name) has \(flaw) in it") }
  }
}
