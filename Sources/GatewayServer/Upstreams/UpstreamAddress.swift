import Extensions
import HTTP

/// Where an upstream is reached, and how it shows that it is the right one; what connections are pooled by.
struct UpstreamAddress: Hashable, Sendable {
  var host: String
  var port: Int
  /// The name that the upstream is called by, and that its certificate must have.
  var name: String
  /// What `Host` says.
  var authority: String
  /// `nil` speaks plain HTTP.
  var trust: Trust?
  /// Whether HTTP/2 is not offered.
  var isHTTP1Only = false

  /// Looked up with every request: the rest, which may be long, hardly ever tells two apart.
  func hash(into hasher: inout Hasher) {
    hasher.combine(host)
    hasher.combine(port)
  }

  /// Whose certificates are believed.
  struct Trust: Hashable, Sendable {
    /// PEM; empty for the system's authorities.
    var authorities: [UInt8]
    var isInsecure: Bool
    /// What the gateway shows of itself, PEM, with its key; empty for nothing.
    var certificate: [UInt8] = []
    var key: [UInt8] = []
  }

  /// `endpoint` is at `address`; a Service keeps its own name, wherever it is found.
  init(_ address: ServerAddress, _ endpoint: Endpoint) {
    host = address.host
    port = address.port
    switch endpoint.place {
    case .service(let service):
      name = "\(service.name).\(service.namespace).svc"
      authority = service.port == (service.isEncrypted ? 443 : 80) ? name : "\(name):\(service.port)"
    case .address, nil: (name, authority) = (address.host, address.name)
    }
    guard address.scheme == .https else { return }
    trust = Trust(authorities: endpoint.authorities, isInsecure: endpoint.isInsecure)
  }
}
