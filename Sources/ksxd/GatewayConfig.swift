import Extensions
import GatewayServer
import HTTP
import Manifest
import Platform

/// What a file says about a gateway, as `--gateway-config` names it.
///
/// ```yaml
/// services:
///   demo/web:443: http://127.0.0.1:8080
/// allowLoopback: true
/// allowLinkLocal: false
/// allowForeignReferences: false
/// ```
struct GatewayConfig: Hashable {
  /// Where Services are, by `NAMESPACE/NAME:PORT`.
  var services: [String: ServerAddress] = [:]
  var allowsLoopback: Bool?
  var allowsLinkLocal = false
  var allowsForeignReferences = false

  init() {}

  /// Reads the file that `--gateway-config` names, if it names one.
  init(atOption file: String?) throws(DaemonError) {
    self = try file.map { file throws(DaemonError) in try GatewayConfig(file: file) } ?? GatewayConfig()
  }

  init(file: String) throws(DaemonError) {
    let value: Value
    do {
      value = try YAML.parse(try Files.text(file, limit: 1 << 20))
    } catch {
      throw DaemonError("--gateway-config \(file): \(error)")
    }
    do throws(DaemonError) {
      try self.init(value)
    } catch {
      throw DaemonError("--gateway-config \(file): \(error)")
    }
  }

  init(_ value: Value) throws(DaemonError) {
    guard let mapping = value.mapping else { throw DaemonError("a mapping is expected") }
    for pair in mapping.pairs {
      switch (pair.key, pair.value) {
      case ("services", .mapping(let services)):
        for service in services.pairs { self.services[service.key] = try Self.address(service) }
      case ("allowLoopback", .bool(let isAllowed)): allowsLoopback = isAllowed
      case ("allowLinkLocal", .bool(let isAllowed)): allowsLinkLocal = isAllowed
      case ("allowForeignReferences", .bool(let isAllowed)): allowsForeignReferences = isAllowed
      default:
        throw DaemonError(
          "\(pair.key) is not known so; there are services (a mapping), allowLoopback, allowLinkLocal and "
            + "allowForeignReferences (true or false)")
      }
    }
  }

  private static func address(_ pair: Mapping.Pair) throws(DaemonError) -> ServerAddress {
    let (place, port) = (pair.key.split(separator: "/"), pair.key.split(separator: ":").last.flatMap { Int($0) })
    guard place.count == 2, port != nil else {
      throw DaemonError("services: \(pair.key): NAMESPACE/NAME:PORT is expected")
    }
    guard let address = pair.value.string.flatMap({ ServerAddress($0) }), address.scheme != .unix else {
      throw DaemonError("services: \(pair.key): an http or https address is expected")
    }
    return address
  }

  /// The settings of a gateway; loopback is allowed where nothing is said if it is `standalone`.
  func settings(isStandalone: Bool) -> GatewaySettings {
    var settings = GatewaySettings()
    let services = services
    settings.address = { services["\($0)"] }
    settings.upstreams.addresses.allowsLoopback = allowsLoopback ?? isStandalone
    settings.upstreams.addresses.allowsLinkLocal = allowsLinkLocal
    settings.allowsForeignReferences = allowsForeignReferences
    return settings
  }
}

extension Serve {
  /// How the gateway in front of the API works.
  func gatewaySettings() throws(DaemonError) -> GatewaySettings {
    try GatewayConfig(atOption: gatewayConfig).settings(isStandalone: true)
  }
}
