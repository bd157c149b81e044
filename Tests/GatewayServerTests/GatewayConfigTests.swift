import HTTP
import Manifest
import TestSupport
import Testing

@testable import Extensions
@testable import GatewayServer
@testable import Platform

/// What the file of `--gateway-config` says.
@Suite struct GatewayConfigTests {
  private func read(_ text: String) throws -> GatewayConfig { try GatewayConfig(try YAML.parse(text)) }

  @Test func servicesAndWhatIsAllowedAreRead() throws {
    let config = try read(
      """
      services:
        demo/web:443: http://127.0.0.1:8080
        demo/api:80: https://[::1]:8443/base
      allowLinkLocal: true
      allowForeignReferences: true
      """)

    #expect(config.services["demo/web:443"]?.port == 8_080 && config.services["demo/api:80"]?.path == "/base")
    #expect(config.allowsLinkLocal && config.allowsForeignReferences && config.allowsLoopback == nil)
  }

  @Test(arguments: [
    ("", true, true), ("", false, false), ("allowLoopback: true", false, true), ("allowLoopback: false", true, false),
  ])
  func loopbackIsForAStandaloneBackendUnlessItIsSaid(text: String, isStandalone: Bool, isAllowed: Bool) throws {
    let config = text.isEmpty ? GatewayConfig() : try read(text)

    let addresses = config.settings(isStandalone: isStandalone).upstreams.addresses
    #expect(addresses.allowsLoopback == isAllowed && !addresses.allowsLinkLocal)
  }

  @Test func aServiceIsFoundByItsNameAndPortAlone() throws {
    let settings = try read("services: {demo/web:443: http://127.0.0.1:8080}").settings(isStandalone: false)
    func address(_ port: Int) -> ServerAddress? {
      settings.address(
        Endpoint.Service(namespace: "demo", name: "web", port: port, path: "/x", isEncrypted: true))
    }

    #expect(address(443)?.port == 8_080 && address(80) == nil)
  }

  @Test(arguments: [
    ("[]", "a mapping is expected"),
    ("allowLoopback: yes please", "allowLoopback is not a setting, or has the wrong type"),
    ("other: 1", "other is not a setting"), ("services: {web: http://a}", "NAMESPACE/NAME:PORT is expected"),
    ("services: {demo/web: http://a}", "NAMESPACE/NAME:PORT is expected"),
    ("services: {demo/web:443: ftp://a}", "an http or https address is expected"),
    ("services: {demo/web:443: unix:///run/a}", "an http or https address is expected"),
  ])
  func whatIsWrongIsSaid(text: String, problem: String) throws {
    let error = #expect(throws: GatewayConfigError.self) { try read(text) }
    #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
  }

  @Test func aFileThatIsNotThereIsNamed() {
    let error = #expect(throws: GatewayConfigError.self) { try GatewayConfig(atOption: "/nonexistent/file") }
    #expect(error?.description.hasPrefix("--gateway-config /nonexistent/file: ") == true)
  }
}
