import Glibc
import NIOCore

/// Which addresses upstreams may have.
///
/// Checked when a connection has been made, before anything is sent, because a name may have another address by then.
package struct AddressRules: Sendable {
  /// Whether upstreams may be on this machine.
  package var allowsLoopback: Bool
  /// Whether upstreams may have link-local or multicast addresses, or those of clouds' metadata services, which give
  /// out credentials.
  package var allowsLinkLocal: Bool
  /// The addresses of the Kubernetes API, which no upstream may have.
  package var apiServer: APIServerAddresses

  package init(
    allowsLoopback: Bool = false, allowsLinkLocal: Bool = false, apiServer: APIServerAddresses = APIServerAddresses()
  ) {
    self.allowsLoopback = allowsLoopback
    self.allowsLinkLocal = allowsLinkLocal
    self.apiServer = apiServer
  }

  /// Why nothing may be sent to `address`; `nil` if it is allowed.
  func problem(with address: SocketAddress) -> String? {
    guard let ip = address.ipAddress, let port = address.port else { return "no address of the network" }
    let bytes = Self.bytes(of: ip)
    // An IPv4 address within an IPv6 one is compared as IPv4.
    let plain = bytes.count == 4 ? bytes.map(String.init).joined(separator: ".") : "[\(ip)]"
    if apiServer.contains("\(plain):\(port)") { return "\(plain):\(port) is the Kubernetes API itself" }
    if !allowsLoopback, Self.isLoopback(bytes) { return "\(ip) is this machine" }
    if !allowsLinkLocal, Self.isLinkLocal(bytes) { return "\(ip) is link-local" }
    if !allowsLinkLocal, Self.metadata.contains(bytes) { return "\(ip) is where a cloud tells a machine its secrets" }
    return nil
  }

  /// Metadata services whose addresses are not link-local: those of Alibaba, Oracle and Azure, and Amazon's for IPv6.
  private static let metadata: Set<[UInt8]> = [
    [100, 100, 100, 200], [192, 0, 0, 192], [168, 63, 129, 16],
    [0xFD, 0x00, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
  ]

  /// Four bytes or sixteen; an IPv4 address within an IPv6 one (mapped, or translated by 64:ff9b::/96) gives four.
  private static func bytes(of ip: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    guard ip.contains(":") else { return inet_pton(AF_INET, ip, &bytes) == 1 ? Array(bytes[..<4]) : [] }
    guard inet_pton(AF_INET6, ip, &bytes) == 1 else { return [] }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
    let isTranslated = bytes[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0])
    return isMapped || isTranslated ? Array(bytes[12...]) : bytes
  }

  private static func isLoopback(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4
      ? bytes[0] == 127 || bytes[0] == 0 : bytes.dropLast().allSatisfy { $0 == 0 } && (bytes.last ?? 0) <= 1
  }

  private static func isLinkLocal(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4
      ? bytes[0] == 169 && bytes[1] == 254 || bytes[0] >= 224
      : bytes.count == 16 && (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 || bytes[0] == 0xFF)
  }
}
