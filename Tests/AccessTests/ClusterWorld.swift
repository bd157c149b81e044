import APIServer
import APITestSupport
import Client
import HTTP
import KubernetesAPI
import Manifest
import Platform

@testable import Access

/// A cluster with KubeSphere's users, and any number of gateways before it, by clocks that a test turns.
final class ClusterWorld: Sendable {
  private let api: TestAPI
  private let seconds = Locked(1_800_000_000)
  /// Answers before the API does, if it gives anything.
  let fault = Locked<@Sendable (HTTPRequest) -> Status?>({ _ in nil })
  let requests = Locked<[String]>([])
  let lines = Locked<[Value]>([])

  static let namespace = "kubesphere-system"
  static let leases = "/apis/coordination.k8s.io/v1/namespaces/\(namespace)/leases"
  static let secret = "/api/v1/namespaces/\(namespace)/secrets/ksxd-gateway-keys"
  static let users = "/apis/iam.kubesphere.io/v1beta1/users"
  /// Of the password "secret", by bcrypt as KubeSphere's webhook makes it.
  static let hash = "$2a$04$DvKXhHPQQFvERLRqCvPeNu2FZsN7EaJ3wmGnA.Y8iy6kgwKbFPs96"

  init(hasUsers: Bool = true) async throws {
    api = try TestAPI()
    try await api.api.makeNamespaces([Self.namespace])
    if hasUsers { try await addUsers() }
  }

  /// The kind, and two of it: `ada` and `bob`, both with the password "secret".
  func addUsers() async throws {
    let open: Value = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    try await api(
      .post, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "users.iam.kubesphere.io"],
        "spec": [
          "group": "iam.kubesphere.io", "scope": "Cluster",
          "names": ["plural": "users", "singular": "user", "kind": "User", "listKind": "UserList"],
          "versions": [
            ["name": "v1beta1", "served": true, "storage": true, "schema": ["openAPIV3Schema": open]]
          ],
        ],
      ])
    for name in ["ada", "bob"] {
      try await api(
        .post, Self.users,
        [
          "apiVersion": "iam.kubesphere.io/v1beta1", "kind": "User", "metadata": ["name": .string(name)],
          "spec": ["password": .string(Self.hash), "groups": ["ops", "system:masters"]],
          "status": ["state": "Active"],
        ])
    }
  }

  var time: Int { seconds.withLock { $0 } }
  func turn(_ count: Int) { seconds.withLock { $0 += count } }

  @discardableResult
  func ask(_ method: HTTPRequest.Method, _ target: String) async throws -> TestAPI.Answer {
    try await api(method, target)
  }

  func patch(_ target: String, _ value: Value) async throws { _ = try await api.patch(target, value) }

  private struct Way: Transport {
    let world: ClusterWorld

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      world.requests.withLock { $0.append("\(request.method.rawValue) \(request.target.prefix { $0 != "?" })") }
      if let refusal = world.fault.withLock({ $0 })(request) { return refusal.response }
      // Who shows a token that is none of a gateway's is asked for.
      if request.target.hasPrefix("/apis/authentication.k8s.io/v1/tokenreviews") { return world.review(request) }
      return try await InProcessTransport(world.api.api).send(request)
    }
  }

  /// The token is the user's name.
  private func review(_ request: HTTPRequest) -> HTTPResponse {
    let token = (try? JSON.parse(request.body))?[path: "spec", "token"]?.string ?? ""
    return HTTPResponse(
      status: 201,
      json: [
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "metadata": [:],
        "status": ["authenticated": .bool(!token.contains(".")), "user": ["username": .string(token)]],
      ])
  }

  var cluster: Cluster {
    var cluster = Cluster(transport: Way(world: self))
    cluster.readAttempts = 1
    let start = 1_800_000_000
    cluster.timing = Timing(now: { [self] in .seconds(time - start) }, sleep: { _ in }, random: { 0 })
    return cluster
  }

  var settings: LoginSettings {
    var settings = LoginSettings()
    settings.time = { [self] in time }
    settings.report = { [self] line in lines.withLock { $0.append(.string(line)) } }
    return settings
  }

  /// One of the gateways.
  func gateway() -> DelegatedAuthenticator {
    let start = ContinuousClock.now
    let users = KubeSphereUsers(
      in: cluster, loginSettings: settings, now: { [self] in start + .seconds(time - 1_800_000_000) })
    let audit = AuditLog { [self] line in lines.withLock { $0.append((try? JSON.parse(Array(line.utf8))) ?? .null) } }
    return DelegatedAuthenticator(
      by: cluster, users: users, logins: ClusterLogins(of: users, in: cluster, settings), audit: audit,
      around: EchoHandler())
  }

  /// Says who asks.
  private struct EchoHandler: CallerHandler {
    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      Self.words(caller)
    }

    func immediateResponse(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? { Self.words(caller) }

    private static func words(_ caller: Caller) -> HTTPResponse {
      let text = caller.user.name + " " + caller.user.groups.sorted().joined(separator: ",")
      return HTTPResponse(status: 200, headers: [:], bytes: Array(text.utf8))
    }
  }
}

extension DelegatedAuthenticator {
  /// The answer to a form at `/oauth/token`.
  func token(_ form: String) async throws -> (status: Int, value: Value) {
    let body = Array((form + "&client_id=kubesphere&client_secret=kubesphere").utf8)
    return try await answer(HTTPRequest(.post, "/oauth/token", body: body))
  }

  func logIn(_ user: String = "ada", _ password: String = "secret") async throws -> (status: Int, value: Value) {
    try await token("grant_type=password&username=\(user)&password=\(password)")
  }

  func renew(_ grant: Value) async throws -> (status: Int, value: Value) {
    try await token("grant_type=refresh_token&refresh_token=\(grant["refresh_token"]?.string ?? "")")
  }

  func oauth(_ path: String, _ grant: Value) async throws -> (status: Int, value: Value) {
    let token = grant["access_token"]?.string ?? ""
    return try await answer(HTTPRequest(.get, "/oauth/" + path, headers: ["Authorization": "Bearer " + token]))
  }

  /// Who `grant` makes of a caller, or the status that refuses it; found out at once, if `isAtOnce`.
  func who(_ grant: Value, isAtOnce: Bool = false) async throws -> String {
    let token = grant["access_token"]?.string ?? ""
    let request = IncomingRequest(HTTPRequest(.get, "/x", headers: ["Authorization": "Bearer " + token]))
    let response = isAtOnce ? immediateResponse(to: request) : await respond(to: request)
    guard let response else { return "later" }
    return response.status == 200
      ? String(decoding: try await response.body.collected(), as: UTF8.self) : "\(response.status)"
  }

  private func answer(_ request: HTTPRequest) async throws -> (status: Int, value: Value) {
    let response = await respond(to: IncomingRequest(request))
    return (response.status, try JSON.parse(try await response.body.collected()))
  }
}
