import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Access

/// Logins with a password, as KubeSphere's gateway has them.
@Suite struct LocalLoginsTests {
  /// Clocks that a test turns.
  private final class Clock: Sendable {
    private let seconds = Locked(1_000_000)
    private let start = ContinuousClock.now
    var time: Int { seconds.withLock { $0 } }
    var now: ContinuousClock.Instant { start + .seconds(time - 1_000_000) }
    func turn(_ count: Int) { seconds.withLock { $0 += count } }
  }

  /// The password is "secret"; made by crypt, cheap so that tests are quick.
  static let file = #"""
    # users
    ada,$5$rounds=1000$abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4,1,"ops,dev"
    bob,$5$rounds=1000$abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4
    """#

  private let clock = Clock()

  private func logins(_ text: String = file, kept file: String? = nil) throws -> LocalLogins {
    let clock = clock
    return LocalLogins(
      try PasswordTable(text: text, file: "users"), file: file, time: { clock.time }, now: { clock.now })
  }

  private func ask(
    _ logins: LocalLogins, _ method: HTTPRequest.Method, _ target: String, form: String = "", token: String? = nil
  ) async throws -> (status: Int, value: Value) {
    var request = HTTPRequest(method, target, body: Array(form.utf8))
    request.headers["Authorization"] = token.map { "Bearer " + $0 }
    let response = try #require(await logins.response(to: IncomingRequest(request)))
    return (response.status, try JSON.parse(try await response.body.collected()))
  }

  private static let client = "&client_id=kubesphere&client_secret=kubesphere"

  private func logIn(_ logins: LocalLogins, password: String = "secret", user: String = "ada") async throws -> (
    status: Int, value: Value
  ) {
    try await ask(
      logins, .post, "/oauth/token", form: "grant_type=password&username=\(user)&password=\(password)" + Self.client)
  }

  private func renew(_ logins: LocalLogins, _ token: Value?) async throws -> (status: Int, value: Value) {
    try await ask(
      logins, .post, "/oauth/token", form: "grant_type=refresh_token&refresh_token=\(token?.string ?? "")" + Self.client
    )
  }

  /// With hashes that cost unequal time, an unknown name costs what one of the users costs, again and again.
  @Test func anUnknownNameIsComparedWithTheHashOfAUserAndAlwaysWithTheSame() throws {
    let cheap = "$5$rounds=1000$abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4"
    let slow = "$5$rounds=2000$abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4"
    let lines = ["ada,\(cheap)", "bob,\(slow)", "eve,\(slow)"]
    let table = try PasswordTable(text: lines.joined(separator: "\n"), file: "users")
    let again = try PasswordTable(text: lines.reversed().joined(separator: "\n"), file: "users")
    let names = (1...300).map { "stranger-\($0)" }

    let chosen = names.map(table.hash(for:))

    #expect(chosen == names.map(again.hash(for:)))
    // As often as in the table, nearly.
    #expect((60...140).contains(chosen.count { $0 == cheap }))
    #expect(chosen.allSatisfy { [cheap, slow].contains($0) })
    #expect(table.hash(for: "ada") == cheap && table.hash(for: "bob") == slow)
    #expect(table.user(names[0], password: "secret") == nil && table.user("ada", password: "secret")?.name == "ada")
  }

  @Test func aPasswordMakesATokenThatSaysWhoAsks() async throws {
    let logins = try logins()
    let grant = try await logIn(logins)
    let token = try #require(grant.value["access_token"]?.string)

    #expect(grant.status == 200)
    #expect(grant.value["token_type"] == "Bearer")
    #expect(grant.value["expires_in"] == 7_200)
    #expect(logins.user(ofToken: token) == User(name: "ada", uid: "1", groups: ["ops", "dev", "system:authenticated"]))
    let info = try await ask(logins, .get, "/oauth/userinfo", token: token)
    #expect(info.value["sub"] == "ada")
  }

  @Test(arguments: [("ada", "wrong"), ("eve", "secret"), ("ada", ""), ("", "secret"), ("ada", "secret%00x")])
  func aWrongPasswordOrNameIsRefusedInTheSameWords(user: String, password: String) async throws {
    let answer = try await logIn(try logins(), password: password, user: user)

    #expect(answer.status == 400)
    #expect(answer.value == ["error": "invalid_grant", "error_description": "The username or password is wrong."])
  }

  @Test(arguments: [
    ("grant_type=password&username=ada&password=secret", 401, "invalid_client"),
    ("grant_type=code" + client, 400, "unsupported_grant_type"), ("" + client, 400, "unsupported_grant_type"),
  ])
  func aRequestThatIsNoneIsToldSo(form: String, status: Int, error: String) async throws {
    let answer = try await ask(try logins(), .post, "/oauth/token", form: form)

    #expect(answer.status == status)
    #expect(answer.value["error"] == .string(error))
  }

  @Test func aTokenEndsAfterItsTime() async throws {
    let logins = try logins()
    let token = try #require(try await logIn(logins).value["access_token"]?.string)

    clock.turn(7_199)
    #expect(logins.user(ofToken: token) != nil)
    clock.turn(1)
    #expect(logins.user(ofToken: token) == nil)
  }

  @Test func aRefreshTokenServesOnceAndASecondTimeEndsTheLogin() async throws {
    let logins = try logins()
    let first = try await logIn(logins).value
    let second = try await renew(logins, first["refresh_token"]).value
    let access = try #require(second["access_token"]?.string)
    #expect(logins.user(ofToken: first["access_token"]?.string ?? "") == nil)
    #expect(logins.user(ofToken: access)?.name == "ada")

    let stolen = try await renew(logins, first["refresh_token"])

    #expect(stolen.status == 400)
    #expect(logins.user(ofToken: access) == nil)
    #expect(try await renew(logins, second["refresh_token"]).status == 400)
  }

  @Test func loggingOutEndsAllTokensOfTheLogin() async throws {
    let logins = try logins()
    let (mine, other) = (try await logIn(logins).value, try await logIn(logins).value)

    let answer = try await ask(logins, .get, "/oauth/logout", token: mine["access_token"]?.string)

    #expect(answer.status == 200 && answer.value["message"] == "success")
    #expect(logins.user(ofToken: mine["access_token"]?.string ?? "") == nil)
    #expect(try await renew(logins, mine["refresh_token"]).status == 400)
    #expect(logins.user(ofToken: other["access_token"]?.string ?? "") != nil)
  }

  @Test func tooManyFailuresLockANameForAWhile() async throws {
    let logins = try logins()
    for _ in 0..<10 { _ = try await logIn(logins, password: "wrong") }

    #expect(try await logIn(logins).status == 429)
    #expect(try await logIn(logins, user: "bob").status == 200)
    clock.turn(601)
    #expect(try await logIn(logins).status == 200)
  }

  @Test func aLoginOutlivesTheServerAndNoTokenIsInItsFile() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let file = folder.path + "/logins.json"
    let grant = try await logIn(try logins(kept: file)).value
    let access = try #require(grant["access_token"]?.string)

    let later = try logins(kept: file)

    #expect(later.user(ofToken: access)?.name == "ada")
    #expect(!(try Files.text(file)).contains(access))
    #expect(try await renew(later, grant["refresh_token"]).status == 200)
  }

  @Test func aUserWhoIsNoLongerInTheFileIsNobody() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let file = folder.path + "/logins.json"
    let token = try #require(try await logIn(try logins(kept: file)).value["access_token"]?.string)
    let others = Self.file.split(separator: "\n").filter { !$0.contains("ada") }.joined(separator: "\n")

    #expect(try logins(others, kept: file).user(ofToken: token) == nil)
  }

  /// The same line with another hash, of the same password.
  private static let changed = file.replacing(
    "abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4,1", with: "abcdefgi$x,1")

  @Test(arguments: [changed, file.split(separator: "\n").filter { !$0.hasPrefix("ada") }.joined(separator: "\n")])
  func aPasswordThatChangesAndAUserWhoIsTakenOutEndTheLogins(text: String) async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let (path, clock) = (folder.path + "/users", clock)
    try Files.write(Array(Self.file.utf8), to: path)
    let users = try AccessFileReader(path, now: { clock.now }) { path throws(AccessFileError) in
      try PasswordTable(file: path)
    }
    let logins = LocalLogins(users, file: nil, time: { clock.time }, now: { clock.now })
    let (one, other) = (try await logIn(logins).value, try await logIn(logins).value)
    _ = try await logins.user(ofBasic: Base64.encode(Array("ada:secret".utf8)), from: "")
    try Files.write(Array(text.utf8), to: path)
    clock.turn(2)

    #expect(logins.user(ofToken: one["access_token"]?.string ?? "") == nil)
    #expect(try await renew(logins, other["refresh_token"]).status == 400)
    #expect(logins.knownUser(ofBasic: Base64.encode(Array("ada:secret".utf8))) == nil)
    try Files.write(Array(Self.file.utf8), to: path)
    clock.turn(2)
    #expect(logins.user(ofToken: one["access_token"]?.string ?? "") == nil, "it has ended, whatever comes back")
    #expect(try await renew(logins, other["refresh_token"]).status == 400)
  }

  @Test func aFileThatIsNoLongerRightIsReportedOnceAndTheLastOneThatWasStays() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let (path, clock, reports) = (folder.path + "/users", clock, Locked<[String]>([]))
    try Files.write(Array("token-of-ada,ada,1".utf8), to: path)
    let reader = try AccessFileReader(
      path, report: { line in reports.withLock { $0.append(line) } }, now: { clock.now },
      read: { path throws(AccessFileError) in try TokenTable(file: path) })

    try Files.write(Array("half".utf8), to: path)
    for _ in 0..<3 {
      clock.turn(2)
      #expect(reader.content.user(of: Array("token-of-ada".utf8))?.name == "ada")
    }
    try Files.write(Array("token-of-bob,bob,2".utf8), to: path)
    clock.turn(2)

    #expect(reader.content.user(of: Array("token-of-bob".utf8))?.name == "bob")
    #expect(reader.content.user(of: Array("token-of-ada".utf8)) == nil)
    #expect(reports.withLock { $0.count } == 1)
  }

  @Test func clientsOfOneAddressHoldUpNoOthers() async throws {
    let checker = PasswordChecker(now: { ContinuousClock.now })
    let table = try PasswordTable(text: Self.file, file: "users")
    let capacity = PasswordChecker.mostWaiting.ofAddress

    let verdicts = await withTaskGroup(of: PasswordChecker.Verdict.self) { group in
      for number in 0..<200 {
        group.addTask { await checker.check("nobody\(number)", "x", in: table, from: "192.0.2.1") }
      }
      let good = await checker.check("ada", "secret", in: table, from: "192.0.2.2")
      #expect(good == .user(User(name: "ada", uid: "1", groups: ["ops", "dev", "system:authenticated"])))
      return await group.reduce(into: []) { $0.append($1) }
    }

    #expect(verdicts.allSatisfy { $0 == .wrong || $0 == .tooManyAtOnce })
    #expect(verdicts.filter { $0 == .wrong }.count >= capacity)
    #expect(await checker.check("ada", "secret", in: table, from: "192.0.2.1") != .tooManyAtOnce)
  }

  @Test func aPasswordMayBeShownWithEveryRequest() async throws {
    let logins = try logins()

    #expect(try await logins.user(ofBasic: Base64.encode(Array("ada:secret".utf8)), from: "").name == "ada")
    await #expect(throws: Status(code: 401, reason: "Unauthorized", message: "incorrect password")) {
      try await logins.user(ofBasic: Base64.encode(Array("ada:wrong".utf8)), from: "")
    }
    await #expect(throws: Status.unauthorized) { try await logins.user(ofBasic: "%%", from: "") }
  }

  @Test(arguments: [
    ("ada", "users:1: user,hash"), ("ada,plain", "users:1: the second field is no hash"),
    ("", "users: there is no user"),
    ("ada,$9$x$y", "users:1: the second field is no hash"),
  ])
  func aFileThatIsWrongSaysWhere(text: String, beginning: String) throws {
    #expect { try PasswordTable(text: text, file: "users") } throws: { "\($0)".hasPrefix(beginning) }
  }

  @Test func asManyAsAreKeptAreLoggedInAndTheOldestGivesWay() throws {
    let clock = clock
    let tokens = LoginTokens(file: nil, capacity: 100, now: { clock.time })
    let first = tokens.logIn("ada")
    clock.turn(1)
    let second = tokens.logIn("ada")
    for _ in 2..<100 { _ = tokens.logIn("bob") }
    #expect(tokens.user(of: first.access) == "ada")

    clock.turn(1)
    let last = tokens.logIn("bob")

    #expect(tokens.user(of: first.access) == nil && tokens.renew(first.refresh).grant == nil)
    #expect(tokens.user(of: second.access) == "ada" && tokens.user(of: last.access) == "bob")
  }

  @Test func oneUserEndsNobodyElsesLogin() {
    let clock = clock
    let tokens = LoginTokens(file: nil, now: { clock.time })
    let ada = tokens.logIn("ada")
    var own: [LoginGrant] = []
    for _ in 0...LoginTokens.mostOfUser {
      clock.turn(1)
      own.append(tokens.logIn("bob"))
    }

    #expect(tokens.user(of: ada.access) == "ada")
    #expect(tokens.user(of: own[0].access) == nil)
    #expect(own.dropFirst().allSatisfy { tokens.user(of: $0.access) == "bob" })
  }

  @Test func aLoginThatIsRenewedOverAndOverIsRememberedInBoundedMemory() throws {
    let tokens = LoginTokens(file: nil)
    var grants = [tokens.logIn("ada")]
    for _ in 0..<50 { grants.append(try #require(tokens.renew(grants[grants.count - 1].refresh).grant)) }

    #expect(tokens.tokenCount == 2 + LoginTokens.mostUsed)
    // One that served a moment ago has been stolen from one of two: both are logged out.
    #expect(tokens.renew(grants[49].refresh).isReused)
    #expect(tokens.user(of: grants[50].access) == nil && tokens.tokenCount == 0)
  }

  @Test func namesThatAreMadeUpHideNoAttackOnAUser() async throws {
    let clock = clock
    let table = try PasswordTable(text: Self.file, file: "users")
    let checker = PasswordChecker(mostNames: 5, now: { clock.now })
    for number in 0..<5 { _ = await checker.check("nobody\(number)", "", in: table) }

    for _ in 0..<10 { #expect(await checker.check("ada", "wrong", in: table) == .wrong) }

    #expect(await checker.check("ada", "secret", in: table) == .tooManyFailures)
  }

  @Test func aLoginAddsALineToTheFileAndLeavesTheOthersAsTheyAre() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/logins"
    let tokens = LoginTokens(file: path)
    let first = tokens.logIn("ada")
    for _ in 0..<20 { _ = tokens.logIn("bob") }
    let before = try Files.read(path)

    let last = tokens.logIn("ada")

    let after = try Files.read(path)
    #expect(after.starts(with: before) && after.count - before.count < 1_000)
    _ = tokens.logOut(first.access)
    let next = LoginTokens(file: path)
    #expect(next.user(of: last.access) == "ada" && next.user(of: first.access) == nil)
  }

  @Test func theFileOfLoginsIsBoundedHoweverOftenTheyAreRenewed() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/logins"
    let tokens = LoginTokens(file: path)
    var grant = tokens.logIn("ada")

    var longest = 0
    for _ in 0..<3_000 {
      grant = try #require(tokens.renew(grant.refresh).grant)
      longest = max(longest, try Files.read(path).count)
    }

    #expect(longest < 1_100 * 1_300)
    #expect(LoginTokens(file: path).renew(grant.refresh).grant != nil)
  }

  /// What is in the file, and whether the next login must write it anew to be read back.
  @Test(arguments: [
    #"{"7":{"user":"ada","access":"a","accessUntil":9,"refresh":"r","refreshUntil":99,"used":[]}}"#,
    #"{"id":"7","user":"ada","access":"a","accessUntil":9,"refresh":"r","refreshUntil":99,"used":[]}"# + "\n"
      + #"{"id":"8","user":"b"#,
  ])
  func whatAFormerOrKilledProcessLeftIsReadAndMended(text: String) throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/logins"
    try Files.write(Array(text.utf8), to: path)
    let tokens = LoginTokens(file: path, now: { 1 })
    #expect(tokens.tokenCount == 2)

    let grant = tokens.logIn("bob")

    let next = LoginTokens(file: path, now: { 1 })
    #expect(next.tokenCount == 4 && next.user(of: grant.access) == "bob")
  }
}
