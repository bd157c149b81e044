import APITestSupport
import HTTP
import KubernetesAPI
import Platform
import TestSupport
import Testing

@testable import Access

/// Who a caller is, by what they show and where they come from.
@Suite struct AuthenticatorTests {
  /// Answers every caller, and records who it was and what was read of the request.
  private final class Recorder: CallerHandler {
    private let state = Locked([(user: User, head: HTTPRequest)]())

    var asked: [(user: User, head: HTTPRequest)] { state.withLock { $0 } }

    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      state.withLock { $0.append((caller.user, request.head)) }
      return HTTPResponse(status: 200, bytes: [])
    }
  }

  private let behind = Recorder()

  private func request(_ header: String?, by kind: HTTPConnection.Listener = .port) -> IncomingRequest {
    var request = HTTPRequest(.get, "/healthz")
    request.headers["Authorization"] = header
    return IncomingRequest(request, connection: HTTPConnection(kind))
  }

  @Test func theTokenOpensTheDoor() async throws {
    let authenticator = Authenticator(ownerToken: "open sesame 1234", around: behind)

    #expect(await authenticator.respond(to: request("Bearer open sesame 1234")).status == 200)
    #expect(await authenticator.respond(to: request("bearer open sesame 1234")).status == 200)
    for wrong in [nil, "", "Bearer", "Bearer ", "Bearer open sesame 123", "Bearer open sesame 12345", "Basic x"] {
      #expect(await authenticator.respond(to: request(wrong)).status == 401)
    }
    #expect(behind.asked.map(\.user) == [.owner, .owner])
  }

  @Test func theOwnersTokenChangesWithItsFile() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let (path, time) = (folder.path + "/token", Locked(ContinuousClock.now))
    try Files.write(Array("open sesame\n".utf8), to: path)
    #expect(throws: AccessFileError.self) { try TokenTable(ownerFile: path) }
    try Files.write(Array("opensesame123456\n".utf8), to: path)
    let owner = try AccessFileReader(path, now: { time.withLock { $0 } }) { path throws(AccessFileError) in
      try TokenTable(ownerFile: path)
    }
    let authenticator = Authenticator(
      file: nil, owner: owner, logins: nil, trustsCertificates: false, audit: .none, around: behind)
    func answers() async -> [Int] {
      var found: [Int] = []
      for token in ["opensesame123456", "anothersesame123"] {
        found.append(await authenticator.respond(to: request("Bearer " + token)).status)
      }
      return found
    }

    #expect(await answers() == [200, 401])
    try Files.write(Array("anothersesame123 ".utf8), to: path)
    time.withLock { $0 += .seconds(2) }
    #expect(await answers() == [401, 200])
    try Files.write(Array("short".utf8), to: path)
    time.withLock { $0 += .seconds(2) }
    #expect(await answers() == [401, 200])
  }

  @Test func whatWasShownIsSeenByNothingBehind() async throws {
    let authenticator = Authenticator(ownerToken: "open sesame 1234", around: behind)

    _ = await authenticator.respond(to: request("Bearer open sesame 1234"))

    #expect(behind.asked.map { $0.head.headers["Authorization"] } == [nil])
  }

  @Test func aCallerOfTheSocketIsTheOwnerUnlessTheyShowToBeAnother() async throws {
    let users = try TokenTable(text: "abc,ann,7\n", file: "tokens")

    let alone = Authenticator(ownerToken: "open sesame 1234", around: behind)
    _ = await alone.respond(to: request(nil, by: .socket))
    _ = await alone.respond(to: request("Bearer anything", by: .socket))
    let shared = Authenticator(users: users, around: behind)
    _ = await shared.respond(to: request(nil, by: .socket))
    _ = await shared.respond(to: request("Bearer abc", by: .socket))
    let wrong = await shared.respond(to: request("Bearer anything", by: .socket))

    #expect(behind.asked.map(\.user.name) == ["admin", "admin", "admin", "ann"])
    #expect(wrong.status == 401)
  }

  @Test func aCallerOfAPortIsAnonymousWhereThereAreUsers() async throws {
    let users = try TokenTable(text: "abc,ann,7\n", file: "tokens")
    let authenticator = Authenticator(users: users, around: behind)

    _ = await authenticator.respond(to: request(nil))
    let wrong = await authenticator.respond(to: request("Bearer x"))

    #expect(behind.asked.map(\.user) == [.anonymous])
    #expect(wrong.status == 401)
  }

  @Test func aRefusalReadsNoBody() async throws {
    let isRead = Locked(false)
    let body = HTTPBody {
      isRead.withLock { $0 = true }
      return { nil }
    }
    let accessControl = AccessControl(around: behind)
    let unread = IncomingRequest(
      head: HTTPRequest(.post, "/api/v1/namespaces"), body: body, connection: HTTPConnection(.port))

    let unknown = await Authenticator(around: accessControl).respond(to: unread)
    let forbidden = await accessControl.respond(to: unread, from: Caller(User(name: "nobody")))

    #expect([unknown.status, forbidden.status] == [401, 403])
    #expect(unknown.headers["Connection"] == "close")
    #expect(!isRead.withLock { $0 })
  }

  @Test func nothingBehindSeesWhoWasImpersonated() async throws {
    var request = HTTPRequest(.get, "/api/v1/namespaces")
    for (name, value) in [
      ("Impersonate-User", "ann"), ("impersonate-group", "a"), ("Impersonate-Group", "system:masters"),
    ] {
      request.headers.add(name, value)
    }

    _ = await AccessControl(around: behind).respond(to: request, as: .owner)

    #expect(behind.asked.map(\.user.name) == ["ann"])
    #expect(behind.asked.map(\.head.headers.fields.count) == [0])
  }

  private func webSocket(_ protocols: String, isUpgrade: Bool = true) -> IncomingRequest {
    var request = request(nil)
    request.head.headers["Sec-WebSocket-Protocol"] = protocols
    if isUpgrade { request.upgrade = UpgradeOffer(protocols: ["websocket"], bytes: .none) }
    return request
  }

  @Test func aTokenAmongTheProtocolsOfAWebSocketIsALoginAndGoesNoFurther() async throws {
    let authenticator = Authenticator(ownerToken: "a?b>c~1234567890", around: behind)
    // "a?b>c~1234567890" in Base64 for URLs, without padding.
    let token = "base64url.bearer.authorization.k8s.io.YT9iPmN-MTIzNDU2Nzg5MA"

    let good = await authenticator.respond(to: webSocket("\(token), v4.channel.k8s.io"))
    let wrong = await authenticator.respond(to: webSocket(token + "A, v4.channel.k8s.io"))
    let broken = await authenticator.respond(to: webSocket("base64url.bearer.authorization.k8s.io.%, x"))
    let none = await authenticator.respond(to: webSocket("v4.channel.k8s.io"))

    #expect([good.status, wrong.status, broken.status, none.status] == [200, 401, 401, 401])
    #expect(behind.asked.map(\.user) == [.owner])
    #expect(behind.asked.map { $0.head.headers["Sec-WebSocket-Protocol"] } == ["v4.channel.k8s.io"])
    #expect(behind.asked.map { $0.head.headers["Authorization"] } == [nil])
  }
}
