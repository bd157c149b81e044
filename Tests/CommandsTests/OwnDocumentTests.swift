import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// JSON of ksx's own is what docs/output.schema.json says it is, for every verb that prints any.
@Suite struct OwnDocumentTests {
  /// Command lines that print it of a cluster, by their verbs.
  private static let ofACluster: [(verb: String, line: String)] =
    [
      ("history", "history whizard"), ("config history", "config history whizard"),
      ("config diff", "config diff whizard"), ("inside", "inside whizard"), ("diff", "diff whizard 1.0.0 1.1.0"),
      ("diff", "diff -f -"), ("export", "export"), ("operations", "operations"), ("watch", "watch --timeout=1s"),
      ("doctor", "doctor"), ("safe-mode status", "safe-mode status"), ("serves", "serves"), ("probe", "probe whizard"),
      ("explain", "explain GET /dist/whizard/index.js"), ("repo events", "repo events main"), ("compare", "compare"),
      ("install", "install cow --dry-run"), ("upgrade", "upgrade whizard --dry-run"),
      ("rollback", "rollback whizard --version 1.1.0 --dry-run"), ("enable", "enable whizard --dry-run"),
      ("disable", "disable ant bee --dry-run"),
      ("config set", "config set whizard a=3 --dry-run"), ("config unset", "config unset whizard a --dry-run"),
      ("config edit", "config edit whizard --dry-run"), ("place", "place whizard --clusters host --dry-run"),
      ("retry", "retry whizard --dry-run"), ("undo", "undo ant --dry-run"),
      ("uninstall", "uninstall whizard --dry-run"),
    ]
    + [
      "upgrade whizard", "disable whizard", "config set whizard a=3", "safe-mode off", "bisect start", "bisect reset",
      "repo remove main", "undo ant", "uninstall whizard", "apply -f -",
    ].map { ("plan", "plan \($0)") } + [("disable", "disable ant bee --yes"), ("apply", "apply -f - --yes")]

  /// Those that print it of this computer.
  private static let ofThisComputer: [(verb: String, line: String)] = [
    ("journal", "journal"), ("journal show", "journal show"), ("journal verify", "journal verify"),
    ("contexts", "contexts"), ("version", "version"), ("repo test", "repo test file:///nowhere"),
  ]

  /// What these print is made of a value, which is looked at by itself.
  private static let ofValues = ["test"]

  /// These print what the cluster has as it has it, and nothing else.
  private static let clustersOwn = ["list", "get", "versions", "events", "repo list"]

  @Test func everyVerbWithAnOutputIsLookedAt() {
    let verbs = Set(Verb.all.filter { $0.options.contains(.output) }.map(\.name))

    #expect(
      verbs.symmetricDifference(
        (Self.ofACluster + Self.ofThisComputer).map(\.verb) + Self.ofValues + Self.clustersOwn) == [])
  }

  private static let set = """
    apiVersion: ksx.dev/v1
    kind: ExtensionSet
    extensions:
      - {name: bee, version: 1.1.0, enabled: true}
    """

  private func bench() async throws -> Workbench {
    let bench = try Workbench()
    for name in ["ant", "bee", "cow"] { try await bench.offer(name) }
    try await bench.offerPackages()
    for name in ["ant", "bee"] { try await bench.run("install", name, "--version=1.0.0", "--yes") }
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "a: 1\n")
    try await bench.report(
      "whizard",
      [
        "state": "Installed", "version": "1.0.0",
        "stateHistory": [["state": "Installed", "lastTransitionTime": "2026-01-01T10:00:00Z"]],
      ])
    try await bench.run("config", "set", "whizard", "a=2", "--yes", "--reason", "ticket 7")
    try await bench.run("repo", "add", "main", "https://charts.example", "--yes")
    _ = try await bench.cluster.create(
      bench.dialect.jsBundles,
      Object(
        bench.dialect.jsBundles, name: "whizard", labels: [bench.dialect.extensionLabel: "whizard"],
        [
          "spec": ["rawFrom": ["url": "http://a.example/x.js"]],
          "status": ["state": "Available", "link": "/dist/whizard/index.js"],
        ]))
    let other = try Workbench()
    try await other.offer()
    bench.ways.withLock { $0 = FallbackTransport(kubernetes: bench.transport, gateway: other.transport) }
    return bench
  }

  @Test func whatACommandPrintsOfAClusterIsDescribed() async throws {
    let (bench, schemas) = (try await bench(), try OutputSchemas())
    try await bench.run("safe-mode", "on", "--except=ant,bee", "--yes")
    try await bench.report("whizard", ["state": "UpgradeFailed"])

    for (verb, line) in Self.ofACluster {
      let words = line.split(separator: " ").map(String.init) + ["-o", "json"]
      // KubeSphere's gateway behind the API, for what asks through one.
      bench.transport.answer { request in
        let isGateways = request.target == "/kapis/version" || request.target.hasPrefix("/dist/")
        return verb == "probe" && isGateways ? HTTPResponse(status: 200, bytes: Array("{}".utf8)) : nil
      }
      // Some end with an answer, and some are refused after they have shown why.
      do { try await bench.run(words, input: Self.set, edit: { $0 + "# edited\n" }) } catch is CommandError {}
      let printed = bench.said.printed
      let documents = words[0] == "watch" ? printed.split(separator: "\n").map(String.init) : [printed]
      #expect(!documents.isEmpty && !printed.isEmpty, "\(line): \(bench.said.noted)")
      for document in documents where !document.isEmpty {
        #expect(try schemas.violations(in: try JSON.parse(Array(document.utf8))) == [], "\(line)")
      }
    }
  }

  @Test func whatACommandPrintsOfThisComputerIsDescribed() async throws {
    let folder = TemporaryFolder()
    let schemas = try OutputSchemas()
    let environment: Environment = ["HOME": folder.path, "KUBECONFIG": folder.path + "/config"]
    let kubeconfig = """
      apiVersion: v1
      kind: Config
      current-context: a
      contexts: [{name: a, context: {cluster: a, user: a}}]
      clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}]
      users: [{name: a, user: {}}]
      """
    try Files.write(Array(kubeconfig.utf8), to: folder.path + "/config")
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try Files.makeDirectory(XDG(environment).state)
    try Files.write(
      try Files.read(bench.localState.state + "/journal.jsonl"), to: XDG(environment).state + "/journal.jsonl")

    for (_, line) in Self.ofThisComputer {
      let said = await obeyed(line.split(separator: " ").map(String.init) + ["-o", "json"], environment)
      #expect(!said.printed.isEmpty, "\(line): \(said.noted)")
      if said.printed.isEmpty { continue }
      #expect(try schemas.violations(in: try JSON.parse(Array(said.printed.utf8))) == [], "\(line)")
    }
  }

  /// What a command line says that is about this computer, however it ends.
  private func obeyed(_ words: [String], _ environment: Environment) async -> Transcript {
    let said = Transcript()
    let outlet = Outlet(print: { said.print($0) }, note: { said.note($0) })
    _ = try? await Program.obey(Arguments.parse(words), environment, outlet)
    return said
  }

  @Test(arguments: TestRun.State.allCases)
  func aRunOfTestsIsDescribed(state: TestRun.State) throws {
    var run = TestRun(id: "7", count: 2)
    run.state = state
    run.outcomes = [
      .init(name: "Pod ns/a", hasPassed: true), .init(name: "Pod ns/b", hasPassed: false, message: "m", output: "o"),
    ]

    #expect(try OutputSchemas().violations(in: .ksxDocument("TestRun", run.value.mapping ?? [:])) == [])
  }

  @Test func aDocumentWithoutASchemaIsFound() throws {
    let schemas = try OutputSchemas()

    #expect(try schemas.violations(in: .ksxDocument("Nonsense", [:])) == ["there is no schema of Nonsense"])
    #expect(try schemas.violations(in: .ksxDocument("Version", ["ksx": "1", "more": 2])) == [".more is not described"])
    #expect(try !schemas.violations(in: .ksxDocument("Version", ["ksx": 1])).isEmpty)
  }

  @Test func everyKindInTheSourcesIsDescribedAndNoOther() throws {
    // A set is read as well, and so is made where that is done.
    var kinds: Set = ["ExtensionSet"]
    for path in try swiftFiles(in: OutputSchemas.repositoryRoot + "/Sources/Commands") {
      let text = try Files.text(path)
      for mark in [".ksxDocument(", "kind: "] {
        var rest = text[...]
        while let found = rest.rangeOfText(mark) {
          rest = rest[found.upperBound...]
          let quoted = rest.drop { $0.isWhitespace }
          let word = quoted.dropFirst().prefix { $0.isLetter }
          if quoted.first == "\"", word.first?.isUppercase == true { kinds.insert(String(word)) }
        }
      }
    }

    #expect(Set(try OutputSchemas().definitions.keys) == kinds)
  }

  private func swiftFiles(in folder: String) throws -> [String] {
    try Files.names(in: folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      if Files.isDirectory(path) { return try swiftFiles(in: path) }
      return name.hasSuffix(".swift") ? [path] : []
    }
  }

  @Test func aLoginThatIsKnownIsDescribedToo() throws {
    let context: Value = [
      "name": "a", "source": "profile", "current": true, "ways": ["gateway"], "server": "s",
      "login": ["state": "loggedIn", "renewed": true, "user": "ada"],
    ]

    #expect(try OutputSchemas().violations(in: .ksxDocument("ContextList", ["items": [context]])) == [])
  }
}
