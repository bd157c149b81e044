/// Base64 (RFC 4648 §4), as in `…-data` fields.
package enum Base64 {
  /// The bytes, or `nil` if `text` is not base64; line breaks and blanks are ignored.
  package static func decode(_ text: String) -> [UInt8]? {
    guard let digits = digits(text) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3)
    var at = 0
    while at < digits.count {
      let part = digits[at..<min(at + 4, digits.count)]
      let group = part.reduce(UInt32(0)) { $0 << 6 | UInt32($1) } << (6 * UInt32(4 - part.count))
      for index in 1..<part.count { bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(24 - 8 * index))) }
      at += 4
    }
    return bytes
  }

  /// The value of each character, without the padding; `nil` if the text is not base64.
  private static func digits(_ text: String) -> [UInt8]? {
    var digits: [UInt8] = []
    digits.reserveCapacity(text.utf8.count)
    var padding = 0
    for character in text.utf8 {
      if character == 10 || character == 13 || character == 32 || character == 9 { continue }
      if character == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0, let value = value(character) else { return nil }
      digits.append(value)
    }
    switch (digits.count % 4, padding) {
    case (0, 0), (2, 0), (2, 2), (3, 0), (3, 1): return digits
    default: return nil
    }
  }

  package static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    var at = 0
    while at < bytes.count {
      let part = bytes[at..<min(at + 3, bytes.count)]
      let group = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - part.count))
      for index in 0..<4 {
        let digit = alphabet[Int(group >> (18 - 6 * UInt32(index)) & 63)]
        result.append(index <= part.count ? digit : UInt8(ascii: "="))
      }
      at += 3
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Base64 for URLs without padding (RFC 4648 §5), as in tokens.
  package static func encodeForURL(_ bytes: [UInt8]) -> String {
    String(encode(bytes).compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
  }

  /// The bytes of a result of `encodeForURL`; `nil` for anything else.
  package static func decodeForURL(_ text: Substring) -> [UInt8]? {
    let isPlain = text.utf8.allSatisfy { $0 == 0x2d || $0 == 0x5f || value($0).map { $0 < 62 } == true }
    guard isPlain else { return nil }
    return decode(String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }))
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
