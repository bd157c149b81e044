import APIServer
import Access
import Client
import Extensions
import HTTP
import HTTPServer
import KubeSphereKinds
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// A gateway with the objects of the recording: the one that scripts/conformance names, or one in this process.
actor RecordedWorld {
  static let shared = Task { try await RecordedWorld() }

  /// What stands before the API.
  enum Kind: String {
    /// `ksxd serve`: the gateway is part of the API server, and has logins.
    case serve
    /// `ksxd gateway` in front of another API server.
    case gateway
  }

  static let kind = variable("KSX_GATEWAY_KIND").flatMap(Kind.init) ?? .serve

  let base: String
  /// What `Authorization` says of the admin.
  let credential: String
  let password = "secret"
  let authorities: [String: String]
  let cluster: Cluster
  private var servers: [Server] = []

  private static func variable(_ name: String) -> String? { Environment.current[name] }

  init() async throws {
    let certificate = try await TestCertificate.shared
    let files = Listener.Certificate(chainFile: certificate.certificatePath, keyFile: certificate.keyPath)
    let http = try await Self.upstream("http", nil)
    let https = try await Self.upstream("https", files)
    // A port on which nothing listens.
    let down = "http://127.0.0.1:9"
    authorities = [
      "127.0.0.1:28080": Self.authority(http), "127.0.0.1:28443": Self.authority(https),
      "127.0.0.1:28999": Self.authority(down),
    ]
    if let named = Self.variable("KSX_GATEWAY"), let api = Self.variable("KSX_GATEWAY_API") {
      (base, credential) = (named, Self.variable("KSX_GATEWAY_CREDENTIAL") ?? "")
      var options = KubeconfigOptions()
      options.kubeconfig = api
      cluster = Cluster(transport: CurlTransport(try Kubeconfig.load(options).connection))
    } else {
      let (server, inner) = try await Self.serve()
      (base, cluster, servers) = (server.addresses[0], inner, [server])
      credential = "Basic " + Base64.encode(Array("admin:secret".utf8))
    }
    servers += [http, https]
    try await RecordedObjects.make(
      in: cluster, http: http.addresses[0], https: https.addresses[0], down: down, authority: certificate.certificate)
    try await settle()
  }

  private static func upstream(_ name: String, _ certificate: Listener.Certificate?) async throws -> Server {
    try await Server.start(
      RecordedUpstream(name: name), on: [.port(host: "127.0.0.1", port: 0, certificate: certificate)])
  }

  private static func authority(_ server: Server) -> String { authority(server.addresses[0]) }
  private static func authority(_ url: String) -> String { ServerAddress(url)?.name ?? "" }

  /// What `ksxd serve` is made of.
  private static func serve() async throws -> (Server, Cluster) {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let hash = "$5$rounds=1000$abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4"
    try Files.write(Array("admin,\(hash)\n".utf8), to: folder.path + "/users")
    let policies = [#""apiGroup":"*","resource":"*","namespace":"*""#, #""nonResourcePath":"*""#].map {
      #"{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"user":"admin",\#($0)}}"#
    }
    try Files.write(Array(policies.joined(separator: "\n").utf8), to: folder.path + "/policies")
    let api = try API(path: ":memory:", types: ResourceTypes(dialect: .installPlan))
    let cluster = Cluster(transport: InProcessTransport(api))
    var settings = GatewaySettings()
    settings.upstreams.addresses.allowsLoopback = true
    settings.allowsForeignReferences = true
    let gateway = Gateway(GatewayRules(), in: cluster, dialect: .installPlan, settings: settings, around: api)
    let handler = HostPrefix(
      around: Authenticator(
        logins: LocalLogins(try PasswordTable(file: folder.path + "/users"), file: nil),
        around: AccessControl(try Authorizer(policyFile: folder.path + "/policies"), around: gateway)))
    let server = try await Server.start(handler, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    Task { await gateway.run(in: cluster) }
    return (server, cluster)
  }

  /// Waits until the last object of each kind is served.
  private func settle() async throws {
    for path in ["/proxy/re2/one/two", "/dist/js-assets/logo.svg", "/kapis/judge.example.com/v1alpha1/things"] {
      _ = try await eventually("\(path) is served") {
        try await self.ask(HTTPRequest(.get, path, headers: ["Authorization": self.credential])).status
      } when: {
        $0 == 200
      }
    }
  }

  /// What the gateway answers to a request, in the recording's terms: its ports stand for those of this world.
  func ask(_ request: HTTPRequest) async throws -> (status: Int, headers: HTTPHeaders, body: String) {
    let response = try await CurlTransport(Client.Connection(server: base)).send(request)
    let body = String(decoding: try await response.body.collected(), as: UTF8.self)
    var headers = HTTPHeaders()
    for field in response.headers.fields { headers.add(field.name, inTermsOfTheRecording(field.value)) }
    return (response.status, headers, inTermsOfTheRecording(body))
  }

  private func inTermsOfTheRecording(_ text: String) -> String {
    authorities.reduce(text) { $0.replacingText($1.value, with: $1.key) }
  }

  /// Sets the state of an APIService, and waits until the gateway goes by it.
  func set(_ state: String, of service: String, path: String, status: Int) async throws {
    let patch: Value = ["status": ["state": .string(state)]]
    _ = try await cluster.patch(Dialect.installPlan.apiServices, service, .merge(patch))
    _ = try await eventually("\(service) is \(state)") {
      try await self.ask(HTTPRequest(.get, path, headers: ["Authorization": self.credential])).status
    } when: {
      $0 == status
    }
  }
}
