package import Client
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// How a repository is reached, as its object says.
package struct RepositoryAccess: Sendable {
  /// User and password, for the repository's own server alone.
  package var user: (name: String, password: String)?
  /// The authorities that are trusted, PEM; `nil` trusts the system's.
  package var authority: [UInt8]?
  /// Whether certificates are checked.
  package var isVerified = true
  /// Seconds that one answer may take, from the request to its last byte.
  package var timeout = Self.usualTimeout
  /// The proxies that the environment names.
  package var proxies = ProxyRules(.current)
  /// What stands in for a registry that images are pulled from: a host, and a path before theirs where it has one.
  package var mirrors: [String: String] = [:]
  /// Another way to one server, such as the API server's proxy of a Service.
  package var detour: Detour?
  /// Takes lines for a log.
  package var report: @Sendable (String) -> Void = { _ in }

  /// What KubeSphere allows where the object says nothing.
  package static let usualTimeout = 120

  /// A server that is reached through another.
  package struct Detour: Sendable {
    /// The server as charts are published to lie on it, as in `http://museum.kubesphere-system.svc:8080`.
    package var origin: String
    package var transport: any Transport
    /// What stands before the path there.
    package var prefix: String

    package init(origin: String, by transport: any Transport, prefix: String) {
      self.origin = origin
      self.transport = transport
      self.prefix = prefix
    }
  }

  /// An access without credentials.
  package init() {}

  /// What `repository` says, with the credentials in `secret` where it names one.
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

  /// The Secret that the object says holds its credentials, in the namespace of the charts.
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

  /// The same for another place: what is not this repository's server is not shown its credentials.
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
