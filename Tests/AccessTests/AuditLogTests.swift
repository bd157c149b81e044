import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Access

/// One line for every write and login, and no secret in any.
@Suite struct AuditLogTests {
  private let lines = Locked<[String]>([])
  private var log: AuditLog {
    let lines = lines
    return AuditLog { line in lines.withLock { $0.append(line) } }
  }
  private var noted: [Value] { lines.withLock { $0 }.compactMap { try? JSON.parse(Array($0.utf8)) } }

  @Test func aWriteIsNotedWithItsVerdictAndReadingIsNot() async throws {
    let api = try TestAPI().api
    let handler = AccessControl(audit: log, around: api)
    let body = JSON.bytes(.plan("devops", config: "password: hunter2"))
    let create = HTTPRequest(
      .post, Path.plans + "?dryRun=All", headers: ["Content-Type": "application/json"], body: body)
    _ = await handler.respond(to: create)
    _ = await handler.respond(to: HTTPRequest(.get, Path.plans))
    _ = await handler.respond(
      to: HTTPRequest(.delete, Path.plans + "/devops"), as: User(name: "eve").addingAuthenticatedGroup)
    _ = await handler.respond(to: HTTPRequest(.post, "/proxy/x", headers: ["Impersonate-User": "bob"]))

    #expect(noted.count == 3)
    #expect(noted[0]["verb"] == "create" && noted[0]["resource"] == "installplans" && noted[0]["status"] == 201)
    #expect(noted[0]["dryRun"] == true && noted[0]["verdict"] == "allowed" && noted[0]["name"] == "devops")
    #expect(noted[1]["user"] == "eve" && noted[1]["name"] == "devops" && noted[1]["verdict"] == "refused")
    #expect(noted[2]["user"] == "bob" && noted[2]["by"] == .string(User.owner.name) && noted[2]["path"] == "/proxy/x")
    #expect(!lines.withLock { $0 }.joined().contains("hunter2"))
  }

  @Test func whatGoesOnAfterAnUpgradeMayChangeAnythingAndIsNoted() async throws {
    let handler = AccessControl(audit: log, around: try TestAPI().api)
    var request = IncomingRequest(HTTPRequest(.get, "/api/v1/namespaces/default/pods/p/exec?command=sh"))
    _ = await handler.respond(to: request, from: Caller(.owner))
    #expect(noted.isEmpty)

    request.upgrade = UpgradeOffer(protocols: ["SPDY/3.1"], bytes: HTTPBody([]))
    _ = await handler.respond(to: request, from: Caller(.owner))

    #expect(noted.count == 1 && noted[0]["resource"] == "pods" && noted[0]["subresource"] == "exec", "\(noted)")
    #expect(noted[0]["upgrade"] == "SPDY/3.1")
  }

  @Test func aCreationIsNotedWithTheNameThatWasFoundForIt() async throws {
    let handler = AccessControl(audit: log, around: try TestAPI().api)
    let body = JSON.bytes([
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["generateName": "settings-"], "data": ["a": "b"],
    ])

    let answer = await handler.respond(
      to: HTTPRequest(
        .post, "/api/v1/namespaces/default/configmaps", headers: ["Content-Type": "application/json"], body: body))

    let made = try await answer.body.collected().json
    let name = try #require(made[path: "metadata", "name"]?.string)
    #expect(name.hasPrefix("settings-") && made["data"] == ["a": "b"])
    #expect(noted.map { $0["name"]?.string } == [name])
  }

  @Test func loginsAreNotedWithoutPasswordsAndTokens() async throws {
    let logins = LocalLogins(try PasswordTable(text: LocalLoginsTests.file, file: "users"), file: nil, audit: log)
    let form = "client_id=kubesphere&client_secret=kubesphere&grant_type=password&username=ada&password="
    for password in ["secret", "wrong-one"] {
      let request = HTTPRequest(.post, "/oauth/token", body: Array((form + password).utf8))
      let answer = await logins.response(to: IncomingRequest(request))
      guard let token = try await answer?.body.collected().json["access_token"]?.string else { continue }
      _ = await logins.response(
        to: IncomingRequest(HTTPRequest(.get, "/oauth/logout", headers: ["Authorization": "Bearer " + token])))
      #expect(!lines.withLock { $0 }.joined().contains(token))
    }

    #expect(noted.map { $0["event"]?.string } == ["login", "logout", "login"])
    #expect(noted.map { $0["verdict"]?.string } == ["allowed", "allowed", "refused"])
    #expect(noted.allSatisfy { $0["user"] == "ada" })
    #expect(!lines.withLock { $0 }.joined().contains("wrong-one"))
  }

  /// An answer that another server gives later.
  private final class Elsewhere: CallerHandler, Relay {
    let tell = Locked<[@Sendable (Int) -> Void]>([])

    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      var response = HTTPResponse(status: 500, bytes: [])
      response.relay = self
      return response
    }

    func reportingStatus(to tell: @escaping @Sendable (Int) -> Void) -> any Relay {
      self.tell.withLock { $0.append(tell) }
      return self
    }
  }

  @Test(arguments: [(201, "allowed"), (403, "refused"), (502, "allowed"), (0, "allowed")])
  func whatAnotherServerAnswersIsNotedWithItsStatus(status: Int, verdict: String) async throws {
    let elsewhere = Elsewhere()
    let handler = AccessControl(audit: log, around: elsewhere)
    _ = await handler.respond(to: HTTPRequest(.delete, "/api/v1/namespaces/kube-system"))
    #expect(noted.isEmpty)

    for tell in elsewhere.tell.withLock({ $0 }) { tell(status) }

    #expect(noted.count == 1 && noted[0]["verdict"] == .string(verdict))
    #expect(noted[0]["status"]?.integer == (status == 0 ? nil : status))
  }

  @Test func passwordsThatAreTriedAndWritesOfNobodyAreNoted() async throws {
    let logins = LocalLogins(try PasswordTable(text: LocalLoginsTests.file, file: "users"), file: nil)
    let authenticator = Authenticator(logins: logins, audit: log, around: AccessControl(around: try TestAPI().api))
    func ask(_ method: HTTPRequest.Method, _ credential: String) async {
      var request = IncomingRequest(HTTPRequest(method, Path.plans, headers: ["Authorization": credential]))
      request.connection.listener = .port
      _ = await authenticator.respond(to: request)
    }
    let basic = { (pair: String) in "Basic " + Base64.encode(Array(pair.utf8)) }
    for _ in 0..<11 { await ask(.get, basic("ada:hunter2")) }
    await ask(.get, basic("bob:secret"))
    await ask(.post, "Bearer hunter2")
    await ask(.get, "Bearer hunter2")

    #expect(noted.prefix(11).allSatisfy { $0["event"] == "login" && $0["user"] == "ada" })
    #expect(
      noted.map { $0["verdict"]?.string }
        == Array(repeating: "refused", count: 10) + ["locked", "allowed", "refused"])
    #expect(noted[12]["event"] == "write" && noted[12]["status"] == 401 && noted[12]["resource"] == "installplans")
    #expect(!lines.withLock { $0 }.joined().contains("hunter2"))
  }

  @Test func aRefreshTokenThatComesTwiceIsNotedWithWhoseItIs() async throws {
    let logins = LocalLogins(try PasswordTable(text: LocalLoginsTests.file, file: "users"), file: nil, audit: log)
    let form = "client_id=kubesphere&client_secret=kubesphere&grant_type="
    func token(_ rest: String) async throws -> String {
      let request = HTTPRequest(.post, "/oauth/token", body: Array((form + rest).utf8))
      let answer = await logins.response(to: IncomingRequest(request))
      return try await answer?.body.collected().json["refresh_token"]?.string ?? ""
    }
    let first = try await token("password&username=ada&password=secret")
    for _ in 0..<2 { _ = try await token("refresh_token&refresh_token=" + first) }

    #expect(noted.map { $0["event"]?.string } == ["login", "renewal", "renewal"])
    #expect(noted.map { $0["verdict"]?.string } == ["allowed", "allowed", "reused"])
    #expect(noted.allSatisfy { $0["user"] == "ada" })
  }
}

extension [UInt8] {
  fileprivate var json: Value { (try? JSON.parse(self)) ?? .null }
}
