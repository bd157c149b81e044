import NIOCore
import Testing

@testable import GatewayServer

@Suite struct AddressRulesTests {
  @Test(arguments: [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1", "febf::1",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "224.0.0.1", "255.255.255.255", "ff02::1", "100.100.100.200",
    "::ffff:100.100.100.200", "fd00:ec2::254",
  ])
  func anAddressOfThisMachineOrItsLinkIsNotAllowed(ip: String) throws {
    #expect(AddressRules().problem(with: try SocketAddress(ipAddress: ip, port: 80)) != nil)
  }

  @Test(arguments: ["10.0.0.1", "192.0.2.1", "2001:db8::1", "fd00::1", "::ffff:10.0.0.1", "1.2.3.4"])
  func otherAddressesAre(ip: String) throws {
    #expect(AddressRules().problem(with: try SocketAddress(ipAddress: ip, port: 80)) == nil)
  }

  @Test(arguments: ["10.96.0.1", "::ffff:10.96.0.1", "64:ff9b::a60:1"])
  func theAPIIsForbiddenHoweverItsAddressIsSpelled(ip: String) throws {
    let rules = AddressRules(apiServer: APIServerAddresses(["10.96.0.1:443"]))

    #expect(
      rules.problem(with: try SocketAddress(ipAddress: ip, port: 443)) == "10.96.0.1:443 is the Kubernetes API itself")
    #expect(rules.problem(with: try SocketAddress(ipAddress: ip, port: 444)) == nil)
  }

  @Test func whatIsAllowedByTheOwnerIs() throws {
    let rules = AddressRules(
      allowsLoopback: true, allowsLinkLocal: true, apiServer: APIServerAddresses(["[::1]:6443"]))

    #expect(rules.problem(with: try SocketAddress(ipAddress: "127.0.0.1", port: 6443)) == nil)
    #expect(rules.problem(with: try SocketAddress(ipAddress: "169.254.1.1", port: 80)) == nil)
    #expect(
      rules.problem(with: try SocketAddress(ipAddress: "::1", port: 6443)) == "[::1]:6443 is the Kubernetes API itself")
  }
}
