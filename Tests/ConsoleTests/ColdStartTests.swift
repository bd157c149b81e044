import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform
import Terminal
import Testing

@testable import Console
@testable import Operations

/// What the first screen says to a user who has nothing on this computer and has pressed nothing.
@Suite struct ColdStartTests {
  /// An upgrade of Grafana that another computer asked for, and that failed.
  private func failed(_ notes: [String: String] = [:]) -> Installation {
    var failed = Installation.sample("grafana", version: "1.1.0", state: "UpgradeFailed", message: "no TrafficPolicy")
    failed.conditionTime = "2026-05-28T20:24:40Z"
    failed.notes = notes
    return failed
  }

  private func start(_ installation: Installation) -> ConsoleTester {
    var tester = ConsoleTester()
    tester.now = ClockReading(1_000_000, wall: 1_780_000_000)
    tester.hear(.extensions(.replaced([.sample("grafana", "Grafana", versions: ["1.0.0", "1.1.0"])])))
    tester.hear(.installations(.replaced([installation])))
    return tester
  }

  @Test func theObjectItselfTellsWhatRanBeforeAndTheWayBack() {
    var tester = start(
      failed([
        "ksx.dev/changed-by": "ada", "ksx.dev/change": "upgrade to 1.1.0",
        "ksx.dev/changed-at": "2026-05-28T20:24:40Z", "ksx.dev/ran-before": "1.0.0 before 1.1.0",
      ]))

    #expect(tester.lines[2].contains("1.0.0 (1.1.0 ✗)"))
    #expect(tester.screen.contains("upgrade 1.0.0 → 1.1.0 by ada, 2 min ago; 1.0.0 still runs"))
    #expect(tester.lines.last?.contains("b roll back to 1.0.0") == true)
    tester.offerAfter("b", "grafana")
    #expect(tester.screen.contains("~ version 1.1.0 → 1.0.0"))
  }

  @Test func whatRanBeforeIsNotCalledNothingWhereItIsNotKnown() {
    let tester = start(failed(["ksx.dev/changed-by": "ada", "ksx.dev/change": "upgrade to 1.1.0"]))

    #expect(tester.lines[2].contains("? (1.1.0 ✗)"))
    #expect(tester.screen.contains("upgrade to 1.1.0 by ada; an earlier version still runs"))
    #expect(!tester.screen.contains("install 1.1.0"))
  }

  @Test func helmTellsWhatRanBeforeWhereTheObjectDoesNot() throws {
    let installation = failed()
    var tester = start(installation)
    #expect(tester.lines[2].contains("? (1.1.0 ✗)"))
    let releases = [
      Self.release(1, "1.0.0", "deployed", "2026-05-20T10:00:00Z"),
      Self.release(2, "1.1.0", "failed", "2026-05-28T20:24:40Z"),
    ].compactMap { $0 }
    tester.answer(
      .past(of: "grafana"), .past(ExtensionHistory(.init(lines: [], installation: installation, releases: releases))))

    #expect(tester.lines[2].contains("1.0.0 (1.1.0 ✗)"))
    #expect(tester.screen.contains("1.0.0 still runs"))
    #expect(tester.lines.last?.contains("b roll back to 1.0.0") == true)
    // What this computer keeps does not take it away again.
    tester.hear(.recalled(Records(memories: ["loki": .sample("1.0.0")])))
    #expect(tester.lines[2].contains("1.0.0 (1.1.0 ✗)"))
  }

  /// A config that another computer has set, and that failed.
  private func misconfigured() -> ConsoleTester {
    var installation = Installation.sample("grafana", version: "1.1.0", config: "replicas: x\n", state: "UpgradeFailed")
    installation.notes = [
      "ksx.dev/changed-by": "ada", "ksx.dev/change": "configure", "ksx.dev/changed-at": "2026-05-28T20:24:40Z",
      "ksx.dev/ran-before": "1.1.0 before 1.1.0",
      "ksx.dev/ran-before-config": "0123456789abcdef at 2026-05-28T20:24:40Z",
    ]
    return start(installation)
  }

  @Test func aWayBackFromAConfigThatFailedSaysThatThisOneIsKept() {
    var tester = misconfigured()
    tester.offerAfter("b", "grafana")
    #expect(tester.screen.contains("offered; with the present config"), "\(tester.screen)")
    tester.press(.enter)

    #expect(
      tester.screen.contains("config: the one that failed is kept, for no earlier one is known"), "\(tester.screen)")
  }

  @Test func aWayBackFromAConfigThatFailedTakesTheOneThatHelmWasGiven() throws {
    var tester = misconfigured()
    let installation = try #require(tester.app.state.market.installed.of("grafana"))
    let releases = [
      Self.release(1, "1.1.0", "deployed", "2026-05-20T10:00:00Z", ["replicas": 1]),
      Self.release(2, "1.1.0", "failed", "2026-05-28T20:24:40Z", ["replicas": "x"]),
    ].compactMap { $0 }
    tester.answer(
      .past(of: "grafana"), .past(ExtensionHistory(.init(lines: [], installation: installation, releases: releases))))
    tester.offerAfter("b", "grafana")

    #expect(tester.screen.contains("+   replicas: 1"), "\(tester.screen)")
    #expect(tester.screen.contains("config: as helm was given it last"))
  }

  private static func release(
    _ revision: Int, _ version: String, _ status: String, _ time: String, _ config: Value = [:]
  ) -> HelmRelease? {
    let json: Value = [
      "chart": ["metadata": ["version": .string(version)]], "config": config,
      "info": ["last_deployed": .string(time), "description": "it says why"],
    ]
    let packed = Base64.encode(Gzip.pack(JSON.bytes(json)))
    return HelmRelease(
      secret: Object(
        .secrets, name: "s", namespace: "extension-grafana",
        labels: ["owner": "helm", "name": "grafana", "status": status, "version": "\(revision)"],
        ["data": ["release": .string(Base64.encode(Array(packed.utf8)))]]))
  }

  @Test func whatCannotBeInstalledHereSaysSoBeforeAnythingWasAsked() {
    var tester = ConsoleTester.atMarket()
    var element = Extension.sample("shield", "A Shield", versions: ["1.0.0"])
    element.recommendedVersion = ""
    tester.hear(.extensions(.applied(element)))
    var version = ExtensionVersion.sample("shield", "1.0.0")
    version.kubeVersion = ">=1.99.0-0"
    tester.hear(.catalogue([version], failure: nil))
    var platform = ProductVersions()
    platform.kubernetes = "v1.32.4"
    tester.answer(.platform, .platform(platform))

    let row = tester.lines.first { $0.contains("A Shield") } ?? ""
    #expect(row.contains("1.0.0 ✗ Kub"), "\(tester.screen)")
    tester.press(.home)
    #expect(tester.app.marketplace.selected == "shield")
    #expect(tester.lines.last?.contains("i install") == false)
    tester.press(.enter)
    #expect(tester.screen.contains("it needs Kubernetes >=1.99.0-0; this is v1.32.4"))
    #expect(tester.lines.last?.contains("i install") == false)
  }

  @Test func anOutageMakesNothingUnknownThatWasRead() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.extensions(.applied(.sample("shield", "A Shield", versions: ["1.0.0"]))))
    var version = ExtensionVersion.sample("shield", "1.0.0")
    version.kubeVersion = ">=1.99.0-0"
    tester.hear(.catalogue([version], failure: nil))
    var platform = ProductVersions()
    platform.kubernetes = "v1.32.4"
    tester.answer(.platform, .platform(platform))
    func row() -> String { tester.lines.first { $0.contains("A Shield") } ?? "" }
    #expect(row().contains("1.0.0 ✗ Kub"), "\(tester.screen)")
    tester.lose()
    tester.press(.home)
    tester.type("i")
    tester.hear(.versions(of: "shield", .replaced([version])))
    var facts = PlanFacts()
    (facts.serverProblem, facts.dependantsProblem) = ("museum cannot be reached", "museum cannot be reached")
    tester.hear(.facts(facts))
    #expect(tester.screen.contains("it needs Kubernetes >=1.99.0-0; this is v1.32.4"), "\(tester.screen)")
    #expect(tester.screen.contains("Kubernetes was v1.32.4 before"))
    tester.press(.escape)

    #expect(row().contains("1.0.0 ✗ Kub"), "\(tester.screen)")
  }

  @Test func whatIsUnderWayIsSelectedAndSeenWhateverComesFirst() {
    let many = (10...40).map { Extension.sample("a\($0)", "A\($0)", versions: ["1.0.0"]) }
    var tester = ConsoleTester()
    tester.hear(.extensions(.replaced(many + [.sample("zebra", "Zebra", versions: ["1.0.0", "2.0.0"])])))
    tester.hear(.installations(.replaced([.sample("zebra", version: "2.0.0", state: "Upgrading")])))

    #expect(tester.app.marketplace.selected == "zebra")
    #expect(tester.lines[2].contains(">Zebra"))
    // From then on the selection stays where it is.
    tester.hear(.installations(.applied(.sample("a40", version: "1.0.0", state: "UpgradeFailed"))))
    #expect(tester.app.marketplace.selected == "zebra")
  }

  @Test func nothingIsCalledGoneBeforeTheExtensionsWereRead() {
    var tester = ConsoleTester()
    tester.hear(.installations(.replaced([.sample("zebra", version: "2.0.0", state: "Upgrading")])))
    #expect(!tester.screen.contains("no longer"))
    tester.hear(.extensions(.replaced([])))

    #expect(tester.screen.contains("zebra (no longer"))
  }

  @Test func whatAFilterCanAskStandsAboveTheLineThatIsTyped() {
    var tester = ConsoleTester.atMarket()
    var platform = ProductVersions()
    platform.kubernetes = "v1.32.4+k3s1"
    tester.answer(.platform, .platform(platform))
    tester.type("/")
    #expect(tester.screen.contains("kube:1.32 and state"), "\(tester.screen)")
    tester.type("gra")
    #expect(tester.screen.contains("kube:1.32 and state"))

    tester.press(.function(1))
    #expect(tester.screen.contains("While typing a line"))
    tester.type("/what runs on that")
    tester.press(.enter)
    #expect(tester.screen.contains("what runs on that Kubernetes"), "\(tester.screen)")
    tester.press(.escape, .escape)
    #expect(tester.screen.contains("/gra"), "\(tester.screen)")
  }

  @Test func aFilterThatIsRefusedIsAmongTheFormerOnes() {
    var tester = ConsoleTester.atMarket()
    tester.type("/foo:")
    tester.press(.enter)
    tester.type("/")
    tester.press(.up)

    #expect(tester.screen.contains("/foo:"))
  }

  @Test func anOutageIsSaidOnceOnAPlan() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("U", "grafana")
    tester.hear(.facts(PlanFacts()))
    tester.type("a")
    tester.lose()
    let gone = ClusterError.transport(.unreachable(host: "museum", reason: "connection refused"))
    for case .apply(let plan) in tester.asked { tester.hear(.applied(plan, failure: gone)) }
    for case .dryRun(let plan) in tester.errands { tester.hear(.dryRunEnded(plan, failure: gone)) }

    #expect(tester.screen.ranges(of: "cannot be reached").count <= 1, "\(tester.screen)")
  }

  @Test func anOutageTakesOneRowOfTheList() {
    var tester = ConsoleTester.atMarket(60, 24)
    tester.lose()

    #expect(tester.app.state.messageRows == 1)
    #expect(tester.status == "museum cannot be reached (connection refused).")
  }
}
