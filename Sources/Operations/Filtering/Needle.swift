import Glibc

/// Bytes to be sought in many texts.
package struct Needle: Hashable, Sendable {
  private let bytes: [UInt8]

  package init(_ text: String) { bytes = Array(text.utf8) }

  /// Whether they stand in `haystack`.
  package func isIn(_ haystack: [UInt8]) -> Bool {
    guard let first = bytes.first else { return true }
    return haystack.withUnsafeBytes { haystack in
      bytes.withUnsafeBytes { bytes in
        guard let needle = bytes.baseAddress, let start = haystack.baseAddress else { return false }
        let end = start + haystack.count
        var rest = start
        // Safe: `memchr` looks at what is left only, and `memcmp` where that is long enough.
        while end - rest >= bytes.count, let found = memchr(rest, Int32(first), end - rest - bytes.count + 1) {
          if memcmp(found, needle, bytes.count) == 0 { return true }
          rest = UnsafeRawPointer(found) + 1
        }
        return false
      }
    }
  }
}
