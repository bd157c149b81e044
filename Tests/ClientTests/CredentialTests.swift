import Glibc
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

@Suite(.endsInTime)
struct CredentialTests {
  private let directory = TemporaryFolder()

  @Test func aPluginIsRunOnceUntilItsTokenExpires() async throws {
    let now = Locked(1000)
    let plugin = try plugin(script: answer(token: "t$N", expiry: "1970-01-01T00:30:00Z"), now: { now.withLock { $0 } })

    let first = try await plugin.credential(insteadOf: nil)
    let second = try await plugin.credential(insteadOf: nil)
    now.withLock { $0 = 1801 }
    let third = try await plugin.credential(insteadOf: nil)

    #expect(first == .bearer("t1"))
    #expect(second == .bearer("t1"))
    #expect(third == .bearer("t2"))
  }

  @Test func aRefusedTokenIsReplacedOnce() async throws {
    let plugin = try plugin(script: answer(token: "t$N"))
    let first = try await plugin.credential(insteadOf: nil)

    async let left = plugin.credential(insteadOf: first)
    async let right = plugin.credential(insteadOf: first)

    #expect(try await [left, right] == [.bearer("t2"), .bearer("t2")])
  }

  @Test func aPluginIsToldOfTheClusterAndGivenItsVariables() async throws {
    let plugin = try plugin(
      script: "printf %s \"$KUBERNETES_EXEC_INFO$EXTRA$1\" > \(directory.path)/info; " + answer(token: "t"),
      more: ", provideClusterInfo: true, env: [{name: EXTRA, value: more}], args: [arg]")

    _ = try await plugin.credential(insteadOf: nil)

    let info = try Files.text(directory.path + "/info")
    #expect(info.contains(#""apiVersion":"client.authentication.k8s.io/v1""#))
    #expect(
      info.contains(
        #""spec":{"interactive":false,"cluster":{"server":"https://h","certificate-authority-data":"Q0E="}}"#))
    #expect(info.hasSuffix("morearg"))
  }

  @Test func aPluginThatFailsIsQuotedButNotItsSecrets() async throws {
    let plugin = try plugin(script: "echo hunter2secret; echo 'please log in' >&2; exit 4")

    let error = await #expect(throws: TransportError.self) { try await plugin.credential(insteadOf: nil) }

    let text = "\(String(describing: error))"
    #expect(text.contains("ended with 4: please log in"))
    #expect(!text.contains("hunter2secret"))
  }

  @Test(arguments: [
    "echo hunter2secret", "echo '{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"hunter2secret\"}}'", "true",
  ])
  func whatAPluginPrintsIsNeverQuoted(script: String) async throws {
    let plugin = try plugin(script: script)

    let error = await #expect(throws: TransportError.self) { try await plugin.credential(insteadOf: nil) }

    #expect(!"\(String(describing: error))".contains("hunter2secret"))
  }

  /// kubectl 1.32 takes the first and refuses the others.
  @Test(arguments: [
    (#"{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}"#, true),
    (#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"Pod","status":{"token":"t"}}"#, false),
    (
      #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"tomorrow"}}"#,
      false
    ),
  ])
  func anAnswerIsTakenAsKubectlTakesIt(answer: String, isTaken: Bool) async throws {
    let plugin = try plugin(script: "echo '\(answer)'")

    #expect((try? await plugin.credential(insteadOf: nil)) == (isTaken ? .bearer("t") : nil))
  }

  @Test func aMissingPluginComesWithItsHint() async throws {
    let plugin = try plugin(command: "no-such-plugin", more: ", installHint: 'get it at example.org'")

    let error = await #expect(throws: TransportError.self) { try await plugin.credential(insteadOf: nil) }

    #expect("\(String(describing: error))".contains("get it at example.org"))
  }

  @Test func aPluginThatMustAskNeedsATerminal() async throws {
    let plugin = try plugin(script: "true", mode: "Always")

    let error = await #expect(throws: TransportError.self) { try await plugin.credential(insteadOf: nil) }

    #expect("\(String(describing: error))".contains("needs a terminal"))
  }

  @Test func aPluginIsLentTheTerminal() async throws {
    let loans = Locked(0)
    let plugin = try plugin(
      script: answer(token: "t"), mode: "Always",
      terminal: terminal { body in
        loans.withLock { $0 += 1 }
        await body()
      })

    #expect(try await plugin.credential(insteadOf: nil) == .bearer("t"))
    #expect(loans.withLock { $0 } == 1)
  }

  @Test func aPluginThatCanDoWithoutTheScreenDoesNotInterruptIt() async throws {
    let loans = Locked(0)
    let script = "[ -t 0 ] && exit 3; " + answer(token: "t")
    let plugin = try plugin(script: script, terminal: terminal { _ in loans.withLock { $0 += 1 } })

    #expect(try await plugin.credential(insteadOf: nil) == .bearer("t"))
    #expect(loans.withLock { $0 } == 0)
  }

  @Test func aPluginThatCannotDoWithoutTheScreenIsLentIt() async throws {
    let loans = Locked(0)
    let script = "case $KUBERNETES_EXEC_INFO in *'interactive\":true'*) ;; *) exit 3;; esac; " + answer(token: "t")
    let plugin = try plugin(
      script: script,
      terminal: terminal { body in
        loans.withLock { $0 += 1 }
        await body()
      })

    #expect(try await plugin.credential(insteadOf: nil) == .bearer("t"))
    #expect(loans.withLock { $0 } == 1)
  }

  @Test func aPluginThatFailsOnTheScreenDoesNotComeBackAtOnce() async throws {
    let (now, loans) = (Locked(1000), Locked(0))
    let plugin = try plugin(
      script: "exit 3", mode: "Always", now: { now.withLock { $0 } },
      terminal: terminal { body in
        loans.withLock { $0 += 1 }
        await body()
      })

    for _ in 0..<3 { await #expect(throws: TransportError.self) { try await plugin.credential(insteadOf: nil) } }
    #expect(loans.withLock { $0 } == 1)
    now.withLock { $0 = 1060 }
    await #expect(throws: TransportError.self) { try await plugin.credential(insteadOf: nil) }
    #expect(loans.withLock { $0 } == 2)
  }

  @Test func aPluginThatNeverAsksIsLentNoTerminal() async throws {
    let loans = Locked(0)
    let plugin = try plugin(
      script: answer(token: "t"), mode: "Never",
      terminal: terminal { body in
        loans.withLock { $0 += 1 }
        await body()
      })

    #expect(try await plugin.credential(insteadOf: nil) == .bearer("t"))
    #expect(loans.withLock { $0 } == 0)
  }

  @Test func pluginsOfDifferentUsersRunOneAtATime() async throws {
    let lock = directory.path + "/lock"
    let script = "mkdir \(lock) || exit 9; sleep 0.05; rmdir \(lock); " + answer(token: "t")
    let plugins = try (0..<4).map { _ in try plugin(script: script) }

    try await withThrowingTaskGroup(of: Credential.self) { group in
      for plugin in plugins { group.addTask { try await plugin.credential(insteadOf: nil) } }
      for try await credential in group { #expect(credential == .bearer("t")) }
    }
  }

  @Test func aTokenFileIsReadAgainWhenItIsRefused() async throws {
    let path = directory.path + "/token"
    try Files.write(Array("one\n".utf8), to: path)
    let source = TokenFile(path)
    let first = try source.credential(insteadOf: nil)
    try Files.write(Array("two\n".utf8), to: path)

    #expect(first == .bearer("one"))
    #expect(try source.credential(insteadOf: nil) == .bearer("one"))
    #expect(try source.credential(insteadOf: first) == .bearer("two"))
  }

  @Test(arguments: [("a\nhunter2", "a line break"), ("a\0hunter2", "a NUL character"), ("a\u{1b}hunter2", "U+001B")])
  func aTokenThatCannotBeSentIsNamedByItsFile(text: String, flaw: String) throws {
    let path = directory.path + "/token"
    try Files.write(Array(text.utf8), to: path)

    let error = #expect(throws: TransportError.self) { try TokenFile(path).credential(insteadOf: nil) }

    let words = "\(String(describing: error))"
    #expect(words.contains("the token in the file \(path)") && words.contains(flaw))
    #expect(!words.contains("hunter2"))
  }

  @Test(
    arguments: [([0xFF, 0xFE], "is no UTF-8 text"), ([], "is empty"), ([0x20, 0x0A], "is empty")] as [([UInt8], String)]
  )
  func aTokenFileWithoutATokenSaysWhy(bytes: [UInt8], flaw: String) throws {
    let path = directory.path + "/token"
    try Files.write(bytes, to: path)

    #expect(throws: TransportError.invalid(reason: "the token file \(path) \(flaw)")) {
      try TokenFile(path).credential(insteadOf: nil)
    }
  }

  @Test func aTokenThatCannotBeSentIsNamedByItsPlugin() async throws {
    let plugin = try plugin(script: answer(token: "a\\u000ahunter2"))

    let error = await #expect(throws: TransportError.self) { try await plugin.credential(insteadOf: nil) }

    let words = "\(String(describing: error))"
    #expect(words.contains("the token that the credential plugin \(directory.path)/plugin printed has a line break"))
    #expect(!words.contains("hunter2"))
  }

  @Test func aRefusedRequestIsSentOnceMoreWithFreshCredentials() async throws {
    let server = LoopbackServer { $0.headers["Authorization"] == "Bearer t2" ? .answer() : .answer("401 Unauthorized") }
    var connection = Connection(server: server.base)
    connection.credentials = try plugin(script: answer(token: "t$N"))

    let response = try await CurlTransport(connection).send(HTTPRequest(.patch, "/x", body: [65]))

    #expect(response.status == 200)
    #expect(server.requests.map { $0.headers["Authorization"] } == ["Bearer t1", "Bearer t2"])
  }

  @Test func aFixedTokenThatIsRefusedIsNotSentAgain() async throws {
    let server = LoopbackServer { _ in .answer("401 Unauthorized") }
    var connection = Connection(server: server.base)
    connection.credentials = FixedCredential(.bearer("hunter2secret"))

    #expect(try await CurlTransport(connection).send(HTTPRequest(.get, "/x")).status == 401)
    #expect(server.requests.count == 1)
  }

  @Test func noSecretAppearsInAnError() async {
    var connection = Connection(server: "https://user:hunter2secret@127.0.0.1:1")
    connection.credentials = FixedCredential(.bearer("hunter2secret"))
    connection.proxy = "http://user:hunter2secret@127.0.0.1:1"
    connection.tls.clientCertificate = Array("hunter2secret".utf8)
    connection.tls.clientKey = Array("hunter2secret".utf8)
    connection.tls.authority = Array("hunter2secret".utf8)
    for server in [
      connection.server, "https://127.0.0.1:1", "http://hunter2secret:hunter2secret@nowhere.invalid",
      "x://a:hunter2secret@b",
    ] {
      connection.server = server
      let transport = CurlTransport(connection)

      let error = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(.get, "/")) }

      #expect(!"\(String(describing: error))".contains("hunter2secret"), "\(String(describing: error))")
    }
  }

  /// A script that counts its runs in `$N` and prints a token.
  private func answer(token: String, expiry: String? = nil) -> String {
    let time = expiry.map { ",\\\"expirationTimestamp\\\":\\\"\($0)\\\"" } ?? ""
    return """
      echo >> \(directory.path)/runs; N=$(wc -l < \(directory.path)/runs); \
      echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\
      \\"status\\":{\\"token\\":\\"\(token)\\"\(time)}}"
      """
  }

  /// A terminal on which something is shown, lent by `loan`.
  private func terminal(_ loan: @escaping SharedTerminal.Loan) -> SharedTerminal {
    let terminal = SharedTerminal()
    terminal.hold(loan)
    return terminal
  }

  private func plugin(
    script: String = "", command: String? = nil, mode: String = "IfAvailable", more: String = "",
    now: @escaping @Sendable () -> Int = { 0 }, terminal: SharedTerminal? = nil
  ) throws -> ExecPlugin {
    let path = directory.path + "/plugin"
    try Files.write(Array("#!/bin/sh\n\(script)\n".utf8), to: path, mode: 0o755)
    let text = """
      users:
      - name: u
        user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: '\(command ?? path)', interactiveMode: \(mode)\(more)}}
      """
    let config = try Kubeconfig(explicit: "/f") { _ in Array(text.utf8) }
    var connection = Connection(server: "https://h")
    connection.tls.authority = Array("CA".utf8)
    let settings = try ExecSettings(try #require(config.users.first), cluster: nil, connection: connection)
    return ExecPlugin(settings, environment: .current, terminal: terminal, now: now)
  }
}
