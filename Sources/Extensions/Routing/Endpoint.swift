import Client
package import HTTP
import Manifest
package import Platform

/// The upstream of a rule: an address, or a Service of the cluster.
package struct Endpoint: Hashable, Sendable {
  package enum Location: Hashable, Sendable {
    case address(ServerAddress)
    case service(Service)

    /// Whether it is reached over TLS.
    var isEncrypted: Bool {
      switch self {
      case .address(let address): address.scheme == .https
      case .service(let service): service.isEncrypted
      }
    }
  }

  /// A port of a Service, and the prefix of all paths requested there.
  package struct Service: Hashable, Sendable, CustomStringConvertible {
    package var namespace: String
    package var name: String
    package var port: Int
    package var path: String
    package var isEncrypted: Bool

    /// `NAMESPACE/NAME:PORT`, as in the service map of a configuration.
    package var description: String { "\(namespace)/\(name):\(port)" }

    /// Its address in the cluster's DNS.
    package var address: ServerAddress? {
      ServerAddress("\(isEncrypted ? "https" : "http")://\(name).\(namespace).svc:\(port)\(path)")
    }
  }

  /// `nil` if the rule has no usable upstream.
  package var location: Location?
  /// The only authorities to trust, PEM; empty for those of the system.
  package var authorities: [UInt8] = []
  package var isInsecure: Bool
  /// Why it cannot be used; `nil` if it can.
  package var problem: Sentence?

  /// Parses `value`; the first design has the key `backend`, and http on port 80.
  init(_ value: Value?, isFirstDesign: Bool) {
    isInsecure = ["insecureSkipVerify", "insecureSkipTLSVerify"].contains { value?[$0]?.bool == true }
    do throws(RuleProblem) {
      location = try Self.location(value, isFirstDesign)
      // Without TLS no authorities are needed.
      authorities = location?.isEncrypted == false ? [] : try Self.authorities(value)
    } catch {
      problem = error.sentence
    }
  }

  private static func location(_ value: Value?, _ isFirstDesign: Bool) throws(RuleProblem) -> Location {
    if let url = ["url", "backend"].lazy.compactMap({ value?[$0]?.string }).first(where: { !$0.isEmpty }) {
      guard let address = ServerAddress(url), address.scheme != .unix, isHost(address.host) else {
        throw RuleProblem("\(Excerpt.shortened(url, to: 200)) is no http or https address")
      }
      return .address(address)
    }
    guard let service = value?["service"], service.mapping != nil else {
      throw RuleProblem("there is neither an address nor a service")
    }
    guard let name = service["name"]?.string, let namespace = service["namespace"]?.string, isLabel(name),
      isLabel(namespace)
    else { throw RuleProblem("the service has no name or no namespace") }
    let port = service["port"]?.integer ?? 443
    guard (1...65_535).contains(port) else { throw RuleProblem("\(port) is no port") }
    let path = service["path"]?.string ?? ""
    guard path.isEmpty || path.hasPrefix("/"), HeaderName.isValue(path), !path.contains(" "), !path.contains("?"),
      !path.contains("#")
    else {
      throw RuleProblem("the path of the service is none")
    }
    let isEncrypted = !isFirstDesign || port != 80
    return .service(Service(namespace: namespace, name: name, port: port, path: path, isEncrypted: isEncrypted))
  }

  /// A bundle is base64-encoded once, like every field of bytes, or twice, as the shipped gateway expects it.
  private static func authorities(_ value: Value?) throws(RuleProblem) -> [UInt8] {
    let given = ["caBundle", "caBudle"].lazy.map { ($0, value?[$0]?.string ?? "") }.first { !$0.1.isEmpty }
    guard let (name, text) = given else { return [] }
    guard let once = Base64.decode(text) else { throw RuleProblem("\(name) is no base64") }
    if let once = certificates(in: once) { return once }
    guard let twice = Base64.decode(String(decoding: once, as: UTF8.self)).flatMap(certificates) else {
      throw RuleProblem("\(name) holds no certificate in PEM")
    }
    return twice
  }

  /// The certificates that TLS can read; `nil` if there are none.
  private static func certificates(in bytes: [UInt8]) -> [UInt8]? {
    let readable = AuthorityBundle.readable(bytes)
    return String(decoding: readable, as: UTF8.self).containsText("-----END CERTIFICATE-----") ? readable : nil
  }

  private static func isLabel(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count)
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 }
  }

  private static func isHost(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "-._:".utf8.contains(byte)
      }
  }
}
