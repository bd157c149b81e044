import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform
import Terminal
import Testing

@testable import Console
@testable import Operations

/// How the other screens look, with something on them and in each state in which there is not.
@Suite struct ScreenGoldenTests {
  private typealias State = Golden.State
  private static let forbidden = ReadFailure("You may not list it.", isForbidden: true)
  private static let unread = ReadFailure("Reading it: museum cannot be reached.")

  private static func command(
    _ command: String, _ name: String,
    from start: Golden.Start = .market,
    _ body: @escaping (inout ConsoleTester) -> Void = { _ in }
  ) -> State {
    State(name, from: start) { tester in
      tester.type(":" + command)
      tester.press(.enter)
      body(&tester)
    }
  }

  @Test func changes() throws {
    try Golden.check(
      "changes",
      [
        State("filled", from: .failedUpgrade) { $0.type("H") },
        State("empty") { tester in
          tester.hear(.recalled(Records()))
          tester.type("H")
        },
        State("stale", from: .failedUpgrade) { tester in
          tester.type("H")
          tester.lose()
        },
      ])
  }

  @Test func doctor() throws {
    let topic = ReadRequest.Topic.examination(of: "grafana")
    func remedy() -> (inout ConsoleTester) -> Void {
      { tester in
        tester.answer(topic, .examination(.sample))
        tester.press(.enter)
      }
    }
    let nothing = Examination(findings: [], gaps: ["helm's releases: forbidden"], count: 1)
    try Golden.check(
      "doctor",
      [
        Self.command("doctor", "loading", from: .failedUpgrade),
        Self.command("doctor", "filled", from: .failedUpgrade) {
          $0.answer(topic, .examination(.sample))
        },
        Self.command("doctor", "nothing", from: .failedUpgrade) {
          $0.answer(topic, .examination(nothing))
        },
        Self.command("doctor", "failed", from: .failedUpgrade) {
          $0.answer(topic, failure: Self.unread)
        },
        Self.command("doctor", "forbidden", from: .failedUpgrade) {
          $0.answer(topic, failure: Self.forbidden)
        },
        Self.command("doctor", "stale", from: .failedUpgrade) { tester in
          tester.answer(topic, .examination(.sample))
          tester.answer(topic, failure: Self.unread)
        },
        Self.command("doctor", "remedy", from: .failedUpgrade, remedy()),
        Self.command("doctor", "remedy, forbidden", from: .failedUpgrade) { tester in
          remedy()(&tester)
          let patch = Access("patch", Dialect.installPlan.installations, name: "grafana")
          tester.hear(.judged([patch: Access.Verdict(isAllowed: false)]))
        },
        Self.command("doctor", "remedy, changed", from: .failedUpgrade) { tester in
          remedy()(&tester)
          tester.hear(
            .installations(.applied(.sample("grafana", version: "1.0.0", resourceVersion: "99"))))
        },
        Self.command("doctor", "remedy, refused", from: .failedUpgrade) { tester in
          remedy()(&tester)
          tester.type("a")
          guard case .send(_, let plan)? = tester.asked.last else { return }
          tester.hear(
            .sent(plan, failure: "retry: grafana: museum does not allow it (403): a hook says no."))
        },
      ])
  }

  @Test func progress() throws {
    try Golden.check(
      "progress",
      [
        State("failed", from: .failedUpgrade) { tester in
          tester.app.open(ProgressScreen("grafana", .upgrade(to: "1.1.0")))
          tester.hear(.time)
        },
        State("under way") { tester in
          tester.upgradeGrafana()
          let under = Installation.sample("grafana", version: "1.1.0", config: "replicas: 1\n", state: "Upgrading")
          tester.hear(.installations(.applied(under)))
          tester.app.open(ProgressScreen("grafana", .upgrade(to: "1.1.0")))
          tester.hear(.time)
          var sources = OperationProgress.Sources()
          sources.log = "Release \"grafana\" is being upgraded\nwaiting for 2 pods\n"
          sources.gaps = ["pods: forbidden"]
          tester.answer(
            .progress(of: "grafana"),
            .progress(OperationProgress(under, sources, at: Timestamp(secondsSince1970: Int(tester.now.wall)))))
        },
        State("forbidden") { tester in
          tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))
          tester.app.open(ProgressScreen("grafana"))
          tester.hear(.time)
          tester.answer(.progress(of: "grafana"), failure: Self.forbidden)
        },
        State("loading") { tester in
          tester.hear(
            .installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))
          tester.app.open(ProgressScreen("grafana"))
          tester.hear(.time)
        },
        State("stale") { tester in
          tester.hear(
            .installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))
          tester.app.open(ProgressScreen("grafana"))
          tester.hear(.time)
          tester.lose()
        },
        Self.command("operations", "operations, loading", from: .nothing),
        Self.command("operations", "operations, stale") { tester in
          tester.hear(
            .installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))
          tester.lose()
        },
        Self.command("operations", "operations, empty"),
        Self.command("operations", "operations") { tester in
          tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))
        },
      ])
  }

  @Test func repositories() throws {
    try Golden.check(
      "repositories",
      [
        Self.command("repositories", "loading"),
        Self.command("repositories", "empty") { $0.answer(.repositories, .repositories([])) },
        Self.command("repositories", "forbidden") { $0.answer(.repositories, failure: Self.forbidden) },
        Self.command("repositories", "failed") { $0.answer(.repositories, failure: Self.unread) },
        Self.command("repositories", "filled") {
          $0.answer(.repositories, .repositories([NewScreensTests.repository]))
        },
        Self.command("repositories", "stale") { tester in
          tester.answer(.repositories, .repositories([NewScreensTests.repository]))
          tester.answer(.repositories, failure: Self.unread)
        },
        Self.command("repositories", "form") { $0.type("n") },
        Self.command("repositories", "form, asking", Self.fillForm),
        Self.command("repositories", "form, filled") { tester in
          Self.fillForm(&tester)
          Self.reach(
            &tester, Reachability(isGood: true, words: "it answers: 3 charts in 9 versions"))
        },
        Self.command("repositories", "form, unreachable") { tester in
          Self.fillForm(&tester)
          Self.reach(
            &tester,
            Reachability(isGood: false, words: "charts.example cannot be reached (no such host)"))
        },
      ])
  }

  private static func fillForm(_ tester: inout ConsoleTester) {
    tester.type("n")
    tester.type("extra")
    tester.press(.enter)
    tester.type("https://charts.example")
    tester.press(.enter)
  }

  /// What the form has asked for answers so.
  private static func reach(_ tester: inout ConsoleTester, _ answer: Reachability) {
    for case .reading(let reading) in tester.app.subscriptions {
      if case .reachability = reading.topic { tester.answer(reading.topic, .reachability(answer)) }
    }
  }

  @Test func gateway() throws {
    let name: String? = nil
    try Golden.check(
      "gateway",
      [
        Self.command("gateway", "loading"),
        Self.command("gateway", "empty") {
          $0.answer(.serving(of: name), .serving(ServingFacts([], dialect: .installPlan)))
        },
        Self.command("gateway", "forbidden") {
          $0.answer(.serving(of: name), failure: Self.forbidden)
        },
        Self.command("gateway", "failed") { $0.answer(.serving(of: name), failure: Self.unread) },
        Self.command("gateway", "stale") { tester in
          tester.answer(.serving(of: name), .serving(NewScreensTests.served))
          tester.answer(.serving(of: name), failure: Self.unread)
        },
        Self.command("gateway", "filled") { tester in
          tester.answer(.serving(of: name), .serving(NewScreensTests.served))
          tester.answer(.probes(of: name), .probes(NewScreensTests.probes))
        },
        Self.command("gateway", "no rule") { tester in
          tester.answer(.serving(of: name), .serving(NewScreensTests.served))
          tester.type("g")
          tester.press(.backspace)
          tester.type("/nowhere")
          tester.press(.enter)
        },
        Self.command("gateway", "a rule") { tester in
          tester.answer(.serving(of: name), .serving(NewScreensTests.served))
          tester.type("g")
          tester.press(.backspace)
          tester.type("/kapis/weather.example/v1/cities")
          tester.press(.enter)
        },
      ])
  }

  @Test func contexts() throws {
    let places = [
      ClusterChoice(name: "museum", source: .kubeconfig, ways: "kubernetes", server: "https://museum"),
      ClusterChoice(name: "staging", source: .profile, ways: "both", server: "https://staging", login: "ada logged in"),
    ]
    try Golden.check(
      "contexts",
      [
        Self.command("contexts", "loading"),
        Self.command("contexts", "empty") { $0.hear(.clusterChoices(.success([]))) },
        Self.command("contexts", "filled") { $0.hear(.clusterChoices(.success(places))) },
        Self.command("contexts", "failed") {
          $0.hear(.clusterChoices(.failure(ReadFailure("~/.kube/config: line 3: not a mapping."))))
        },
      ])
  }

  @Test func helpAndPalette() throws {
    try Golden.check(
      "help",
      [
        State("help") { $0.type("?") },
        State("found") { tester in
          tester.type("?/roll")
          tester.press(.enter)
        },
        State("palette") { $0.type(":") },
        State("palette, typed") { $0.type(":roll") },
        State("palette, nothing") { $0.type(":xyz") },
        State("messages, empty") { $0.type("m") },
        State("messages", from: .failedUpgrade) { tester in
          tester.lose()
          tester.type("m")
        },
      ])
  }

  @Test func leaving() throws {
    try Golden.check(
      "leaving",
      [
        State("unsaved") { tester in
          tester.offerAfter("e", "grafana")
          tester.type("a: 1 # ")
          tester.press(.control("c"))
        },
        State("something changed") { tester in
          tester.offerAfter("D", "grafana")
          tester.type("a")
          tester.acceptChange()
          tester.type("q")
        },
        State("being sent") { tester in
          tester.offerAfter("D", "grafana")
          tester.type("a")
          tester.press(.control("c"))
        },
      ])
  }

  @Test func objects() throws {
    let topic = ReadRequest.Topic.object(
      of: "grafana", Dialect.installPlan.installations, called: "grafana")
    let text = "kind: InstallPlan\nspec:\n  config: |\n    adminPassword: hunter2\n"
    try Golden.check(
      "object",
      [
        State("loading") { $0.type("y") },
        State("filled") { tester in
          tester.type("y")
          tester.answer(topic, .object(text))
        },
        State("forbidden") { tester in
          tester.type("y")
          tester.answer(topic, failure: Self.forbidden)
        },
        State("failed") { tester in
          tester.type("y")
          tester.answer(topic, failure: Self.unread)
        },
        State("stale") { tester in
          tester.type("y")
          tester.answer(topic, .object(text))
          tester.answer(topic, failure: Self.unread)
        },
      ])
  }

  @Test func ways() throws {
    func compare(_ name: String, _ differences: [String], failure: Sentence? = nil) -> State {
      State(name) { tester in
        tester.app.open(ComparisonScreen())
        tester.hear(.compared(Comparison(differences: differences, failure: failure)))
      }
    }
    try Golden.check(
      "ways",
      [
        State("loading") { tester in
          tester.app.open(ComparisonScreen())
          tester.hear(.time)
        },
        compare("empty", []), compare("filled", ["InstallPlan grafana: only by the gateway"]),
        compare("failed", [], failure: "The gateway cannot be reached."),
        compare(
          "forbidden", [], failure: "You may not list installplans.kubesphere.io by the gateway."),
      ])
  }

  @Test func comparisons() throws {
    let topic = ReadRequest.Topic.comparison(of: "grafana", from: "1.0.0", to: "1.1.0")
    func compare(_ name: String, _ body: @escaping (inout ConsoleTester) -> Void = { _ in }) -> State {
      State(name) { tester in
        tester.app.open(VersionComparisonScreen("grafana", from: "1.0.0", to: "1.1.0"))
        tester.hear(.time)
        body(&tester)
      }
    }
    try Golden.check(
      "comparison",
      [
        compare("loading"), compare("failed") { $0.answer(topic, failure: Self.unread) },
        compare("forbidden") { $0.answer(topic, failure: Self.forbidden) },
        compare("filled") { $0.answer(topic, .comparison(Self.compared(replicas: 2))) },
        compare("empty") { $0.answer(topic, .comparison(Self.compared(replicas: 1))) },
        compare("stale") { tester in
          tester.answer(topic, .comparison(Self.compared(replicas: 2)))
          tester.answer(topic, failure: Self.unread)
        },
        compare("not at hand") {
          $0.answer(topic, .comparison(ComparedVersions(problem: "The package of grafana 1.0.0 is not at hand.")))
        },
      ])
  }

  /// What two packages have differently where the later one has so many replicas, and the earlier one has one.
  private static func compared(replicas: Int) -> ComparedVersions {
    func side(_ version: String, _ replicas: Int) -> VersionComparison.Side {
      let files = ["Chart.yaml": "name: grafana\n", "values.yaml": "replicas: \(replicas)\n"]
      return VersionComparison.Side(
        .sample("grafana", version), Package(files: files.mapValues { Array($0.utf8) }))
    }
    return ComparedVersions(
      comparison: VersionComparison(
        from: side("1.0.0", 1), to: side("1.1.0", replicas), config: [:], language: "en"))
  }
}
