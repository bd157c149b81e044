/// Correlates a request with those that it causes: the field `traceparent` of W3C Trace Context.
package struct TraceContext: Hashable, Sendable {
  /// The two halves of the trace id.
  private var high: UInt64
  private var low: UInt64
  private var span: UInt64
  private var flags: UInt8

  /// A new trace; each needs a different `seed`.
  package init(seed: UInt64) {
    high = Self.mixed(seed)
    low = Self.mixed(seed ^ 0xA5A5_A5A5_5A5A_5A5A)
    span = Self.mixed(seed &+ 1)
    flags = 1
  }

  /// Parses the `traceparent` field of a client; `nil` if it is invalid.
  package init?(_ traceparent: String) {
    let parts = traceparent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].count == 2, !parts[0].elementsEqual("ff".utf8), parts[1].count == 32,
      parts[2].count == 16, parts[3].count == 2, parts.count == 4 || !parts[0].elementsEqual("00".utf8),
      parts[0].allSatisfy(Self.isDigit), let high = Self.number(parts[1].prefix(16)),
      let low = Self.number(parts[1].suffix(16)), let span = Self.number(parts[2]), let flags = Self.number(parts[3]),
      high != 0 || low != 0, span != 0
    else { return nil }
    (self.high, self.low, self.span, self.flags) = (high, low, span, UInt8(truncatingIfNeeded: flags))
  }

  /// The same trace with a new span id, for the next request.
  package func child(seed: UInt64) -> TraceContext {
    var child = self
    child.span = Self.mixed(seed)
    return child
  }

  /// The trace id, as it is logged.
  package var traceID: String {
    String(unsafeUninitializedCapacity: 32) { bytes in
      Self.write(high, to: bytes, at: 0)
      Self.write(low, to: bytes, at: 16)
      return 32
    }
  }

  /// The `traceparent` field of the next request.
  package var traceparent: String {
    // Built for every request, so in one allocation.
    String(unsafeUninitializedCapacity: 55) { bytes in
      _ = bytes.update(fromContentsOf: "00-00000000000000000000000000000000-0000000000000000-00".utf8)
      Self.write(high, to: bytes, at: 3)
      Self.write(low, to: bytes, at: 19)
      Self.write(span, to: bytes, at: 36)
      bytes[54] += flags & 1
      return 55
    }
  }

  /// Writes the sixteen digits of `number`.
  private static func write(_ number: UInt64, to bytes: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
    for digit in 0..<16 {
      let value = UInt8(truncatingIfNeeded: number >> UInt64(60 - digit * 4)) & 15
      bytes[offset + digit] = value < 10 ? 48 + value : 87 + value
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }

  /// Accepts lower case only, as the specification requires.
  private static func number(_ digits: Substring.UTF8View) -> UInt64? {
    var result: UInt64 = 0
    for byte in digits {
      guard isDigit(byte) else { return nil }
      result = result << 4 | UInt64(byte < 58 ? byte - 48 : byte - 87)
    }
    return result
  }

  /// Mixes similar seeds into very different numbers (splitmix64), which are never zero.
  private static func mixed(_ seed: UInt64) -> UInt64 {
    var value = seed &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return max(1, value ^ (value >> 31))
  }
}
