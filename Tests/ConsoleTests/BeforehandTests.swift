import Client
import Extensions
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// What the console says before anything is sent: what the cluster cannot, what this person may not,
/// and what the server would say.
@Suite struct BeforehandTests {
  private let plans = Dialect.installPlan.installations

  /// In front of a cluster of another era.
  private func tester(at era: Era) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.hear(.connected(Capabilities(assuming: Dialect(era: era))))
    tester.hear(.extensions(.replaced([.sample("grafana", "Grafana", versions: ["1.0.0", "1.1.0"])])))
    tester.hear(.installations(.replaced([.sample("grafana", version: "1.0.0")])))
    return tester
  }

  @Test(arguments: [
    ("U", "Cannot upgrade: the controllers of this cluster do not carry out a change of version"),
    ("D", "Cannot disable: the controllers of this cluster do nothing with “enabled”"),
    ("e", "Cannot configure: the controllers of this cluster do not carry out a change of config"),
    ("F", "Cannot force delete: the controllers of this cluster know no forced removal"),
  ])
  func aKeyForWhatTheClusterCannotSaysWhy(key: String, sentence: String) {
    var tester = tester(at: .subscription)
    tester.type(key)

    #expect(tester.status.hasPrefix(sentence))
    #expect(tester.screen.contains("VIEW"))
    #expect(tester.lines.last?.contains("disable") == false)
    #expect(tester.lines.last?.contains("install") == true)
  }

  @Test func helpAndThePaletteSayWhatIsNotHere() {
    var tester = tester(at: .plugin)
    tester.size = Size(rows: 90, columns: 200)
    tester.hear(.resized(tester.size))
    tester.type("?")
    #expect(tester.screen.contains("Plan to disable it (not here: this cluster's extensions are Plugins of 2022"))
    tester.press(.escape)
    tester.type(":disab")
    #expect(tester.screen.contains("not here: this cluster's extensions are Plugins"))
    #expect(tester.lines[0].contains("view only"))
  }

  @Test func aClusterThatSpeaksOtherwiseIsReadAnew() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.connected(Capabilities(assuming: .subscription)))

    #expect(tester.asked.contains(.watch(.installations, .subscription)))
    #expect(tester.asked.contains(.stop(.watch(.installations, .installPlan))))
    #expect(!tester.screen.contains("Grafana"))
    tester.hear(.connected(Capabilities(assuming: .subscription)))
    #expect(!tester.asked.contains(.watch(.installations, .subscription)))
  }

  @Test func aKindThatIsMissingMakesTheConsoleAskAgainOnce() {
    var session = Session(ClusterSession(.init(cluster: "museum", server: "m"), cluster: Cluster(transport: Silence())))
    session.knowledge = CachedCapabilities(Capabilities(assuming: .installPlan), of: "m", learned: 0)
    var app = App(session, settings: .standard, now: ClockReading(1_000_000))
    // What is old is believed until the cluster has said it anew.
    #expect(
      app.handle(.opened, at: ClockReading(1_000_000)).map(\.request).prefix(3) == [
        .recall, .connect, .watch(.categories, .installPlan),
      ])
    _ = app.handle(.connected(Capabilities(assuming: .installPlan)), at: ClockReading(1_000_001))
    let missing = ClusterError.refused(Status(code: 404, message: "404 page not found"))

    let effects = (1...2).flatMap { _ in
      app.handle(.installations(.interrupted(missing, delay: .seconds(1))), at: ClockReading(1_000_002))
    }

    #expect(effects == [Effect(.connect)])
  }

  @Test func whatWasLearntAnHourAgoIsAskedAgainWithTheNextKey() {
    var session = Session(ClusterSession(.init(cluster: "museum", server: "m"), cluster: Cluster(transport: Silence())))
    session.knowledge = CachedCapabilities(Capabilities(assuming: .installPlan), of: "m", learned: 0)
    session.knowledge?.learned = 1_000_000
    var app = App(session, settings: .standard, now: ClockReading(1_000_001))
    #expect(!app.handle(.opened, at: ClockReading(1_000_002)).contains(Effect(.connect)))

    #expect(!app.handle(.key(.down), at: ClockReading(1_000_100)).contains(Effect(.connect)))
    #expect(app.handle(.key(.down), at: ClockReading(1_003_600)).contains(Effect(.connect)))
    #expect(!app.handle(.key(.down), at: ClockReading(1_003_601)).contains(Effect(.connect)))
  }

  private func denial(_ verbs: String..., name: String? = nil) -> Message {
    .judged(
      Dictionary(
        uniqueKeysWithValues: verbs.map {
          (Access($0, plans, name: name), Access.Verdict(isAllowed: false, reason: "no role"))
        }))
  }

  @Test func whatOneMayNotIsSaidInThePlan() {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.hear(denial("patch"))
    tester.type("D")
    #expect(tester.asked.contains(.ask([Access("patch", plans, name: "grafana")], ignoresCache: false)))
    tester.offer("grafana", "1.0.0", "1.1.0")
    #expect(tester.status == "")
    #expect(tester.screen.contains("Careful: you may not patch installplans.kubesphere.io (as ada): no role"))

    tester.hear(denial("patch", name: "grafana"))
    #expect(tester.screen.contains("Not possible: you may not patch"))
    #expect(!tester.screen.contains("[ Disable ]"))
    tester.type("a")
    #expect(tester.changes == [])
    #expect(tester.asked == [.ask([Access("patch", plans, name: "grafana")], ignoresCache: true)])
  }

  @Test func whoMayChangeNothingSeesItInTheHeader() {
    var tester = ConsoleTester.atMarket()
    tester.hear(denial("create", "patch"))
    #expect(!tester.lines[0].contains("view only"))
    tester.hear(denial("delete"))
    #expect(tester.lines[0].contains("view only · live"))
  }

  @Test func anUnforeseen403AsksWhatElseIsForbidden() throws {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    let plan = try #require(tester.asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }.first)
    tester.hear(.applied(plan, failure: .refused(Status(code: 403, reason: "Forbidden", message: "no"))))

    #expect(tester.asked.contains(.ask(Rights.questions(in: .installPlan), ignoresCache: true)))
  }

  @Test func theServersVerdictIsAskedForOnceAndShown() throws {
    var tester = ConsoleTester.atMarket()
    tester.type("D")
    #expect(tester.screen.contains("asking the server …"))
    let plan = try #require(tester.dryRunAsked)
    tester.offer("grafana", "1.0.0", "1.1.0")
    #expect(tester.dryRunAsked == nil)

    // A controller's note of its progress is no other question.
    tester.hear(.installations(.applied(.sample("grafana", version: "1.0.0", resourceVersion: "8"))))
    #expect(tester.dryRunAsked == nil)
    tester.hear(.dryRunEnded(plan, failure: nil))
    #expect(tester.lines[1].hasSuffix(" ready"))
  }

  @Test(arguments: [
    (
      Status(
        code: 422, reason: "Invalid", message: "whole",
        details: Status.Details(causes: [.init(message: "must be a switch", field: "spec.enabled")])),
      "The API server would reject this (422): spec.enabled: must be a switch"
    ),
    (Status(code: 403, message: "denied by policy"), "The API server would reject this (403): denied by policy"),
    (
      Status(code: 400, message: "admission webhook \"x\" does not support dry run"),
      "Dry run is not possible: admission webhook \"x\" does not support dry run"
    ),
    (Status(code: 503, message: "no endpoints"), "The dry run failed (503): no endpoints"),
  ])
  func aRefusalIsShownWithItsReasonAndStopsNobody(status: Status, sentence: String) throws {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.type("D")
    let plan = try #require(tester.dryRunAsked)
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.hear(.dryRunEnded(plan, failure: .refused(status)))

    #expect(tester.screen.contains(sentence))
    tester.type("a")
    #expect(tester.changes == [.disable])
  }

  @Test func aReadOnlyConsoleRehearsesNothing() {
    var tester = ConsoleTester.atMarket(isReadOnly: true)
    tester.type("D")

    #expect(tester.dryRunAsked == nil)
    #expect(!tester.screen.contains("asking the server"))
  }

  @Test func whoMayNotSeeTheVersionsSeesThePlanWithoutThem() {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.hear(
      .judged([Access("list", Dialect.installPlan.extensionVersions): Access.Verdict(isAllowed: false)]))
    tester.type("X")
    tester.hear(
      .versions(of: "grafana", .interrupted(.refused(Status(code: 403, message: "no")), delay: .seconds(9))))

    #expect(tester.screen.contains("- InstallPlan grafana"))
    #expect(tester.screen.contains("the versions of grafana cannot be read (you may not list"))
  }

  @Test func aForcedRemovalTakesTheNameTyped() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("F", "grafana")
    #expect(tester.screen.contains("Force delete: grafana on museum"))
    #expect(tester.screen.contains("without its hooks"))
    tester.press(.end)
    tester.type("grafana")
    tester.press(.enter)

    #expect(tester.changes == [.forceDelete])
  }

  @Test func aConfigThatIsNotAppliedYetIsPending() {
    var tester = ConsoleTester.atMarket()
    var grafana = Installation.sample("grafana", version: "1.0.0", config: "replicas: 2\n", resourceVersion: "8")
    grafana.observed.configHash = ConfigHash.of("replicas: 1\n")
    tester.hear(.installations(.applied(grafana)))
    tester.press(.enter)

    #expect(tester.screen.contains("Pending       config not yet applied"))
  }
}

extension ConsoleTester {
  /// The plan that the server was asked about last.
  fileprivate var dryRunAsked: Plan? {
    errands.compactMap { if case .dryRun(let plan) = $0 { plan } else { nil } }.last
  }
}
