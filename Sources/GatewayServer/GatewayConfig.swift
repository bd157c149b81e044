import Extensions
package import HTTP
package import Manifest
import Platform

/// The file given with `--gateway-config`.
///
/// ```yaml
/// services:
///   demo/web:443: http://127.0.0.1:8080
/// allowLoopback: true
/// allowLinkLocal: false
/// allowForeignReferences: false
/// ```
package struct GatewayConfig: Hashable, Sendable {
  /// Addresses of Services, by `NAMESPACE/NAME:PORT`.
  package var services: [String: ServerAddress] = [:]
  /// Whether upstreams may be on this machine; `nil` allows that only to a standalone backend.
  package var allowsLoopback: Bool?
  package var allowsLinkLocal = false
  /// Whether bundles may refer to ConfigMaps and Secrets outside of their extension's namespaces.
  package var allowsForeignReferences = false

  package init() {}

  /// Reads the file that `--gateway-config` names, if it names one.
  package init(atOption file: String?) throws(GatewayConfigError) {
    self = try file.map { file throws(GatewayConfigError) in try GatewayConfig(file: file) } ?? GatewayConfig()
  }

  package init(file: String) throws(GatewayConfigError) {
    let value: Value
    do {
      value = try YAML.parse(try Files.text(file, limit: 1 << 20))
    } catch {
      throw GatewayConfigError("--gateway-config \(file): \(error)")
    }
    do throws(GatewayConfigError) {
      try self.init(value)
    } catch {
      throw GatewayConfigError("--gateway-config \(file): \(error)")
    }
  }

  package init(_ value: Value) throws(GatewayConfigError) {
    guard let mapping = value.mapping else { throw GatewayConfigError("a mapping is expected") }
    for pair in mapping.pairs {
      switch (pair.key, pair.value) {
      case ("services", .mapping(let services)):
        for service in services.pairs { self.services[service.key] = try Self.address(service) }
      case ("allowLoopback", .bool(let isAllowed)): allowsLoopback = isAllowed
      case ("allowLinkLocal", .bool(let isAllowed)): allowsLinkLocal = isAllowed
      case ("allowForeignReferences", .bool(let isAllowed)): allowsForeignReferences = isAllowed
      default:
        throw GatewayConfigError(
          "\(pair.key) is not a setting, or has the wrong type: there are services (a mapping), allowLoopback, "
            + "allowLinkLocal and allowForeignReferences (true or false)")
      }
    }
  }

  private static func address(_ pair: Mapping.Pair) throws(GatewayConfigError) -> ServerAddress {
    let (parts, port) = (pair.key.split(separator: "/"), pair.key.split(separator: ":").last.flatMap { Int($0) })
    guard parts.count == 2, port != nil else {
      throw GatewayConfigError("services: \(pair.key): NAMESPACE/NAME:PORT is expected")
    }
    guard let address = pair.value.string.flatMap({ ServerAddress($0) }), address.scheme != .unix else {
      throw GatewayConfigError("services: \(pair.key): an http or https address is expected")
    }
    return address
  }

  /// The settings of a gateway; without `allowLoopback`, loopback is allowed if `isStandalone`.
  package func settings(isStandalone: Bool) -> GatewaySettings {
    var settings = GatewaySettings()
    let services = services
    settings.address = { services["\($0)"] }
    settings.upstreams.addresses.allowsLoopback = allowsLoopback ?? isStandalone
    settings.upstreams.addresses.allowsLinkLocal = allowsLinkLocal
    settings.allowsForeignReferences = allowsForeignReferences
    return settings
  }
}

/// What is wrong with the configuration file, as shown to the user.
package struct GatewayConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  init(_ description: String) { self.description = description }
}
