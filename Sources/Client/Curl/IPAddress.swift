import Glibc

/// An IP address; an IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is stored as IPv4.
struct IPAddress: Hashable, Sendable {
  /// Four or sixteen.
  private var bytes: [UInt8]

  /// `nil` if `text` is not an address; a zone (`fe80::1%eth0`) is allowed only in the host to connect to.
  init?(_ text: String, allowsZone: Bool = false) {
    guard let all = Self.parse(allowsZone ? String(text.prefix { $0 != "%" }) : text) else { return nil }
    bytes = all.starts(with: Self.mappedPrefix) ? Array(all.suffix(4)) : all
  }

  /// Parses a CIDR block such as `10.0.0.0/8`.
  static func network(_ text: String) -> (address: IPAddress, bits: Int)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let written = parse(String(parts[0])), let address = IPAddress(String(parts[0])),
      let bits = Int(parts[1]), parts[1].utf8.allSatisfy({ (48...57).contains($0) }), bits <= written.count * 8
    else { return nil }
    let mappedBits = (written.count - address.bytes.count) * 8
    return bits < mappedBits ? nil : (address, bits - mappedBits)
  }

  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  /// Whether the first `bits` bits are those of `network`.
  func isIn(_ network: IPAddress, _ bits: Int) -> Bool {
    guard bytes.count == network.bytes.count else { return false }
    for (index, pair) in zip(bytes, network.bytes).enumerated() {
      let left = bits - index * 8
      if left <= 0 { return true }
      let mask = left >= 8 ? 0xff : UInt8(truncatingIfNeeded: 0xff00 >> left)
      if pair.0 & mask != pair.1 & mask { return false }
    }
    return true
  }

  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

  private static func parse(_ text: String) -> [UInt8]? {
    var four = [UInt8](repeating: 0, count: 4)
    if inet_pton(AF_INET, text, &four) == 1 { return four }
    var sixteen = [UInt8](repeating: 0, count: 16)
    return inet_pton(AF_INET6, text, &sixteen) == 1 ? sixteen : nil
  }
}
