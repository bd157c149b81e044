import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Terminal
import Testing

@testable import Console
@testable import Operations

/// What was changed, by whom, what came of it, and the ways back.
@Suite struct ChangesTests {
  /// After an upgrade of grafana from 1.0.0 to 1.1.0 that has just failed.
  static func afterFailedUpgrade(_ columns: Int = 80, _ rows: Int = 24) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    let day = 86_400.0
    tester.now = ClockReading(1_000_000, wall: 1_790_000_000)
    func time(_ ago: Double) -> String { ClockReading(1_790_000_000 - ago).timestamp }
    let (old, new) = (
      RequestedSpec(version: "1.0.0", config: "replicas: 1\n"), RequestedSpec(version: "1.1.0", config: "replicas: 1\n")
    )
    let hash = ConfigHash.of("replicas: 1\n")
    let former = HistoryLine.Release(version: "1.0.0", config: "replicas: 1\n", wasInstalled: true)
    let lines = [
      HistoryLine("grafana", at: time(3 * day), .change(words: "install 1.0.0", former: nil), by: Author(name: "bob")),
      HistoryLine("grafana", at: time(3 * day), .outcome(.accepted, version: "1.0.0", configHash: hash)),
      HistoryLine("grafana", at: time(3 * day), .spec(before: nil, after: old)),
      HistoryLine("grafana", at: time(3 * day), .outcome(.done, version: "1.0.0", configHash: hash)),
      HistoryLine(
        "grafana", at: time(120), .change(words: "upgrade to 1.1.0", former: former),
        by: Author(name: "ada", reason: "ticket 7")),
      HistoryLine("grafana", at: time(120), .outcome(.accepted, version: "1.1.0", configHash: hash)),
      HistoryLine("grafana", at: time(120), .spec(before: old, after: new)),
      HistoryLine(
        "grafana", at: time(60), .outcome(.failed("no kind TrafficPolicy"), version: "1.1.0", configHash: hash)),
    ]
    tester.hear(
      .installations(
        .replaced([
          .sample(
            "grafana", version: "1.1.0", config: "replicas: 1\n", state: "UpgradeFailed",
            message: "no kind TrafficPolicy")
        ])))
    tester.hear(.recalled(Records(memories: History.releases(lines), lines: lines)))
    return tester
  }

  /// In front of an extension that this user has installed so many seconds ago.
  private func afterInstall(secondsAgo: Double) -> ConsoleTester {
    var tester = ConsoleTester.atMarket()
    tester.now = ClockReading(1_000_000, wall: 1_790_000_000)
    let spec = RequestedSpec(version: "1.0.0", config: "replicas: 1\n")
    let time = ClockReading(1_790_000_000 - secondsAgo).timestamp
    let lines = [HistoryLine("grafana", at: time, .spec(before: nil, after: spec))]
    tester.hear(.recalled(Records(memories: History.releases(lines), lines: lines)))
    return tester
  }

  @Test func anInstallThatWasJustMadeIsTakenBackByTwoKeys() {
    var tester = afterInstall(secondsAgo: 40)
    tester.type("u")
    #expect(tester.screen.contains("Uninstall: grafana on museum"))
    #expect(tester.screen.contains("[ Uninstall ]"))
    tester.type("a")

    #expect(tester.changes == [.uninstall])
  }

  @Test func anInstallThatIsOlderIsTakenBackByItsName() {
    var tester = afterInstall(secondsAgo: 90)
    tester.type("u")
    tester.press(.end)
    tester.type("a")

    #expect(tester.changes == [])
    #expect(tester.screen.contains("Type grafana to uninstall it"))
  }

  @Test func anUninstallThatIsNoUndoIsConfirmedByTheName() {
    var tester = afterInstall(secondsAgo: 120)
    tester.type("X")
    tester.press(.end)
    tester.type("a")

    #expect(tester.changes == [])
    #expect(tester.screen.contains("Type grafana to uninstall it"))
  }

  @Test func aWriterIsNamedWholeWhereThereIsRoom() {
    var tester = Self.afterFailedUpgrade()
    let author = Author(name: "maximilian.featherstone")
    let line = HistoryLine("grafana", at: "2026-09-21T10:00:00Z", .change(words: "enable", former: nil), by: author)
    tester.hear(.recalled(Records(lines: tester.app.state.records.lines + [line])))
    tester.press(.enter)
    tester.type("3")

    #expect(tester.screen.contains("maximilian.featherstone "), "\(tester.screen)")
  }

  @Test func afterAFailedUpgradeTwoKeysGoBackToWhatWorked() {
    var tester = Self.afterFailedUpgrade()
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.type("b")
    #expect(tester.screen.contains("~ version 1.1.0 → 1.0.0"))
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.type("a")

    #expect(tester.changes == [.rollback(to: "1.0.0", config: "replicas: 1\n")])
  }

  @Test func theOverviewSaysFirstWhatChangedLastWhoAndWhy() {
    var tester = Self.afterFailedUpgrade()
    tester.press(.enter)
    let screen = tester.screen

    #expect(screen.contains("State         UpgradeFailed"))
    #expect(screen.contains("Reason        no kind TrafficPolicy"))
    #expect(screen.contains("Last change   version 1.0.0 → 1.1.0 by you, 2 min ago (ticket 7)"))
    #expect(screen.contains("b goes back to 1.0.0, which worked"))
  }

  @Test func theScreenOfChangesListsThemWithTheLastThatWorked() {
    var tester = Self.afterFailedUpgrade(120, 24)
    tester.type("H")

    #expect(tester.lines[2].contains("2 min"))
    #expect(tester.lines[2].contains("you"))
    #expect(tester.lines[2].contains("version 1.0.0 → 1.1.0"))
    #expect(tester.lines[2].contains("failed: no kind TrafficPolicy"))
    #expect(tester.lines[3].contains("3 d"))
    #expect(tester.lines[3].contains("bob"))
    #expect(tester.lines[3].contains("← last good"))
  }

  @Test func backOnALineLeadsToBeforeIt() {
    var tester = Self.afterFailedUpgrade()
    tester.type("H")
    tester.type("b")
    #expect(tester.screen.contains("~ version 1.1.0 → 1.0.0"))

    tester.press(.escape, .down)
    tester.type("b")
    #expect(tester.screen.contains("Uninstall"))
  }

  @Test func enterOnALineShowsAllThatIsKnownOfIt() {
    var tester = Self.afterFailedUpgrade()
    tester.type("H")
    tester.press(.enter)

    #expect(tester.screen.contains("Why         ticket 7"))
    #expect(tester.screen.contains("Known from  what ksx noted on this computer"))
  }

  @Test func undoTakesTheLastChangeBackWhileNoOtherTouchedTheObject() {
    var tester = Self.afterFailedUpgrade()
    tester.type("u")
    #expect(tester.screen.contains("Roll back to 1.0.0"))

    tester.press(.escape)
    tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", config: "replicas: 9\n"))))
    tester.type("u")
    #expect(
      tester.status.contains("Grafana has been changed since") || tester.status.contains("has been changed since"))
  }

  @Test func aChangeCanBeUndoneAsSoonAsItIsAccepted() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    tester.acceptChange()
    tester.hear(
      .installations(
        .applied(.sample("grafana", version: "1.0.0", config: "replicas: 1\n", isEnabled: false, resourceVersion: "8")))
    )
    tester.type("u")

    #expect(tester.screen.contains("~ enabled: no → yes"))
  }

  @Test func aUserWithoutAPastIsToldSo() {
    var tester = ConsoleTester(80, 24)
    tester.hear(.extensions(.replaced([])))
    tester.hear(.installations(.replaced([])))
    tester.type("H")

    #expect(tester.screen.contains("Nothing is known of changes in museum."))
  }

  @Test func whatBecameOfAChangeIsSaidAtTheNextStart() {
    var tester = ConsoleTester.atMarket()
    tester.now = ClockReading(1_000_000, wall: 1_790_000_000)
    let time = ClockReading(1_790_000_000 - 180).timestamp
    let lines = [
      HistoryLine(
        "grafana", at: time, .change(words: "upgrade to 1.1.0", former: nil), by: Author(name: "ada")),
      HistoryLine("grafana", at: time, .outcome(.accepted, version: "1.1.0", configHash: "h")),
    ]
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.1.0", state: "UpgradeFailed", message: "no kind"))))
    tester.hear(.recalled(Records(lines: lines)))

    #expect(tester.status.contains("grafana: upgrade to 1.1.0, begun 3 min ago, failed: no kind"))
    #expect((tester.asked + tester.errands).contains { if case .remember = $0 { true } else { false } })
    tester.hear(.recalled(Records(lines: lines)))
    #expect(tester.app.state.messageLog.entries.count { $0.text.contains("begun 3 min ago") } == 1)
  }
}
