import Client
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Access

/// How `DelegatedAuthenticator` authenticates KubeSphere's User objects.
@Suite struct KubeSphereUsersTests {
  /// An API server that may serve User objects, and counts their reads.
  private final class Server: Transport {
    let users: Locked<[String: Value]>
    let reads = Locked(0)
    let hasKind: Bool
    let isDown = Locked(false)

    init(_ users: [String: Value], hasKind: Bool = true) {
      self.users = Locked(users)
      self.hasKind = hasKind
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      if isDown.withLock({ $0 }) { return HTTPResponse(status: 500, json: ["kind": "Status", "code": 500]) }
      let path = String(request.target.prefix { $0 != "?" })
      if request.method == .post { return HTTPResponse(status: 201, json: review(request)) }
      guard hasKind else { return Status.unknownResource.response }
      if path == "/apis/iam.kubesphere.io/v1beta1" {
        return HTTPResponse(status: 200, json: ["resources": [["name": "users", "kind": "User", "namespaced": false]]])
      }
      reads.withLock { $0 += 1 }
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      guard let user = users.withLock({ $0[name] }) else { return Status.unknownResource.response }
      return HTTPResponse(status: 200, json: user.setting(["metadata", "name"], to: .string(name)))
    }

    /// The token is the user's name.
    private func review(_ request: HTTPRequest) -> Value {
      let token = (try? JSON.parse(request.body))?[path: "spec", "token"]?.string ?? ""
      return [
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "metadata": [:],
        "status": ["authenticated": true, "user": ["username": .string(token), "groups": ["system:authenticated"]]],
      ]
    }
  }

  /// Responds with the caller's name and groups.
  private struct EchoHandler: CallerHandler {
    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      let text = caller.user.name + " " + caller.user.groups.sorted().joined(separator: ",")
      return HTTPResponse(status: 200, headers: [:], bytes: Array(text.utf8))
    }
  }

  /// The password is "secret", by bcrypt as KubeSphere's webhook makes it.
  private static func user(_ state: String, groups: [String] = []) -> Value {
    [
      "apiVersion": "iam.kubesphere.io/v1beta1", "kind": "User", "metadata": [:],
      "spec": [
        "password": "$2a$04$DvKXhHPQQFvERLRqCvPeNu2FZsN7EaJ3wmGnA.Y8iy6kgwKbFPs96",
        "groups": .sequence(groups.map(Value.string)),
      ],
      "status": ["state": .string(state)],
    ]
  }

  private func authenticator(_ server: Server) async throws -> DelegatedAuthenticator {
    let cluster = Cluster(transport: server)
    let users = KubeSphereUsers(in: cluster)
    _ = try await users.isServed()
    return DelegatedAuthenticator(by: cluster, users: users, around: EchoHandler())
  }

  private func ask(_ authenticator: DelegatedAuthenticator, _ credential: String) async throws -> String {
    let request = IncomingRequest(HTTPRequest(.get, "/x", headers: ["Authorization": credential]))
    let response = await authenticator.respond(to: request)
    let text = String(decoding: try await response.body.collected(), as: UTF8.self)
    return response.status == 200 ? text : "\(response.status)"
  }

  private func basic(_ pair: String) -> String { "Basic " + Base64.encode(Array(pair.utf8)) }

  @Test func aPasswordMakesAUserWithTheirGroupsButNotSystemMasters() async throws {
    let server = Server(["ada": Self.user("Active", groups: ["ops", "system:masters"])])
    let authenticator = try await authenticator(server)

    #expect(try await ask(authenticator, basic("ada:secret")) == "ada ops,system:authenticated")
    #expect(try await ask(authenticator, basic("ada:wrong")) == "401")
    #expect(try await ask(authenticator, basic("bob:secret")) == "401")
    #expect(try await ask(authenticator, basic("ada")) == "401")
    // A reviewed token is of the same user.
    #expect(try await ask(authenticator, "Bearer ada") == "ada ops,system:authenticated")
  }

  @Test(arguments: [
    ("Disabled", "401", "401"), ("AuthLimitExceeded", "429", "ada system:authenticated"),
    ("", "401", "ada system:authenticated"),
  ])
  func theStateDecidesOverPasswordsAndTokens(state: String, password: String, token: String) async throws {
    let authenticator = try await authenticator(Server(["ada": Self.user(state)]))

    #expect(try await ask(authenticator, basic("ada:secret")) == password)
    #expect(try await ask(authenticator, "Bearer ada") == token)
  }

  @Test func callersWithoutAUserObjectKeepTheReviewedIdentity() async throws {
    let server = Server([:])
    let authenticator = try await authenticator(server)

    #expect(
      try await ask(authenticator, "Bearer system:serviceaccount:a:b")
        == "system:serviceaccount:a:b system:authenticated")
    #expect(server.reads.withLock { $0 } == 0)
    #expect(try await ask(authenticator, "Bearer carol") == "carol system:authenticated")
  }

  @Test func aUserThatCannotBeReadIsNotLetIn() async throws {
    let server = Server(["ada": Self.user("Disabled")])
    let authenticator = try await authenticator(server)
    server.isDown.withLock { $0 = true }

    #expect(try await ask(authenticator, basic("ada:secret")) == "503")
  }

  @Test func untilItIsKnownWhetherThereAreUsersNoneIsLetIn() async throws {
    let server = Server(["ada": Self.user("Disabled")])
    server.isDown.withLock { $0 = true }
    let cluster = Cluster(transport: server)
    let users = KubeSphereUsers(in: cluster)
    for _ in 0..<2 {
      await #expect(throws: Status.self) { try await users.admit(User(name: "ada")) }
    }

    server.isDown.withLock { $0 = false }
    await #expect(throws: Status.inactive) { try await users.admit(User(name: "ada")) }
    #expect(try await users.admit(User(name: "bob")).name == "bob")
  }

  @Test func withoutTheKindThereAreNoPasswords() async throws {
    let authenticator = try await authenticator(Server([:], hasKind: false))

    #expect(try await ask(authenticator, basic("ada:secret")) == "401")
    #expect(try await ask(authenticator, "Bearer ada") == "ada system:authenticated")
  }

  @Test func tenWrongPasswordsLockAUserOut() async throws {
    let authenticator = try await authenticator(Server(["ada": Self.user("Active")]))

    for _ in 0..<10 { #expect(try await ask(authenticator, basic("ada:wrong")) == "401") }

    #expect(try await ask(authenticator, basic("ada:secret")) == "429")
  }

  @Test(arguments: [HTTPRequest.Method.post, .get])
  func withoutTheKindThereAreNoLoginsAndThatIsSaid(method: HTTPRequest.Method) async throws {
    let authenticator = try await authenticator(Server([:], hasKind: false))
    let request = IncomingRequest(HTTPRequest(method, "/oauth/token"))

    let answer = await authenticator.respond(to: request)

    #expect(answer.status == 501)
    let value = try JSON.parse(try await answer.body.collected())
    #expect(value["error_description"]?.string?.hasPrefix("there are no KubeSphere users here") == true)
    #expect(authenticator.immediateResponse(to: request)?.status == nil)
  }
}
