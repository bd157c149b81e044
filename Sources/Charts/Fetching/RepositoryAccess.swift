package import Client
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// How to reach a repository, as its object specifies.
package struct RepositoryAccess: Sendable {
  /// User name and password; only the repository's own server receives them.
  package var user: (name: String, password: String)?
  /// Trusted authorities in PEM; `nil` for the system's.
  package var authority: [UInt8]?
  /// Whether certificates are checked.
  package var isVerified = true
  /// Seconds that one response may take, from the request to the last byte.
  package var timeout = Self.usualTimeout
  /// The proxies of the environment.
  package var proxies = ProxyRules(.current)
  /// Mirrors by the registry that they replace: a host, optionally with a path that precedes the image's.
  package var mirrors: [String: String] = [:]
  /// A server that is reached in another way, such as through the API server's proxy of a Service.
  package var proxiedServer: ProxiedServer?
  /// Is called with lines for a log.
  package var report: @Sendable (String) -> Void = { _ in }

  /// KubeSphere's default in seconds.
  package static let usualTimeout = 120

  /// Another way to reach one server.
  package struct ProxiedServer: Sendable {
    /// The server's origin in the addresses of charts, such as `http://museum.kubesphere-system.svc:8080`.
    package var origin: String
    /// Sends the requests, with credentials of its own.
    package var transport: any Transport
    /// The path that precedes the target of each request.
    package var prefix: String

    package init(origin: String, by transport: any Transport, prefix: String) {
      self.origin = origin
      self.transport = transport
      self.prefix = prefix
    }
  }

  package init() {}

  /// The access that `repository` specifies, with the credentials in `secret` if there is one.
  package init(_ repository: Object, secret: Object? = nil) throws(RepositoryError) {
    let spec = repository.spec
    if let basic = spec["basicAuth"], let name = basic["username"]?.string, !name.isEmpty {
      user = (name, basic["password"]?.string ?? "")
    }
    isVerified = spec["insecure"]?.bool != true
    if let text = spec["caBundle"]?.string, !text.isEmpty { authority = try Self.authority(text) }
    if let text = spec[path: "updateStrategy", "timeout"]?.string, let seconds = GoDuration.seconds(text), seconds > 0 {
      timeout = seconds
    }
    if let secret { try take(secret) }
  }

  /// The annotation that names the Secret with the credentials, in the namespace of the charts.
  package static let secretAnnotation = "ksx.dev/credentials"

  private mutating func take(_ secret: Object) throws(RepositoryError) {
    func text(_ key: String) -> String? {
      secret.value[path: "data", key]?.string.flatMap(Base64.decode).map { String(decoding: $0, as: UTF8.self) }
    }
    if let name = text("username") { user = (name, text("password") ?? "") }
    if let certificates = text("ca.crt") { authority = Array(certificates.utf8) }
    guard user != nil || authority != nil else {
      throw RepositoryError("the Secret \(secret.name) has neither username and password nor ca.crt")
    }
  }

  private static func authority(_ text: String) throws(RepositoryError) -> [UInt8] {
    guard let bytes = Base64.decode(text) else { throw RepositoryError("spec.caBundle is not Base64") }
    guard String(decoding: bytes, as: UTF8.self).containsText("-----BEGIN CERTIFICATE-----") else {
      throw RepositoryError("spec.caBundle holds no certificate in PEM")
    }
    return bytes
  }

  /// The same without credentials, for servers other than the repository's own.
  func withoutCredentials() -> RepositoryAccess {
    var access = self
    access.user = nil
    return access
  }

  /// A connection to the server of `url`.
  func connection(to url: WebURL) -> Connection {
    var connection = Connection(server: url.origin)
    connection.tls.authority = authority
    connection.tls.isVerified = isVerified
    connection.proxyRules = proxies
    connection.userAgent = "ksxd/" + ProgramVersion.current
    return connection
  }
}
