import Client
import Extensions
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// What a screen says it says once, whole, and for as long as it holds.
@Suite struct SaidOnceTests {
  @Test func whatAnOutageKeptFromBeingReadIsReadAgainAfterIt() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("U", "grafana")
    var facts = PlanFacts()
    facts.serverProblem = "museum cannot be reached"
    tester.hear(.facts(facts))
    tester.lose()
    #expect(!asksForFacts(tester))
    tester.hear(.extensions(.replaced([.sample("grafana", "Grafana", versions: ["1.0.0", "1.1.0"])])))

    #expect(asksForFacts(tester))
  }

  @Test func aHighScreenShowsWhatHasChangedBesideTheList() {
    let tester = ChangesTests.afterFailedUpgrade(200, 60)

    #expect(tester.screen.contains("version 1.0.0 → 1.1.0 by you"), "\(tester.screen)")
    #expect(tester.screen.contains("installed 1.0.0 by bob"))
  }

  private func asksForFacts(_ tester: ConsoleTester) -> Bool {
    (tester.asked + tester.errands).contains { if case .readFacts = $0 { true } else { false } }
  }

  @Test func whatStillRunsIsSeenWhereNotAllOfTheLineHasRoom() {
    var tester = ConsoleTester()
    tester.now = ClockReading(1_000_000, wall: 1_780_000_000)
    tester.hear(.extensions(.replaced([.sample("grafana", "Grafana", versions: ["1.0.0", "1.1.0"])])))
    var failed = Installation.sample(
      "grafana", version: "1.1.0", state: "UpgradeFailed",
      message:
        "the cluster does not serve TrafficPolicy of mesh.meadow.example, which the chart of 1.1.0 asks for first")
    failed.notes = [
      "ksx.dev/changed-by": "root as kubeconfig entry admin-of-the-east", "ksx.dev/change": "upgrade to 1.1.0",
      "ksx.dev/changed-at": "2026-05-28T20:24:40Z", "ksx.dev/ran-before": "1.0.0 before 1.1.0",
    ]
    tester.hear(.installations(.replaced([failed])))

    #expect(tester.screen.contains("1.0.0 still runs; upgrade 1.0.0 → 1.1.0 by root"), "\(tester.screen)")
  }

  @Test func aPlanThatThisUserMayNotCarryOutSaysItItself() {
    var tester = ConsoleTester.atMarket()
    let patch = Access("patch", Dialect.installPlan.installations, name: "grafana")
    tester.hear(.judged([patch: Access.Verdict(isAllowed: false)]))
    tester.offerAfter("D", "grafana")

    #expect(tester.screen.contains("Not possible: you may not patch"))
    #expect(tester.app.state.messageLog.answer == nil)
  }

  @Test func aPlanForSeveralFollowsWhatThisUserMayDo() {
    var tester = ConsoleTester.atMarket()
    tester.type("jj ")
    tester.press(.up)
    tester.type(" i")
    #expect(tester.lines.last?.contains("a install 2") == true)
    tester.hear(
      .judged([Access("create", Dialect.installPlan.installations): Access.Verdict(isAllowed: false)]))

    #expect(tester.screen.contains("you may not create"), "\(tester.screen)")
    #expect(tester.lines.last?.contains("a install") == false)
  }

  @Test func aConsoleThatOnlyLooksOffersNoButtonThatChanges() {
    var tester = ConsoleTester.atMarket(isReadOnly: true)
    tester.offerAfter("D", "grafana")

    #expect(tester.screen.contains("[ Cancel ]"))
    #expect(!tester.screen.contains("[ Disable ]"))
    #expect(tester.lines.last?.contains("apply") == false)
  }

  @Test func thatEverythingIsReadIsSaidUntilItIs() {
    var tester = ConsoleTester.atMarket()
    tester.type("R")
    #expect(tester.status == "Reading everything again …")
    tester.hear(.connected(Capabilities(assuming: .installPlan)))

    #expect(tester.status == "")
  }

  @Test func aPathIsTypedFromItsBeginning() {
    var tester = ConsoleTester.atMarket()
    tester.type(":gateway")
    tester.press(.enter)
    tester.answer(.serving(of: nil), .serving(NewScreensTests.served))
    tester.type("g/dist/x")

    #expect(tester.screen.contains("Path: /dist/x"), "\(tester.screen)")
  }

  @Test func wayBackIsOfferedOnlyWhereThereIsOne() {
    var tester = ConsoleTester.atMarket()
    #expect(tester.lines.last?.contains("roll back") == false)
    tester.hear(.installations(.applied(.sample("jenkins", version: "2.0.0"))))
    tester.type("j")
    #expect(tester.app.marketplace.selected == "jenkins")
    #expect(!tester.app.state.hints(about: "jenkins").contains { $0.action == .command(.rollBack) })
    tester.hear(.recalled(Records(memories: ["jenkins": .sample("1.0.0")])))
    // The version that ran is offered no more.
    #expect(!tester.app.state.hints(about: "jenkins").contains { $0.action == .command(.rollBack) })
    tester.hear(.extensions(.applied(.sample("jenkins", "Jenkins", category: "devops", versions: ["1.0.0", "2.0.0"]))))

    #expect(tester.app.state.hints(about: "jenkins").contains { $0.action == .command(.rollBack) })
  }
}
