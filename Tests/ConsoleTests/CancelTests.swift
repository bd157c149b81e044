import Client
import Extensions
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// Ending what hangs, and the page on which it is followed.
@Suite struct CancelTests {
  /// An upgrade of Grafana that waits, and what ran before it.
  private func hanging(isReadOnly: Bool = false) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(isReadOnly: isReadOnly)
    tester.hear(.recalled(Records(memories: ["grafana": .sample("1.0.0")])))
    tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))
    return tester
  }

  private func cancelled(_ tester: ConsoleTester) -> [String] {
    tester.asked.compactMap { request in
      guard case .send(let requests, let plan) = request, requests.isEmpty else { return nil }
      return plan.cancellation?.former?.version
    }
  }

  @Test func anUpgradeThatHangsIsEndedFromWhereItIsFollowed() {
    var tester = hanging()
    tester.app.open(ProgressScreen("grafana"))
    tester.hear(.time)
    #expect(tester.lines.last?.contains("C cancel") == true, "\(tester.screen)")
    tester.type("C")
    #expect(tester.screen.contains("Cancel what is under way: grafana on museum"))
    #expect(tester.screen.contains("- ends: the upgrade from 1.0.0 to 1.1.0, Upgrading"), "\(tester.screen)")
    #expect(tester.screen.contains("~ version 1.1.0 → 1.0.0"))
    #expect(tester.screen.contains("[ Let it go on ] [ Cancel the upgrade ]"))
    #expect(cancelled(tester) == [])
    tester.type("a")

    #expect(cancelled(tester) == ["1.0.0"])
    #expect(tester.screen.contains("Cancel what is under way: grafana …"))
  }

  /// An upgrade that was sent from here, and its cancellation.
  private func cancelling() throws -> (ConsoleTester, RemedyPlan) {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    tester.hear(.recalled(Records(memories: ["grafana": .sample("1.0.0")])))
    tester.app.open(ProgressScreen("grafana", .upgrade(to: "1.1.0")))
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.1.0", config: "replicas: 1\n", state: "Upgrading"))))
    tester.type("C")
    tester.type("a")
    let plans = tester.asked.compactMap { if case .send(_, let plan) = $0 { plan } else { nil } }
    return (tester, try #require(plans.first))
  }

  @Test func whatIsCancelledHereHasNotFailed() throws {
    var (tester, plan) = try cancelling()
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", state: "Upgrading", resourceVersion: "9"))))
    #expect(!tester.screen.contains("changed again meanwhile"), "\(tester.screen)")
    #expect(tester.screen.contains("Back to 1.0.0: grafana on museum"), "\(tester.screen)")
    tester.hear(.sent(plan, failure: nil))
    #expect(tester.status.contains("grafana: upgrade to 1.1.0 was cancelled; 1.0.0 is being put back."))
    tester.hear(.installations(.applied(.sample("grafana", version: "1.0.0", resourceVersion: "10"))))

    #expect(tester.screen.contains("Back to 1.0.0: grafana on museum"), "\(tester.screen)")
    #expect(!tester.screen.contains("Upgrade to 1.1.0"))
  }

  @Test func aCancellationThatFailsLeavesTheChangeAsItWas() throws {
    var (tester, plan) = try cancelling()
    tester.hear(.sent(plan, failure: "the webhook is down. Nothing was changed."))
    #expect(tester.screen.contains("Upgrade to 1.1.0: grafana on museum"), "\(tester.screen)")
    tester.hear(
      .installations(
        .applied(.sample("grafana", version: "1.1.0", config: "replicas: 1\n", resourceVersion: "9"))))

    #expect(tester.status.contains("grafana: upgraded to 1.1.0."), "\(tester.status)")
  }

  @Test func anUninstallIsNotOfferedToBeCancelled() {
    var tester = hanging()
    tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", state: "Uninstalling"))))
    tester.app.open(ProgressScreen("grafana"))
    tester.hear(.time)
    #expect(tester.lines.last?.contains("cancel") == false, "\(tester.screen)")
    tester.type(":cancel gra")
    #expect(!tester.screen.contains("cancel grafana"), "\(tester.screen)")
  }

  @Test func itIsCalledAsTheCommandForScripts() {
    var tester = hanging()
    tester.type(":cancel gra")
    #expect(tester.screen.contains("cancel grafana"))
    tester.press(.enter)
    #expect(tester.screen.contains("Cancel what is under way: grafana on museum"))
  }

  @Test func whereNothingIsUnderWayNothingIsSent() {
    var tester = ConsoleTester.atMarket()
    tester.type(":cancel grafana")
    tester.press(.enter)
    #expect(tester.screen.contains("Not possible: "), "\(tester.screen)")
    tester.type("a")

    #expect(cancelled(tester) == [])
  }

  @Test func aConsoleThatOnlyLooksDoesNotOfferIt() {
    var tester = hanging(isReadOnly: true)
    tester.app.open(ProgressScreen("grafana"))
    tester.hear(.time)

    #expect(tester.lines.last?.contains("cancel") == false)
  }

  @Test func allThatAnOperationWaitsForIsReadInTheListOfThem() {
    var tester = ConsoleTester.atMarket()
    var under = Installation.sample("grafana", version: "1.1.0", state: "Upgrading")
    under.message = "waiting for pre-upgrade hooks of the chart, and for the job before-the-upgrade"
    tester.hear(.installations(.applied(under)))
    tester.type(":operations")
    tester.press(.enter)

    #expect(tester.screen.contains("and for the job before-the-upgrade"), "\(tester.screen)")
  }

  @Test func theStepsOfAFormerAttemptAreNotThoseOfThisOne() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    tester.app.open(ProgressScreen("grafana", .upgrade(to: "1.1.0")))
    tester.hear(.time)
    let installed = Installation.sample("grafana", version: "1.1.0", config: "replicas: 1\n")
    var former = installed
    former.history = [
      .init(state: InstallationState("Installing"), time: "2026-05-20T10:00:00Z"),
      .init(state: InstallationState("Installed"), time: "2026-05-20T10:00:06Z"),
    ]
    let now = Timestamp(secondsSince1970: Int(tester.now.wall))
    tester.answer(.progress(of: "grafana"), .progress(OperationProgress(former, OperationProgress.Sources(), at: now)))
    #expect(tester.screen.contains("✓ accepted"))
    #expect(!tester.screen.contains("Installing"), "\(tester.screen)")
  }

  /// Installed, and asked for another config half a minute ago.
  private func unobservedChanges() -> ConsoleTester {
    var tester = ConsoleTester.atMarket()
    tester.now = ClockReading(1_000_000, wall: 1_790_000_000)
    var asked = Installation.sample("grafana", version: "1.0.0", config: "replicas: 2\n", resourceVersion: "8")
    asked.observed.configHash = ConfigHash.of("replicas: 1\n")
    asked.notes = [
      "ksx.dev/changed-by": "ada", "ksx.dev/change": "configure",
      "ksx.dev/changed-at": ClockReading(1_790_000_000 - 40).timestamp,
    ]
    tester.hear(.installations(.applied(asked)))
    return tester
  }

  @Test func whatTheControllersHaveNotBegunWithSaysSoAndSinceWhen() {
    var tester = unobservedChanges()
    #expect(tester.lines[0].contains("1 busy"), "\(tester.screen)")
    #expect(tester.screen.contains("Grafana: waits for the controllers: config not yet applied"), "\(tester.screen)")
    tester.app.open(ProgressScreen("grafana", .configure(config: "replicas: 2\n")))
    tester.hear(.time)

    #expect(tester.screen.contains("… the controllers to begin (config not yet applied)"), "\(tester.screen)")
    #expect(tester.lines[1].trimmed.hasSuffix("40 s"), "\(tester.screen)")
    #expect(tester.lines.last?.contains("cancel") == false, "\(tester.screen)")
  }

  @Test func theLogOfTheChangeBeforeIsNotShownAsThisOnes() {
    var tester = unobservedChanges()
    tester.app.open(ProgressScreen("grafana", .configure(config: "replicas: 2\n")))
    tester.hear(.time)
    var sources = OperationProgress.Sources()
    sources.log = "Release \"grafana\" has been upgraded.\n"
    let now = Timestamp(secondsSince1970: Int(tester.now.wall))
    tester.answer(
      .progress(of: "grafana"), .progress(OperationProgress(.sample("grafana", version: "1.0.0"), sources, at: now)))
    #expect(!tester.screen.contains("has been upgraded"), "\(tester.screen)")
    tester.type("l")

    #expect(tester.screen.contains("Of the change before this one:"), "\(tester.screen)")
    #expect(tester.screen.contains("has been upgraded"))
  }

  @Test func anEndThatWasReadWhereItWasFollowedDoesNotGoAlong() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    tester.app.open(ProgressScreen("grafana", .upgrade(to: "1.1.0")))
    tester.hear(.time)
    tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", config: "replicas: 1\n"))))
    #expect(tester.screen.contains("grafana: upgraded to 1.1.0."), "\(tester.screen)")
    tester.press(.escape)

    #expect(!tester.screen.contains("grafana: upgraded to 1.1.0."))
  }
}
