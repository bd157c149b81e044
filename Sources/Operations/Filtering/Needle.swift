import Glibc

/// A byte string to be searched for in many texts.
package struct Needle: Hashable, Sendable {
  private let bytes: [UInt8]
  /// The index of the byte that is rarest in texts; the search looks for this one first.
  private let rarest: Int?

  package init(_ text: String) {
    let bytes = Array(text.utf8)
    self.bytes = bytes
    rarest = bytes.indices.min { Self.rank(bytes[$0]) < Self.rank(bytes[$1]) }
  }

  /// Whether the bytes occur in `haystack`.
  package func isIn(_ haystack: [UInt8]) -> Bool {
    guard let first = bytes.first else { return true }
    return haystack.withUnsafeBytes { haystack in
      bytes.withUnsafeBytes { bytes in
        guard let needle = bytes.baseAddress, let start = haystack.baseAddress else { return false }
        let end = start + haystack.count
        var rest = start
        // Safe: `memchr` reads only the rest of the haystack, and `memcmp` only where enough bytes follow.
        while end - rest >= bytes.count, let found = memchr(rest, Int32(first), end - rest - bytes.count + 1) {
          if memcmp(found, needle, bytes.count) == 0 { return true }
          rest = UnsafeRawPointer(found) + 1
        }
        return false
      }
    }
  }

  /// Whether the bytes, in lower case, occur in `text` in any case; for texts of which `smallLetters` returns `nil`.
  package func isIn(_ text: String) -> Bool {
    guard let rarest else { return true }
    var text = text
    return text.withUTF8 { text in
      guard let start = text.baseAddress, text.count >= bytes.count else { return false }
      let variants = Self.isLetter(bytes[rarest]) ? [bytes[rarest], bytes[rarest] & ~0x20] : [bytes[rarest]]
      return variants.contains { variant in
        // Safe: only positions are tried at which all bytes of the needle are within the text.
        var (rest, end) = (start + rarest, start + text.count - (bytes.count - 1 - rarest))
        while rest < end, let found = memchr(rest, Int32(variant), end - rest) {
          let candidate = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
          if matches(candidate - rarest) { return true }
          rest = candidate + 1
        }
        return false
      }
    }
  }

  /// Whether the bytes from `start` on are these, in upper or lower case.
  private func matches(_ start: UnsafePointer<UInt8>) -> Bool {
    bytes.indices.allSatisfy { index in
      let (wanted, found) = (bytes[index], start[index])
      return wanted == found || (Self.isLetter(wanted) && wanted == found | 0x20)
    }
  }

  private static let byFrequency = Array("zqjxkvbywgpfmucdlhrsnioate ".utf8)

  private static func rank(_ byte: UInt8) -> Int { byFrequency.firstIndex(of: byte) ?? -1 }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }

  /// `text` in lower case; `nil` if only its ASCII letters differ from that, because `isIn` ignores their case anyway.
  package static func smallLetters(_ text: String) -> String? {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return nil }
    let small = text.lowercased()
    let isEnough = text.utf8.elementsEqual(small.utf8) { $0 == $1 || (isLetter($1) && $0 | 0x20 == $1) }
    return isEnough ? nil : small
  }
}
