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

/// Doctor, progress, repositories, gateway and contexts: what they say, and from a key to the request.
@Suite struct NewScreensTests {
  private func atDoctor(_ columns: Int = 80, _ rows: Int = 24) -> ConsoleTester {
    var tester = ChangesTests.afterFailedUpgrade(columns, rows)
    tester.type(":doctor")
    tester.press(.enter)
    return tester
  }

  private func sent(_ tester: ConsoleTester) -> [RemedyRequest] {
    tester.asked.flatMap { request -> [RemedyRequest] in
      if case .send(let requests, _) = request { requests } else { [] }
    }
  }

  @Test func aRemedyIsAPlanOneKeyAway() {
    var tester = atDoctor()
    #expect(tester.screen.contains("Looking at grafana …"))
    tester.answer(.examination(of: "grafana"), .examination(.sample))
    #expect(tester.screen.contains("seen: InstallPlan grafana status.state: UpgradeFailed"))
    #expect(tester.screen.contains("cost: helm runs once more"))

    tester.press(.enter)
    #expect(tester.screen.contains("Retry: grafana on museum"))
    #expect(tester.screen.contains("kubectl patch installplans.kubesphere.io grafana"))
    tester.type("a")
    #expect(sent(tester).map(\.name) == ["grafana"])
  }

  @Test func whatTheClusterRefusesStandsInThePlan() {
    var tester = atDoctor()
    tester.answer(.examination(of: "grafana"), .examination(.sample))
    tester.press(.enter)
    tester.type("a")
    guard case .send(_, let plan)? = tester.asked.last else {
      Issue.record("nothing was sent")
      return
    }
    tester.hear(.sent(plan, failure: "museum refused it (403)."))
    #expect(tester.screen.contains("museum refused it (403)."))
    #expect(tester.screen.contains("[ Apply ]"))

    tester.type("a")
    tester.hear(.sent(plan, failure: nil))
    #expect(tester.screen.contains("[ Close ]"))
    #expect(tester.screen.contains("✓"))
  }

  @Test func aReadOnlyConsoleSendsNoRemedy() {
    var tester = ConsoleTester.atMarket(isReadOnly: true)
    tester.type(":doctor")
    tester.press(.enter)
    tester.answer(.examination(of: "grafana"), .examination(.sample))
    tester.press(.enter)
    tester.type("a")

    #expect(sent(tester) == [])
    #expect(tester.status.contains("read-only"))
  }

  @Test func aDoctorWhoFindsNothingSaysSo() {
    var tester = atDoctor()
    tester.answer(
      .examination(of: "grafana"), .examination(Examination(findings: [], gaps: ["helm's releases: no"], count: 1)))

    #expect(tester.screen.contains("Nothing wrong with grafana, as far as was looked."))
  }

  @Test func whatKeepsAnExtensionFromBeingInstalledStandsBesideItsVersion() {
    var tester = ConsoleTester.atMarket()
    #expect(
      tester.errands.contains(.readCatalogue(.installPlan)) || tester.asked.contains(.readCatalogue(.installPlan)))
    var modern = ExtensionVersion.sample("grafana", "1.1.0")
    modern.kubeVersion = ">=1.99"
    tester.hear(.installations(.replaced([])))
    var facts = PlanFacts()
    facts.server.kubernetes = "v1.32.0"
    tester.hear(.facts(facts))
    tester.hear(.catalogue([PlanScreenTests.jenkins(needing: ""), modern], failure: nil))

    #expect(tester.screen.contains("2.0.0 ✗ loki"), "\(tester.screen)")
    #expect(tester.screen.contains("1.1.0 ✗ Kuber"), "\(tester.screen)")
  }

  @Test func aFailedRowSaysWhyWhereThereIsRoom() {
    var tester = ConsoleTester.atMarket(190, 24)
    tester.type("p")
    let message =
      "the cluster does not serve TrafficPolicy of mesh.meadow.example " + String(repeating: "long ", count: 30)
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", state: "UpgradeFailed", message: message))))

    let row = tester.lines.first { $0.contains("Grafana") && $0.contains("✗ the cluster") }
    #expect(
      row?.contains("✗ the cluster does not serve TrafficPolicy") == true, "\(tester.screen)")
    #expect(row?.trimmed.hasSuffix("…") == true)
  }

  @Test func anAcceptedChangeIsFollowed() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.press(.escape)
    tester.type("U")
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.type("a")
    tester.acceptChange()
    #expect(tester.lines[0].contains("Progress"))
    #expect(tester.screen.contains("Upgrade to 1.1.0: grafana on museum"))
    #expect(tester.screen.contains("✓ accepted"))

    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.1.0", config: "replicas: 1\n", state: "Upgrading"))))
    tester.answer(.progress(of: "grafana"), .progress(nil))
    tester.now = tester.now.advanced(3)
    tester.hear(.time)
    #expect(tester.reads.contains(.progress(of: "grafana")))

    tester.press(.escape)
    #expect(!tester.lines[0].contains("Progress"))
    tester.type(":operations")
    tester.press(.enter)
    #expect(tester.screen.contains("grafana"))
    tester.press(.enter)
    #expect(tester.lines[0].contains("Progress"))
  }

  @Test func aSwitchIsNotFollowed() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    tester.acceptChange()

    #expect(!tester.lines[0].contains("Progress"))
  }

  @Test func aFailureEndsTheProgressWithItsReasonAndTheWaysOut() {
    var tester = ChangesTests.afterFailedUpgrade()
    tester.type(":operations")
    tester.press(.enter)
    #expect(tester.screen.contains("Nothing is under way."))

    tester.press(.escape)
    tester.app.open(ProgressScreen("grafana"))
    tester.hear(.time)
    #expect(tester.screen.contains("✗ UpgradeFailed: no kind TrafficPolicy"))
    #expect(tester.screen.contains("b goes back"))
  }

  @Test func aSmallScreenShowsHowAChangeEndedUntilItIsScrolled() {
    var tester = ConsoleTester.atMarket(40, 10)
    tester.offerAfter("U", "grafana")
    tester.type("a")
    tester.acceptChange()
    tester.hear(
      .installations(
        .applied(
          .sample(
            "grafana", version: "1.1.0", config: "replicas: 1\n", state: "UpgradeFailed",
            message: "no kind TrafficPolicy"))))
    #expect(tester.screen.contains("no kind TrafficPolicy") && tester.screen.contains("goes back"), "\(tester.screen)")

    tester.press(.home)
    tester.hear(.time)
    #expect(tester.screen.contains("✓ accepted"), "\(tester.screen)")
  }

  static var repository: RepositoryFacts {
    let object = Object(
      Dialect.installPlan.repositories, name: "main",
      ["spec": ["url": "https://charts.example"], "status": ["lastSyncTime": "2026-01-02T03:00:00Z"]])
    let event = Object(
      .events, name: "e", namespace: "default",
      [
        "reason": "SyncFailed", "message": "no route to host", "lastTimestamp": "2026-01-02T03:00:00Z",
        "involvedObject": ["kind": "Repository", "name": "main"],
      ])
    return RepositoryFacts(object, extensions: [], versions: [], events: [event], dialect: .installPlan)
  }

  private func atRepositories(_ columns: Int = 80, _ rows: Int = 24) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.type(":repositories")
    tester.press(.enter)
    tester.answer(.repositories, .repositories([Self.repository]))
    return tester
  }

  @Test func aRepositorySaysWhyItCouldNotBeRead() {
    let tester = atRepositories(120, 24)

    #expect(tester.lines[2].contains("main"))
    #expect(tester.screen.contains("no route to host"))
    #expect(tester.screen.contains("SyncFailed"))
  }

  @Test func syncingIsAPlan() {
    var tester = atRepositories()
    tester.type("R")
    #expect(tester.screen.contains("Read repository main now on museum"))
    tester.type("a")

    #expect(sent(tester).map(\.action) == [.merge(["status": ["lastSyncTime": .null]])])
  }

  @Test func deletingSaysWhatWouldVanish() {
    var tester = atRepositories()
    tester.type("X")
    #expect(tester.screen.contains("- Repository main"))
    tester.type("a")

    #expect(sent(tester).map(\.action) == [.delete(withDependents: false)])
  }

  @Test func whoMayNotDeleteARepositoryIsToldSoAndOfferedNothing() {
    var tester = atRepositories()
    tester.app.state.rights.learn([
      Access("delete", Dialect.installPlan.repositories, name: "main"): .init(isAllowed: false)
    ])
    tester.type("X")

    #expect(tester.screen.contains("Not possible: you may not delete repositories.kubesphere.io"))
    #expect(!tester.screen.contains("Apply"))
    tester.type("a")
    #expect(sent(tester).isEmpty)
  }

  @Test(arguments: [
    ("deny: repo", "repo remove is denied in museum (config.yaml)"),
    ("typed: all", "it is confirmed by typing in museum (config.yaml): ksx repo remove asks for that"),
  ])
  func aGuardrailAgainstDeletingARepositoryIsSaidInThePlan(rule: String, sentence: String) {
    var tester = atRepositories(120, 24)
    tester.app.state.session.guardrails.rules = Guardrails.rules(in: "guardrails: [{\(rule)}]", "config.yaml")
    tester.type("X")

    #expect(tester.screen.contains("Not possible: \(sentence)"))
    #expect(!tester.screen.contains("Apply"))
  }

  @Test func aFormIsTestedBeforeItIsSaved() {
    var tester = atRepositories()
    tester.type("n")
    tester.type("extra")
    tester.press(.enter)
    tester.type("https://x.example")
    tester.press(.tab)
    guard let topic = tester.reads.first else {
      Issue.record("nothing was asked")
      return
    }
    tester.answer(topic, .reachability(Reachability(isGood: true, words: "it answers: 2 charts in 3 versions")))
    #expect(tester.screen.contains("From this computer: it answers: 2 charts in 3 versions"))

    tester.press(.enter, .enter, .enter, .enter, .enter)
    #expect(tester.screen.contains("Add repository extra on museum"))
    tester.type("a")
    #expect(sent(tester).map(\.name) == ["extra"])
  }

  @Test func aPasswordIsNotShown() {
    var tester = atRepositories()
    tester.type("n")
    tester.press(.backTab, .backTab)
    tester.type("hunter2")

    #expect(!tester.screen.contains("hunter2"))
    #expect(tester.screen.contains("•••••••"))
  }

  @Test func norDoesThePlanOfARepositoryShowIt() {
    var tester = atRepositories(200, 24)
    tester.type("n")
    for text in ["extra", "https://ada:hunter1@x.example", "", "", "ada", "hunter2", ""] {
      tester.type(text)
      tester.press(.enter)
    }

    #expect(tester.screen.contains("Add repository extra"))
    #expect(!tester.screen.contains("hunter"))
  }

  static var probes: [String: Probe] {
    var probes: [String: Probe] = [:]
    for row in served.rows {
      probes[row.id] = Probe(
        object: row.served, target: row.path ?? "", outcome: .silent("down (503)"), milliseconds: 4)
    }
    return probes
  }

  static var served: ServingFacts {
    let service = Object(
      Dialect.installPlan.apiServices, name: "v1.weather", labels: ["kubesphere.io/extension-ref": "grafana"],
      [
        "spec": ["group": "weather.example", "version": "v1", "url": "http://w.example"],
        "status": ["state": "Available"],
      ])
    return ServingFacts([service], dialect: .installPlan)
  }

  @Test func whatIsServedIsProbedAndItsRuleIsTold() {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.type(":gateway")
    tester.press(.enter)
    #expect(tester.screen.contains("Reading what is served …"))
    tester.answer(.serving(of: nil), .serving(Self.served))
    tester.answer(.probes(of: nil), .probes(NewScreensTests.probes))
    #expect(tester.lines[2].contains("weather.example/v1"))
    #expect(tester.lines[2].contains("no answer:"))
    #expect(tester.lines[2].contains("http://w.example"))
    tester.type("p")
    #expect(tester.reads == [.probes(of: nil)])

    tester.type("g")
    tester.press(.backspace)
    tester.type("/kapis/weather.example/v1/cities")
    tester.press(.enter)
    #expect(tester.screen.contains("APIService v1.weather serves it"))
  }

  @Test func whatIsServedIsDisabledByItsOwner() {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.type(":gateway")
    tester.press(.enter)
    tester.answer(.serving(of: nil), .serving(Self.served))
    tester.type("D")

    #expect(tester.screen.contains("Disable: grafana on museum"))
  }

  @Test func enterOnAContextGoesThere() {
    var tester = ConsoleTester.atMarket()
    tester.type(":contexts")
    tester.press(.enter)
    #expect(tester.errands.contains(.listClusterChoices) || tester.asked.contains(.listClusterChoices))
    let places = [
      ClusterChoice(name: "museum", source: .kubeconfig, ways: "kubernetes", server: "https://museum"),
      ClusterChoice(name: "staging", source: .profile, ways: "both", server: "https://staging", login: "ada logged in"),
    ]
    tester.hear(.clusterChoices(.success(places)))
    #expect(tester.screen.contains("museum (here)"))
    tester.press(.enter)
    #expect(tester.status == "This is museum already.")

    tester.press(.down, .enter)
    #expect(tester.asked == [.move(places[1])])
  }
}

extension ClockReading {
  /// So many seconds later, on both clocks.
  fileprivate func advanced(_ seconds: Double) -> ClockReading {
    ClockReading(self.seconds + seconds, wall: wall + seconds)
  }
}
