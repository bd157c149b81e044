/// Field values as text that keeps every byte (RFC 9110 §5.5: bytes beyond ASCII are opaque).
///
/// Most values are UTF-8. In one that is not, each byte beyond ASCII becomes a private-use character, which is turned
/// back into that byte when the value is written.
enum FieldText {
  /// The last two hexadecimal digits of such a character are the byte.
  private static let first: UInt32 = 0xF700
  private static let escaped: ClosedRange<UInt32> = 0xF780...0xF7FF
  /// The first byte of all of these characters in UTF-8.
  static let mark: UInt8 = 0xEF

  static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes {
      let scalar = byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(first + UInt32(byte))
      text.unicodeScalars.append(scalar ?? Unicode.Scalar(byte))
    }
    return text
  }

  static func encode(_ text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in
      escaped.contains(scalar.value) ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(UTF8.encode(scalar) ?? .init())
    }
  }
}
