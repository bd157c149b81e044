import Client
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform
import Terminal
import Testing

@testable import Console
@testable import Extensions
@testable import Operations

/// How the pages of an extension look, with something on them and in each state in which there is not.
@Suite struct ExtensionGoldenTests {
  private typealias State = Golden.State
  private static let forbidden = ReadFailure("You may not list events in extension-grafana.", isForbidden: true)
  private static let lost = ReadFailure("Reading the package of grafana 1.0.0: museum cannot be reached.")

  /// Keys of an extension that runs, up to its page with `digit`.
  private static func page(
    _ digit: String, _ name: String,
    _ body: @escaping (inout ConsoleTester) -> Void = { _ in }
  ) -> State {
    State(name) { tester in
      tester.press(.enter)
      tester.offer("grafana", "0.9.0", "1.0.0", "1.1.0")
      tester.type(digit)
      body(&tester)
    }
  }

  @Test func overview() throws {
    try Golden.check(
      "overview",
      [
        State("installed") { tester in
          tester.press(.enter)
          tester.offer("grafana", "1.0.0", "1.1.0")
          tester.hear(.detailed("grafana", ExtensionDetails(.sample)))
        },
        State("absent") { tester in
          tester.type("j")
          tester.press(.enter)
        },
        State("failed", from: .failedUpgrade) { tester in
          tester.press(.enter)
          tester.answer(.examination(of: "grafana"), .examination(.sample))
        },
        State("failed, not looked into", from: .failedUpgrade) { tester in
          tester.press(.enter)
          tester.answer(.examination(of: "grafana"), failure: Self.lost)
        },
        State("stale") { tester in
          tester.press(.enter)
          tester.lose()
        },
        State("loading", from: .nothing) { tester in
          tester.app.open(ExtensionScreen("grafana"))
          tester.hear(.time)
        },
        State("forbidden", from: .nothing) { tester in
          let refusal = ClusterError.refused(
            Status(code: 403, reason: "Forbidden", message: "ada may not list it"))
          tester.hear(.installations(.interrupted(refusal, delay: .seconds(30))))
          tester.hear(.extensions(.replaced([.sample("grafana", "Grafana", versions: ["1.0.0"])])))
          tester.app.open(ExtensionScreen("grafana"))
          tester.hear(.time)
        },
        State("gone from the marketplace") { tester in
          tester.hear(.installations(.applied(.sample("devops-0.10.0", version: "0.10.0"))))
          tester.app.open(ExtensionScreen("devops-0.10.0"))
          tester.hear(.time)
        },
      ])
  }

  @Test func versions() throws {
    try Golden.check(
      "versions",
      [
        State("loading") { tester in
          tester.press(.enter)
          tester.type("2")
        },
        Self.page("2", "filled"),
        State("empty") { tester in
          tester.hear(.extensions(.applied(.sample("bell", "Bell", versions: []))))
          tester.app.open(ExtensionScreen("bell"))
          tester.hear(.versions(of: "bell", .replaced([])))
          tester.type("2")
        },
        Self.page("2", "stale") { $0.lose() },
        State("failed") { tester in
          tester.press(.enter)
          let error = ClusterError.transport(
            .unreachable(host: "museum", reason: "connection refused"))
          tester.hear(.versions(of: "grafana", .interrupted(error, delay: .seconds(30))))
          tester.type("2")
        },
        Self.page("2", "does not fit") { tester in
          var version = ExtensionVersion.sample("grafana", "1.1.0")
          version.kubeVersion = ">=1.99.0"
          tester.hear(.versions(of: "grafana", .applied(version)))
          var facts = PlanFacts()
          facts.server.kubernetes = "v1.32.1"
          tester.hear(.facts(facts))
          tester.press(.up)
        },
        State("forbidden") { tester in
          tester.press(.enter)
          let refusal = Status(code: 403, reason: "Forbidden", message: "user ada may not list extensionversions")
          tester.hear(.versions(of: "grafana", .interrupted(.refused(refusal), delay: .seconds(30))))
          tester.type("2")
        },
      ])
  }

  @Test func history() throws {
    try Golden.check(
      "history",
      [
        Self.page("3", "loading"),
        Self.page("3", "empty") { $0.answer(.past(of: "grafana"), .past(ExtensionHistory(.init(lines: [])))) },
        Self.page("3", "forbidden") { $0.answer(.past(of: "grafana"), failure: Self.forbidden) },
        Self.page("3", "failed") { $0.answer(.past(of: "grafana"), failure: Self.lost) },
        State("stale", from: .failedUpgrade) { tester in
          tester.press(.enter)
          tester.type("3")
          let lines = tester.app.state.records.lines
          tester.answer(.past(of: "grafana"), .past(ExtensionHistory(.init(lines: lines))))
          tester.answer(.past(of: "grafana"), failure: Self.lost)
        },
        State("filled", from: .failedUpgrade) { tester in
          tester.press(.enter)
          tester.type("3")
          let lines = tester.app.state.records.lines
          tester.answer(
            .past(of: "grafana"), .past(ExtensionHistory(.init(lines: lines, gaps: ["helm's releases: forbidden"]))))
        },
        State("one change", from: .failedUpgrade) { tester in
          tester.press(.enter)
          tester.type("3")
          tester.press(.enter)
        },
      ])
  }

  private static let values = "# How many run at once\nreplicas: 1\nadminPassword: changeme\nreceiver:\n  port: 9000\n"

  @Test func config() throws {
    try Golden.check(
      "config-page",
      [
        Self.page("4", "loading"),
        Self.page("4", "filled") { tester in
          tester.hear(
            .installations(
              .applied(.sample("grafana", version: "1.0.0", config: "replicas: 3\nadminPassword: hunter2\nfoo: 1\n"))))
          tester.readPackage(of: "grafana", "1.0.0", values: Self.values)
        },
        Self.page("4", "empty") { tester in
          tester.hear(.installations(.applied(.sample("grafana", version: "1.0.0"))))
          tester.readPackage(of: "grafana", "1.0.0", values: "")
        },
        Self.page("4", "stale") { tester in
          tester.readPackage(of: "grafana", "1.0.0", values: Self.values)
          tester.lose()
        },
        Self.page("4", "no package") { tester in
          var evidence = PlanSheet.Evidence()
          evidence.packageProblem = "The package of grafana 1.0.0 is not at hand: its repository does not answer."
          tester.hear(.evidence(EvidenceSubject(name: "grafana", version: "1.0.0", known: nil), evidence))
        },
        State("not installed") { tester in
          tester.type("j")
          tester.press(.enter)
          tester.type("4")
          tester.readPackage(of: "jenkins", "2.0.0", values: Self.values)
        },
      ])
  }

  @Test func docs() throws {
    let text = "# Grafana\n\nShows *what* happens.\n\n- dashboards\n- alerts\n\n```yaml\na: 1\n```\n"
    func answer(_ documentation: Documentation) -> (inout ConsoleTester) -> Void {
      {
        $0.hear(
          .documented(DocumentKey(extensionName: "grafana", version: "grafana-1.0.0", language: "en"), documentation))
      }
    }
    try Golden.check(
      "docs",
      [
        Self.page("5", "loading"), Self.page("5", "filled", answer(.text(text))),
        Self.page("5", "missing", answer(.missing(reason: "the package has none."))),
      ])
  }

  @Test func inside() throws {
    let topic = ReadRequest.Topic.contents(of: "grafana", version: "1.0.0")
    let files = [
      "Chart.yaml": "name: grafana\n",
      "permissions.yaml":
        "kind: ClusterRole\nrules:\n- {apiGroups: [''], resources: [secrets], verbs: [get, list]}\n",
      "templates/a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
    ]
    let contents = PackageContents(Package(files: files.mapValues { Array($0.utf8) }))
    try Golden.check(
      "inside",
      [
        Self.page("6", "loading"),
        Self.page("6", "filled") {
          $0.answer(topic, .contents(PackageFacts(version: "1.0.0", contents: contents)))
        },
        Self.page("6", "not at hand") {
          $0.answer(topic, .contents(PackageFacts(version: "1.0.0", problem: "its repository does not answer.")))
        },
        Self.page("6", "failed") { $0.answer(topic, failure: Self.lost) },
        Self.page("6", "forbidden") { $0.answer(topic, failure: Self.forbidden) },
        Self.page("6", "stale") { tester in
          tester.answer(topic, .contents(PackageFacts(version: "1.0.0", contents: contents)))
          tester.answer(topic, failure: Self.lost)
        },
        State("what it needs, loading", from: .nothing) { tester in
          tester.app.open(ExtensionScreen("grafana"))
          tester.hear(.time)
          tester.type("7")
        },
        Self.page("7", "what it needs, stale") { $0.lose() },
        Self.page("7", "what it needs, filled") { tester in
          var version = ExtensionVersion.sample("grafana", "1.0.0")
          version.dependencies = [
            .init(name: "loki", type: "extension", version: ">=2.0.0", isRequired: true)
          ]
          tester.hear(.versions(of: "grafana", .applied(version)))
        },
        Self.page("7", "what it needs"),
      ])
  }

  @Test func serves() throws {
    let name: String? = "grafana"
    try Golden.check(
      "serves",
      [
        Self.page("8", "loading"),
        Self.page("8", "empty") {
          $0.answer(.serving(of: name), .serving(ServingFacts([], dialect: .installPlan)))
        },
        Self.page("8", "forbidden") { $0.answer(.serving(of: name), failure: Self.forbidden) },
        Self.page("8", "failed") { $0.answer(.serving(of: name), failure: Self.lost) },
        Self.page("8", "stale") { tester in
          tester.answer(.serving(of: name), .serving(NewScreensTests.served))
          tester.answer(.serving(of: name), failure: Self.lost)
        },
        Self.page("8", "filled") { tester in
          tester.answer(.serving(of: name), .serving(NewScreensTests.served))
          tester.answer(.probes(of: name), .probes(NewScreensTests.probes))
        },
        Self.page("9", "agents, loading", Self.placeAgents), Self.page("9", "agents, empty"),
        Self.page("9", "agents, filled") { tester in
          Self.placeAgents(&tester)
          tester.answer(
            .clusters, .clusters([MemberCluster(name: "east", obstacle: "it is not ready")]))
        },
        Self.page("9", "agents, forbidden") { tester in
          Self.placeAgents(&tester)
          tester.answer(
            .clusters, failure: ReadFailure("You may not list clusters.", isForbidden: true))
        },
        Self.page("9", "agents, failed") { tester in
          Self.placeAgents(&tester)
          tester.answer(
            .clusters,
            failure: ReadFailure("Listing the member clusters: museum cannot be reached."))
        },
        Self.page("9", "agents, stale") { tester in
          Self.placeAgents(&tester)
          tester.answer(
            .clusters, .clusters([MemberCluster(name: "east", obstacle: "it is not ready")]))
          tester.answer(
            .clusters,
            failure: ReadFailure("Listing the member clusters: museum cannot be reached."))
        },
      ])
  }

  /// An agent is wanted in the cluster east.
  private static func placeAgents(_ tester: inout ConsoleTester) {
    var installation = Installation.sample("grafana", version: "1.0.0", resourceVersion: "8")
    installation.clusters = ["east"]
    tester.hear(.installations(.applied(installation)))
  }

  @Test func events() throws {
    let topic = ReadRequest.Topic.events(of: "grafana")
    let event = Object(
      .events, name: "e", namespace: "extension-grafana",
      [
        "reason": "BackOff", "message": "Back-off restarting failed container grafana in pod grafana-0", "count": 3,
        "type": "Warning", "lastTimestamp": "1970-01-12T13:40:00Z",
        "involvedObject": ["kind": "Pod", "name": "grafana-0"],
      ])
    try Golden.check(
      "events",
      [
        Self.page("0", "loading"), Self.page("0", "empty") { $0.answer(topic, .events([])) },
        Self.page("0", "forbidden") { $0.answer(topic, failure: Self.forbidden) },
        Self.page("0", "failed") {
          $0.answer(
            topic, failure: ReadFailure("Reading the events of grafana: museum cannot be reached."))
        },
        Self.page("0", "filled") { $0.answer(topic, .events([EventLine(event)])) },
        Self.page("0", "stale") { tester in
          tester.answer(topic, .events([EventLine(event)]))
          tester.answer(topic, failure: ReadFailure("Reading the events of grafana: museum cannot be reached."))
        },
      ])
  }
}

extension ExtensionDetails.Sources {
  /// What objects say of grafana, with an icon in its text.
  fileprivate static var sample: Self {
    var sources = Self()
    sources.extension = Object(
      Dialect.installPlan.extensions, name: "grafana",
      [
        "spec": [
          "displayName": ["en": "Grafana"], "home": "https://grafana.example",
          "icon": .string("data:image/png;base64," + String(repeating: "iVBORw0KGgo", count: 40)),
          "keywords": ["dashboards"],
        ]
      ])
    return sources
  }
}
