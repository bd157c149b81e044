import Client
import Glibc
import HTTP
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

@Suite struct ProfileTests {
  private let home = ProfileHome()

  private static let profiles = """
    # mine
    current: both
    profiles:
      - name: both
        gateway: {url: "https://ks.example.com", user: ada}
        kubernetes: {kubeconfig: kube, context: prod}
      - name: far
        gateway: {url: "https://ks.example.com"}
      - name: file
        gateway: {url: "https://ks.example.com", token-file: token}

    """

  private func destination(_ arguments: String...) async throws -> ClusterSession {
    try await ClusterSession.find(try Arguments.parse(arguments), home.environment, home.outlet)
  }

  private func sentence(_ arguments: String...) async throws -> String {
    do {
      _ = try await ClusterSession.find(try Arguments.parse(arguments), home.environment, home.outlet)
    } catch {
      return error.sentence
    }
    Issue.record("\(arguments) found a cluster")
    return ""
  }

  @Test func theCurrentProfileServesWhenNothingElseIsSaid() async throws {
    try home.writeSettings(Self.profiles)

    let current = try await destination("list")
    let named = try await destination("list", "--profile", "far")
    let context = try await destination("list", "--kubeconfig", home.path + "/config/ksx/kube")

    #expect(
      current.status.cluster == "both" && current.fallback != nil && current.ways != nil && current.gateway != nil)
    #expect(current.status.server == "https://prod:6443" && current.status.identity == current.status.server)
    #expect(current.status.kubectlFlags == ["--context", "prod", "--kubeconfig", home.path + "/config/ksx/kube"])
    #expect(current.status.ownFlags == ["--profile", "both"])
    #expect(named.status.cluster == "far" && named.status.server == "https://ks.example.com" && named.fallback == nil)
    #expect(context.status.cluster == "lab" && context.gateway == nil && context.status.ownFlags == nil)
  }

  @Test func aMemberClusterIsReachedByTheGatewayAloneAndHasANameOfItsOwn() async throws {
    try home.writeSettings(Self.profiles)

    let member = try await destination("list", "--member-cluster", "east")

    #expect(member.status.cluster == "both/east")
    #expect(member.status.identity == "https://ks.example.com/clusters/east")
    #expect(member.fallback == nil)
    #expect(member.status.ownFlags == ["--profile", "both", "--member-cluster", "east"])
  }

  @Test func whatCannotBeMeantIsRefused() async throws {
    #expect(try await sentence("list", "--member-cluster", "x").contains("goes with a profile that has a gateway"))
    try home.writeSettings(Self.profiles)

    #expect(try await sentence("list", "--profile", "none").hasSuffix("there are: both, far, file"))
    for flag in ["--context", "--server", "--kubeconfig", "--cluster"] {
      #expect(
        try await sentence("list", "--profile", "far", flag, "x")
          == "--profile and \(flag) name two clusters; leave one of them out")
    }
    #expect(try await sentence("list", "--profile", "far", "--standalone").contains("two clusters"))
    #expect(try await sentence("list", "--profile", "far", "--as", "eve").contains("--as belong to a kubeconfig"))
  }

  @Test func contextsAndProfilesStandInOneList() throws {
    try home.writeSettings(Self.profiles)
    let arguments = ["contexts", "--kubeconfig", home.path + "/config/ksx/kube"]

    try Contexts(try Arguments.parse(arguments), home.environment, home.outlet).list()
    #expect(
      home.printed == """
        CURRENT   NAME   FROM         WAYS         SERVER                   LOGIN
        *         both   profile      both         https://ks.example.com   logged out
        -         far    profile      gateway      https://ks.example.com   logged out
        -         file   profile      gateway      https://ks.example.com   token in \(home.path)/config/ksx/token
        -         lab    kubeconfig   Kubernetes   https://lab:6443         -
        -         prod   kubeconfig   Kubernetes   https://prod:6443        -

        """)
    try Contexts(try Arguments.parse(arguments + ["-o", "name"]), home.environment, home.outlet).list()
    #expect(home.printed == "both\nfar\nfile\nlab\nprod\n")
    let tokens =
      #"{"server":"https://ks.example.com","access_token":"a","issued":1,"expires":1800000000,"refused":1767268800}"#
    try Files.makeDirectory(XDG(home.environment).state + "/tokens")
    try Files.write(Array(tokens.utf8), to: XDG(home.environment).state + "/tokens/both.json", mode: 0o600)
    try Contexts(try Arguments.parse(arguments), home.environment, home.outlet).list()
    #expect(home.printed.contains("ada refused 2026-01-01T12:00:00Z; log in again"), "\(home.printed)")
    try Contexts(try Arguments.parse(arguments + ["-o", "json"]), home.environment, home.outlet).list()
    let json = home.printed
    #expect(json.contains(#""state": "ended""#) && json.contains(#""refused": "2026-01-01T12:00:00Z""#), "\(json)")
  }

  @Test func anotherProfileIsMadeCurrentAndAKubeconfigIsLeftAlone() throws {
    try home.writeSettings(Self.profiles)
    func use(_ name: String) throws {
      try Contexts(
        try Arguments.parse(["contexts", "use", name, "--kubeconfig", home.path + "/config/ksx/kube"]),
        home.environment, home.outlet
      ).use()
    }

    try use("far")
    #expect(try home.settings() == Self.profiles.replacing("current: both", "current: far"))
    #expect(throws: CommandError.self) { try use("nobody") }
    let error = #expect(throws: CommandError.self) { try use("lab") }
    #expect(error?.sentence.contains("--context lab") == true)
  }

  @Test func aPasswordIsNeverTakenFromTheCommandLine() async throws {
    let error = await #expect(throws: CommandError.self) {
      try await LoggingIn(
        try Arguments.parse(["login", "--gateway", "https://ks", "--username", "ada", "--password", "planted"]),
        home.environment, home.outlet
      ).logIn()
    }

    #expect(error?.sentence.contains("--password-stdin") == true)
    #expect(error?.sentence.contains("planted") == false)
  }

  @Test(arguments: [
    (["login"], "say where to log in"), (["login", "--profile", "x"], "there is no profile x; make it"),
    (["login", "--gateway", "ftp://ks"], "begins with https:// or http://"),
    (["login", "--gateway", "https://a:b@ks"], "carries no user"),
    (["login", "--gateway", "https://ks"], "--username NAME"),
    (["login", "--gateway", "https://ks", "--username", "ada"], "--password-stdin"),
    (["login", "--gateway", "https://ks", "--server", "https://h"], "takes --gateway URL"),
    (["login", "--profile", "far", "--gateway", "https://other"], "leads elsewhere"),
    (["login", "--profile", "file"], "takes its token from a file"),
    (["logout", "--profile", "file"], "takes its token from a file"),
  ])
  func aLoginThatCannotBeIsExplained(arguments: [String], words: String) async throws {
    if arguments.contains("far") || arguments.contains("file") { try home.writeSettings(Self.profiles) }
    let login = LoggingIn(try Arguments.parse(arguments), home.environment, home.outlet)

    let error = await #expect(throws: CommandError.self) {
      if arguments[0] == "login" { try await login.logIn() } else { try await login.logOut() }
    }

    #expect(error?.sentence.contains(words) == true, "\(error?.sentence ?? "")")
  }

  @Test(arguments: [("http://ks:30880", 1), ("http://127.0.0.1:9090", 0), ("https://ks", 0)])
  func aLoginThatCanBeReadOnTheWaySaysSoBeforeThePassword(url: String, count: Int) async throws {
    let notes = Locked<[String]>([])
    let outlet = Outlet(print: { _ in }, note: { note in notes.withLock { $0.append(note) } })

    await #expect(throws: CommandError.self) {
      try await LoggingIn(
        try Arguments.parse(["login", "--gateway", url, "--username", "ada"]), home.environment, outlet
      ).logIn()
    }

    #expect(notes.withLock { $0 }.filter { $0.contains("unencrypted") }.count == count)
  }

  @Test func aLoginIsThatOfTheCurrentProfileAndAnotherThatIsBrokenHasNoSayInIt() async throws {
    func sentence(current: String) async throws -> String {
      try home.writeSettings(
        """
        current: \(current)
        profiles:
          - name: broken
            gateway: {url: "https://ks.example.com"}
            kubernetes: {kubeconfig: kube, context: nowhere}
          - name: good
            gateway: {url: "https://ks.example.com", user: ada}

        """)
      let arguments = try Arguments.parse(["login", "--gateway", "https://ks.example.com"])
      let error = await #expect(throws: CommandError.self) {
        try await LoggingIn(arguments, home.environment, home.outlet).logIn()
      }
      return error?.sentence ?? ""
    }

    #expect(try await sentence(current: "good").contains("--password-stdin"))
    #expect(try await sentence(current: "broken").contains("--username NAME"))
  }

  @Test func whatAProfileIsIsNotChangedByALogin() async throws {
    try home.writeSettings(Self.profiles)

    let error = await #expect(throws: CommandError.self) {
      try await LoggingIn(
        try Arguments.parse(["login", "--profile", "far", "--context", "prod"]), home.environment, home.outlet
      ).logIn()
    }

    #expect(error?.sentence.hasPrefix("--context belongs to a new profile, and far is there already") == true)
  }

  @Test(arguments: [([], 1), (["-v", "5"], 1), (["-v", "6"], 3)])
  func requestsAndWarningsAreToldOf(flags: [String], count: Int) async throws {
    let notes = Locked<[String]>([])
    let outlet = Outlet(print: { _ in }, note: { note in notes.withLock { $0.append(note) } })
    let arguments = try Arguments.parse(["list"] + flags)
    let session = CommandSession(
      arguments, in: ClusterSession(.init(cluster: "n", server: "https://h"), cluster: Cluster(transport: Warning())),
      outlet: outlet, localState: LocalState(cache: home.path, state: home.path))

    for _ in 1...2 { _ = try await session.cluster.document("/version?token=planted") }

    #expect(notes.withLock { $0 }.filter { $0 == "Warning: old" }.count == 1)
    #expect(notes.withLock { $0 }.count == count)
    #expect(
      notes.withLock { $0 }.filter { $0.hasPrefix("GET https://h/version?token=") && $0.contains(" 200 in ") }.count
        == count - 1)
    #expect(!notes.withLock { $0 }.contains { $0.contains("planted") })
    #expect(session.warningCount == 1)
  }
}

/// A home of its own, and everything said in it.
private final class ProfileHome: Sendable {
  private let folder = TemporaryFolder()
  private let said = Locked("")

  var path: String { folder.path }

  var environment: Environment {
    ["HOME": path, "XDG_CONFIG_HOME": path + "/config", "XDG_STATE_HOME": path + "/state"]
  }

  var outlet: Outlet {
    Outlet(print: { [said] text in said.withLock { $0 += text } }, note: { _ in })
  }

  /// What was printed since the last time.
  var printed: String {
    said.withLock { said in
      defer { said = "" }
      return said
    }
  }

  func writeSettings(_ settings: String) throws {
    try Files.makeDirectory(path + "/config/ksx")
    try Files.write(Array(settings.utf8), to: path + "/config/ksx/config.yaml")
    let kubeconfig = """
      current-context: lab
      contexts: [{name: prod, context: {cluster: p}}, {name: lab, context: {cluster: l}}]
      clusters: [{name: p, cluster: {server: "https://prod:6443"}}, {name: l, cluster: {server: "https://lab:6443"}}]
      """
    try Files.write(Array(kubeconfig.utf8), to: path + "/config/ksx/kube")
  }

  func settings() throws -> String { try Files.text(path + "/config/ksx/config.yaml") }
}

extension String {
  fileprivate func replacing(_ old: String, _ new: String) -> String {
    split(separator: "\n", omittingEmptySubsequences: false).map { $0 == old ? new : String($0) }
      .joined(separator: "\n")
  }
}

/// A server that warns with every answer.
private struct Warning: Transport {
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    HTTPResponse(status: 200, headers: ["Warning": #"299 - "old""#], bytes: Array("{}".utf8))
  }
}
