import Extensions
import HTTP

/// The address of an upstream and how it is authenticated; connections are pooled by it.
struct UpstreamAddress: Hashable, Sendable {
  var host: String
  var port: Int
  /// The name for SNI, which the upstream's certificate must have.
  var name: String
  /// The value of `Host`.
  var authority: String
  /// `nil` means plain HTTP.
  var trust: Trust?
  /// Whether to offer only HTTP/1.1.
  var isHTTP1Only = false

  /// Hashed for every request; the other properties may be long and rarely differ.
  func hash(into hasher: inout Hasher) {
    hasher.combine(host)
    hasher.combine(port)
  }

  /// How the upstream and the gateway authenticate each other.
  struct Trust: Hashable, Sendable {
    /// Certificates in PEM; empty for the system's authorities.
    var authorities: [UInt8]
    var isInsecure: Bool
    /// The gateway's client certificate and its key in PEM; empty for none.
    var certificate: [UInt8] = []
    var key: [UInt8] = []
  }

  /// The address of `endpoint`; a Service keeps its own name, whatever `address` is.
  init(_ address: ServerAddress, _ endpoint: Endpoint) {
    host = address.host
    port = address.port
    switch endpoint.location {
    case .service(let service):
      name = "\(service.name).\(service.namespace).svc"
      authority = service.port == (service.isEncrypted ? 443 : 80) ? name : "\(name):\(service.port)"
    case .address, nil: (name, authority) = (address.host, address.name)
    }
    guard address.scheme == .https else { return }
    trust = Trust(authorities: endpoint.authorities, isInsecure: endpoint.isInsecure)
  }
}
