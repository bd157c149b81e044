import Client
import Extensions
import KubernetesAPI
import Terminal
import Testing

@testable import Console

/// What the console says before anything is sent: what the cluster cannot, what this person may not,
/// and what the server would say.
@Suite struct BeforehandTests {
  private let plans = Dialect.installPlan.installations

  /// In front of a cluster of another era.
  private func sitting(at era: Era) -> Sitting {
    var sitting = Sitting.atMarket(120, 24)
    sitting.hear(.connected(Capabilities(assuming: Dialect(era: era))))
    sitting.hear(.extensions(.replaced([.sample("grafana", "Grafana", versions: ["1.0.0", "1.1.0"])])))
    sitting.hear(.installations(.replaced([.sample("grafana", version: "1.0.0")])))
    return sitting
  }

  @Test(arguments: [
    ("U", "Cannot upgrade: the controllers of this cluster do not carry out a change of version"),
    ("D", "Cannot disable: the controllers of this cluster do nothing with “enabled”"),
    ("e", "Cannot configure: the controllers of this cluster do not carry out a change of config"),
    ("F", "Cannot force delete: the controllers of this cluster know no forced removal"),
  ])
  func aKeyForWhatTheClusterCannotSaysWhy(key: String, sentence: String) {
    var sitting = sitting(at: .subscription)
    sitting.type(key)

    #expect(sitting.status.hasPrefix(sentence))
    #expect(sitting.screen.contains("CATEGORY"))
    #expect(sitting.lines.last?.contains("disable") == false)
    #expect(sitting.lines.last?.contains("install") == true)
  }

  @Test func helpAndThePaletteSayWhatIsNotHere() {
    var sitting = sitting(at: .plugin)
    sitting.size = Size(rows: 90, columns: 200)
    sitting.hear(.resized(sitting.size))
    sitting.type("?")
    #expect(sitting.screen.contains("Plan to disable it (not here: this cluster's extensions are Plugins of 2022"))
    sitting.press(.escape)
    sitting.type(":disab")
    #expect(sitting.screen.contains("not here: this cluster's extensions are Plugins"))
    #expect(sitting.lines[0].contains("view only"))
  }

  @Test func aClusterThatSpeaksOtherwiseIsReadAnew() {
    var sitting = Sitting.atMarket()
    sitting.hear(.connected(Capabilities(assuming: .subscription)))

    #expect(sitting.asked.contains(.watch(.installations, .subscription)))
    #expect(sitting.asked.contains(.stop(.watch(.installations, .installPlan))))
    #expect(!sitting.screen.contains("Grafana"))
    sitting.hear(.connected(Capabilities(assuming: .subscription)))
    #expect(!sitting.asked.contains(.watch(.installations, .subscription)))
  }

  @Test func aKindThatIsMissingMakesTheConsoleAskAgainOnce() {
    var session = Session(.init(cluster: "museum", identity: "m"), cluster: Cluster(transport: Silence()))
    session.knowledge = CachedCapabilities(Capabilities(assuming: .installPlan), of: "m", learned: 0)
    var app = App(session, settings: .standard, now: Moment(1_000_000))
    // What is old is believed until the cluster has said it anew.
    #expect(
      app.handle(.opened, at: Moment(1_000_000)).map(\.request).prefix(3) == [
        .recall, .connect, .watch(.categories, .installPlan),
      ])
    _ = app.handle(.connected(Capabilities(assuming: .installPlan)), at: Moment(1_000_001))
    let missing = ClusterError.refused(Status(code: 404, message: "404 page not found"))

    let effects = (1...2).flatMap { _ in
      app.handle(.installations(.interrupted(missing, delay: .seconds(1))), at: Moment(1_000_002))
    }

    #expect(effects == [Effect(.connect)])
  }

  @Test func whatWasLearntAnHourAgoIsAskedAgainWithTheNextKey() {
    var session = Session(.init(cluster: "museum", identity: "m"), cluster: Cluster(transport: Silence()))
    session.knowledge = CachedCapabilities(Capabilities(assuming: .installPlan), of: "m", learned: 0)
    session.knowledge?.learned = 1_000_000
    var app = App(session, settings: .standard, now: Moment(1_000_001))
    #expect(!app.handle(.opened, at: Moment(1_000_002)).contains(Effect(.connect)))

    #expect(!app.handle(.key(.down), at: Moment(1_000_100)).contains(Effect(.connect)))
    #expect(app.handle(.key(.down), at: Moment(1_003_600)).contains(Effect(.connect)))
    #expect(!app.handle(.key(.down), at: Moment(1_003_601)).contains(Effect(.connect)))
  }

  private func denial(_ verbs: String..., name: String? = nil) -> Message {
    .judged(
      Dictionary(
        uniqueKeysWithValues: verbs.map {
          (Access($0, plans, name: name), Access.Verdict(isAllowed: false, reason: "no role"))
        }))
  }

  @Test func whatOneMayNotIsSaidAtTheKeyAndInThePlan() {
    var sitting = Sitting.atMarket(120, 24)
    sitting.hear(denial("patch"))
    sitting.type("D")
    #expect(sitting.asked.contains(.ask([Access("patch", plans, name: "grafana")], isAfresh: false)))
    sitting.offer("grafana", "1.0.0", "1.1.0")
    #expect(sitting.status.hasPrefix("You may not patch installplans.kubesphere.io (user ada): no role."))
    #expect(sitting.screen.contains("Careful: you may not patch installplans.kubesphere.io (user ada): no role"))

    sitting.hear(denial("patch", name: "grafana"))
    #expect(sitting.screen.contains("Not possible: you may not patch"))
    #expect(!sitting.screen.contains("[ Apply ]"))
    sitting.type("y")
    #expect(sitting.changes == [])
    #expect(sitting.asked == [.ask([Access("patch", plans, name: "grafana")], isAfresh: true)])
  }

  @Test func whoMayChangeNothingSeesItInTheHeader() {
    var sitting = Sitting.atMarket()
    sitting.hear(denial("create", "patch"))
    #expect(!sitting.lines[0].contains("view only"))
    sitting.hear(denial("delete"))
    #expect(sitting.lines[0].contains("view only, connected"))
  }

  @Test func anUnforeseen403AsksWhatElseIsForbidden() throws {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("D", "grafana")
    sitting.type("y")
    let plan = try #require(sitting.asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }.first)
    sitting.hear(.applied(plan, failure: .refused(Status(code: 403, reason: "Forbidden", message: "no"))))

    #expect(sitting.asked.contains(.ask(Rights.questions(in: .installPlan), isAfresh: true)))
  }

  @Test func theServersVerdictIsAskedForOnceAndShown() throws {
    var sitting = Sitting.atMarket()
    sitting.type("D")
    #expect(sitting.screen.contains("Asking the server whether it would accept this"))
    let plan = try #require(sitting.rehearsed)
    sitting.offer("grafana", "1.0.0", "1.1.0")
    #expect(sitting.rehearsed == nil)

    // A controller's note of its progress is no other question.
    sitting.hear(.installations(.applied(.sample("grafana", version: "1.0.0", resourceVersion: "8"))))
    #expect(sitting.rehearsed == nil)
    sitting.hear(.rehearsed(plan, failure: nil))
    #expect(sitting.screen.contains("The server would accept this."))
  }

  @Test(arguments: [
    (
      Status(
        code: 422, reason: "Invalid", message: "whole",
        details: Status.Details(causes: [.init(message: "must be a switch", field: "spec.enabled")])),
      "The server would refuse this (422): spec.enabled: must be a switch"
    ),
    (Status(code: 403, message: "denied by policy"), "The server would refuse this (403): denied by policy"),
    (
      Status(code: 400, message: "admission webhook \"x\" does not support dry run"),
      "The server cannot rehearse this: admission webhook \"x\" does not support dry run"
    ),
    (Status(code: 503, message: "no endpoints"), "The server did not rehearse this (503): no endpoints"),
  ])
  func aRefusalIsShownWithItsReasonAndStopsNobody(status: Status, sentence: String) throws {
    var sitting = Sitting.atMarket(120, 24)
    sitting.type("D")
    let plan = try #require(sitting.rehearsed)
    sitting.offer("grafana", "1.0.0", "1.1.0")
    sitting.hear(.rehearsed(plan, failure: .refused(status)))

    #expect(sitting.screen.contains(sentence))
    sitting.type("y")
    #expect(sitting.changes == [.disable])
  }

  @Test func aReadOnlyConsoleRehearsesNothing() {
    var sitting = Sitting.atMarket(isReadOnly: true)
    sitting.type("D")

    #expect(sitting.rehearsed == nil)
    #expect(!sitting.screen.contains("Asking the server"))
  }

  @Test func whoMayNotSeeTheVersionsSeesThePlanWithoutThem() {
    var sitting = Sitting.atMarket(120, 24)
    sitting.hear(
      .judged([Access("list", Dialect.installPlan.extensionVersions): Access.Verdict(isAllowed: false)]))
    sitting.type("X")
    sitting.hear(
      .versions(of: "grafana", .interrupted(.refused(Status(code: 403, message: "no")), delay: .seconds(9))))

    #expect(sitting.screen.contains("- InstallPlan grafana"))
    #expect(sitting.screen.contains("the versions of grafana are not to be read (you may not list"))
  }

  @Test func aForcedRemovalTakesTheNameTyped() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("F", "grafana")
    #expect(sitting.screen.contains("Force delete: grafana on museum"))
    #expect(sitting.screen.contains("without its hooks"))
    sitting.type("grafana")
    sitting.press(.enter)

    #expect(sitting.changes == [.forceDelete])
  }

  @Test func aConfigThatIsNotAppliedYetIsPending() {
    var sitting = Sitting.atMarket()
    var grafana = Installation.sample("grafana", version: "1.0.0", config: "replicas: 2\n", resourceVersion: "8")
    grafana.configHash = ConfigHash.of("replicas: 1\n")
    sitting.hear(.installations(.applied(grafana)))
    sitting.press(.enter)

    #expect(sitting.screen.contains("Pending       config not yet applied"))
  }
}

extension Sitting {
  /// The plan that the server was asked about last.
  fileprivate var rehearsed: Plan? {
    errands.compactMap { if case .rehearse(let plan) = $0 { plan } else { nil } }.last
  }
}
