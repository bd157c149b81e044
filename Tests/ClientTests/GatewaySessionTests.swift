import Glibc
import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

@Suite struct GatewaySessionTests {
  private let directory = TemporaryFolder()
  private let clock = Locked(1_000_000)

  private var store: TokenStore { TokenStore(profile: "a/b", server: "https://ks", directory: directory.path) }

  private func session(_ gateway: any Transport) -> GatewaySession {
    GatewaySession(gateway: gateway, store: store, now: { [clock] in clock.withLock { $0 } })
  }

  private func pass(_ seconds: Int) { clock.withLock { $0 += seconds } }

  /// A gateway that gives the tokens `access-0`, `access-1` … good for two hours.
  private static func gateway() -> ScriptedTransport {
    ScriptedTransport { _, number in
      .json(
        #"{"access_token":"access-\#(number)","token_type":"Bearer","refresh_token":"refresh-\#(number)","expires_in":7200}"#
      )
    }
  }

  private func token(_ session: GatewaySession, insteadOf rejected: String? = nil) async throws -> String? {
    try await session.credential(insteadOf: rejected.map { .bearer($0) }).headers["Authorization"]
  }

  @Test func aLoginIsAFormAndItsTokenIsUsed() async throws {
    let gateway = Self.gateway()
    let session = session(gateway)

    try await session.login(user: "ada", password: "p&ss=wörd")

    let request = try #require(gateway.requests.first)
    #expect(request.method == .post && request.target == "/oauth/token")
    #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == "grant_type=password&username=ada&password=p%26ss%3Dw%C3%B6rd&client_id=kubesphere&client_secret=kubesphere")
    #expect(try await token(session) == "Bearer access-0")
    #expect(gateway.requests.count == 1)
  }

  @Test func aLoginIsKeptForOtherProgramsAndForTheOwnerAlone() async throws {
    try await session(Self.gateway()).login(user: "ada", password: "secret")

    let later = session(Self.gateway())

    #expect(try await token(later) == "Bearer access-0")
    var status = stat()
    #expect(stat(directory.path + "/tokens/a%2Fb.json", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func aLoginOfAnotherGatewayIsNotGivenAway() async throws {
    try await session(Self.gateway()).login(user: "ada", password: "secret")

    let moved = TokenStore(path: store.path, server: "https://elsewhere")
    let other = GatewaySession(gateway: Self.gateway(), store: moved)

    await #expect(throws: TransportError.self) { try await other.credential(insteadOf: nil) }
  }

  @Test func aFileThatOthersCanReadIsNotUsed() async throws {
    try await session(Self.gateway()).login(user: "ada", password: "secret")
    chmod(store.path, 0o644)

    let error = await #expect(throws: TransportError.self) {
      try await session(Self.gateway()).credential(insteadOf: nil)
    }

    guard case .invalid(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.english.contains("others can read the login in it") && reason.english.contains(store.path))
  }

  @Test func aLinkInPlaceOfTheFileIsNotFollowed() async throws {
    try await session(Self.gateway()).login(user: "ada", password: "secret")
    rename(store.path, store.path + ".moved")
    symlink(store.path + ".moved", store.path)

    await #expect(throws: TransportError.self) { try await session(Self.gateway()).credential(insteadOf: nil) }
  }

  @Test(arguments: ["", "{", "[]", #"{"server":"https://ks"}"#])
  func aDamagedFileMeansLoggingInAgain(text: String) async throws {
    try Files.makeDirectory(directory.path + "/tokens")
    try Files.write(Array(text.utf8), to: store.path)
    let session = session(Self.gateway())

    await #expect(throws: TransportError.invalid(reason: "not logged in; log in with ksx login")) {
      try await session.credential(insteadOf: nil)
    }
    try await session.login(user: "ada", password: "secret")
    #expect(try await token(session) == "Bearer access-0")
  }

  @Test func aTokenIsRenewedBeforeItEnds() async throws {
    let gateway = Self.gateway()
    let session = session(gateway)
    try await session.login(user: "ada", password: "secret")

    pass(7100)
    #expect(try await token(session) == "Bearer access-0")
    pass(41)
    #expect(try await token(session) == "Bearer access-1")

    #expect(
      String(decoding: gateway.requests[1].body, as: UTF8.self)
        == "grant_type=refresh_token&refresh_token=refresh-0&client_id=kubesphere&client_secret=kubesphere")
    #expect(gateway.requests.count == 2)
  }

  @Test func aTokenThatWasRefusedIsRenewedOnceForAll() async throws {
    let gateway = Self.gateway()
    let session = session(gateway)
    try await session.login(user: "ada", password: "secret")

    let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<50 { group.addTask { try await self.token(session, insteadOf: "access-0") } }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }

    #expect(tokens == ["Bearer access-1"])
    #expect(gateway.requests.count == 2)
  }

  @Test func aTokenThatAnotherProgramRenewedIsTakenFromTheFile() async throws {
    let gateway = Self.gateway()
    let session = session(gateway)
    try await session.login(user: "ada", password: "secret")
    try store.write(OAuthToken(access: "other", refresh: "r", issued: 1_000_000, expires: 1_007_200))

    #expect(try await token(session, insteadOf: "access-0") == "Bearer other")
    #expect(gateway.requests.count == 1)
  }

  @Test func aRenewalThatFailsLeavesTheTokenGoodUntilItsEnd() async throws {
    let session = session(
      ScriptedTransport { _, number throws(TransportError) in
        if number > 0 { throw .unreachable(host: "ks", reason: "down") }
        return .json(#"{"access_token":"access-0","refresh_token":"r","expires_in":7200}"#)
      })
    try await session.login(user: "ada", password: "secret")

    pass(7190)
    #expect(try await token(session) == "Bearer access-0")
    pass(10)
    await #expect(throws: TransportError.unreachable(host: "ks", reason: "down")) { try await token(session) }
  }

  @Test func anEndedLoginAsksForANewOne() async throws {
    let session = session(
      ScriptedTransport { _, number in
        number == 0
          ? .json(#"{"access_token":"access-0","refresh_token":"r","expires_in":7200}"#)
          : .json(400, #"{"error":"invalid_grant","error_description":"Token expired."}"#)
      })
    try await session.login(user: "ada", password: "secret")

    await #expect(throws: TransportError.invalid(reason: "the login has ended; log in again: ksx login")) {
      try await token(session, insteadOf: "access-0")
    }
    #expect(try store.read()?.refused == 1_000_000)
    // Another gateway that takes it says so by a token that was not refused.
    try await self.session(Self.gateway()).login(user: "ada", password: "secret")
    #expect(try store.read()?.refused == nil)
  }

  @Test func aGatewayThatIsDownEndsNoLogin() async throws {
    let session = session(
      ScriptedTransport { _, number in
        number == 0
          ? .json(#"{"access_token":"access-0","refresh_token":"r","expires_in":7200}"#) : .json(503, "{}")
      })
    try await session.login(user: "ada", password: "secret")

    await #expect(throws: TransportError.self) { try await token(session, insteadOf: "access-0") }
    #expect(try store.read()?.refused == nil)
  }

  @Test func aLogoutIsForgottenHereAndToldThere() async throws {
    let gateway = Self.gateway()
    let session = session(gateway)
    try await session.login(user: "ada", password: "secret")

    try await session.logout()

    #expect(gateway.requests.last?.target == "/oauth/logout")
    #expect(gateway.requests.last?.headers["Authorization"] == "Bearer access-0")
    #expect(!Files.exists(store.path))
    #expect(await session.isLoggedIn == false)
  }

  @Test func aLogoutWithoutTheGatewayForgetsAllTheSame() async throws {
    let session = session(
      ScriptedTransport { _, number throws(TransportError) in
        if number > 0 { throw .unreachable(host: "ks", reason: "down") }
        return .json(#"{"access_token":"access-0","expires_in":7200}"#)
      })
    try await session.login(user: "ada", password: "secret")

    let error = await #expect(throws: GatewayError.self) { try await session.logout() }

    #expect(error?.description.contains("the login is forgotten here, but the gateway was not told") == true)
    #expect(!Files.exists(store.path))
  }

  @Test(arguments: [
    (
      400, #"{"error":"invalid_grant","error_description":"Invalid username or password."}"#,
      "logging in: the user name or the password is wrong (Invalid username or password). Try again."
    ),
    (
      401, #"{"error":"invalid_client"}"#,
      "logging in: the gateway does not allow this client to log in. Use a token, or ask an administrator of the gateway."
    ),
    (
      429, #"{"error":"too many","error_description":"Rate limited"}"#,
      "logging in: the gateway has seen too many failed logins (Rate limited). Wait ten minutes, then try again."
    ),
    (
      404, "404 page not found",
      "logging in: the gateway answered 404 to the login (404 page not found). Check that the address is that of a KubeSphere gateway."
    ),
    (
      500, "<html><body>boom</body></html>",
      "logging in: the gateway answered 500 to the login (boom). Try again in a moment; if it goes on, look at the gateway's log."
    ),
    (
      200, "<html></html>",
      "logging in: there is no access_token in its answer. Check that the address is that of a KubeSphere gateway."
    ),
  ])
  func aRefusedLoginIsASentence(status: Int, body: String, sentence: String) async {
    let session = session(ScriptedTransport { _, _ in .json(status, body) })

    let error = await #expect(throws: GatewayError.self) { try await session.login(user: "ada", password: "secret") }

    #expect(error?.description == sentence)
    #expect(!Files.exists(store.path))
  }
}
