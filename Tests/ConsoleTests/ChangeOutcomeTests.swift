import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform
import Terminal
import Testing

@testable import Console

/// How the console learns what came of a change, and what it makes of that.
@Suite struct ChangeOutcomeTests {
  @Test func theScreenSaysHowAnUpgradeEnds() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    #expect(tester.app.state.operations.names == ["grafana"])

    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading", resourceVersion: "8"))))
    #expect(tester.lines[2].contains("upgrading"))
    tester.hear(
      .installations(
        .applied(
          .sample(
            "grafana", version: "1.1.0", state: "UpgradeFailed", message: "no such image", resourceVersion: "9"))))

    #expect(tester.status == "grafana: could not upgrade to 1.1.0: no such image")
    #expect(tester.app.state.operations.isEmpty)
  }

  @Test func whatWasThereBeforeAnUpgradeIsRememberedAndOfferedAsTheWayBack() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    let kept = tester.app.state.records.memories["grafana"]
    #expect(kept?.entries.map(\.version) == ["1.0.0"])
    #expect(kept?.entries.map(\.config) == ["replicas: 1\n"])
    #expect(tester.asked.contains(.recall))

    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.1.0", config: "replicas: 2\n", resourceVersion: "9"))))
    tester.offerAfter("b", "grafana")
    #expect(tester.screen.contains("- replicas: 2") || tester.screen.contains("-   replicas: 2"))
    tester.type("a")
    #expect(tester.changes == [.rollback(to: "1.0.0", config: "replicas: 1\n")])
  }

  @Test func aControllerThatNotesItsProgressMeanwhileIsNoReasonToAskAgain() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    tester.refuseAsOutdated()
    #expect(tester.changes == [])
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 1\n", resourceVersion: "8"))))

    #expect(tester.changes == [.disable])
    #expect(tester.app.state.operations.names == ["grafana"])
  }

  @Test func aRequestThatNothingAnswersMakesTheLineStaleAndItsWatchesBeginAnew() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    guard case .apply(let plan)? = tester.asked.first else { return #expect(Bool(false), "nothing was asked for") }
    tester.hear(.applied(plan, failure: .transport(.timedOut(seconds: 10))))

    guard case .stale = tester.app.state.connection.state else { return #expect(Bool(false), "it is still live") }
    #expect(tester.asked.contains(.watch(.installations, .installPlan)))
    tester.hear(.installations(.replaced([.sample("grafana", version: "1.0.0")])))
    #expect(tester.app.state.connection.state == .connected)
  }

  @Test func aRefusalStaysOnThePlanAndInTheMessages() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    guard case .apply(let plan)? = tester.asked.first else { return #expect(Bool(false), "nothing was asked for") }
    let status = Status(code: 403, reason: "Forbidden", message: "you may not patch installplans")
    tester.hear(.applied(plan, failure: .refused(status)))

    #expect(tester.screen.contains("does not allow it (403)"))
    #expect(tester.screen.contains("[ Disable ]"))
    tester.press(.escape)
    tester.type("m")
    #expect(tester.screen.contains("you may not patch"))
  }

  @Test func leavingAsksWhileSomethingIsUnderWay() {
    var tester = ConsoleTester.atMarket()
    tester.type("q")
    #expect(tester.app.isFinished)

    tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    tester.press(.control("c"))
    #expect(!tester.app.isFinished)
    #expect(tester.screen.contains("grafana: upgrade to 1.1.0 was accepted"))
    tester.press(.escape)
    #expect(!tester.screen.contains("goes on in the cluster"))
    tester.type("qq")
    #expect(tester.app.isFinished)
  }

  @Test func theVersionsOfWhatIsLookedAtAreWatchedAndNoLonger() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    #expect(tester.asked.first == .watch(.versions(of: "grafana"), .installPlan))

    tester.press(.escape)
    #expect(
      tester.asked == [.stop(.watch(.versions(of: "grafana"), .installPlan)), .stop(.details(of: "grafana"))])
  }
}
