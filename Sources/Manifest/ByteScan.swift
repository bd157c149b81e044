/// Fast scans over bytes, eight at a time.
package enum ByteScan {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// The first quote, backslash or control character from `start` on.
  @inline(__always)
  package static func endOfPlainText(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard let base = bytes.baseAddress else { return start }
    var at = start
    while at + 8 <= bytes.count {
      let word = UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
      // A byte that is zero, or smaller than what is subtracted from it, sets its highest bit by a borrow.
      let quotes = zeros(word ^ 0x2222_2222_2222_2222)
      let backslashes = zeros(word ^ 0x5C5C_5C5C_5C5C_5C5C)
      let controls = (word &- 0x2020_2020_2020_2020) & ~word
      let hits = (quotes | backslashes | controls) & tops
      if hits != 0 { return at + UInt64(littleEndian: hits).trailingZeroBitCount / 8 }
      at += 8
    }
    while at < bytes.count, !isSpecial(bytes[at]) { at += 1 }
    return at
  }

  @inline(__always)
  private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }

  @inline(__always)
  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20
  }
}
