import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal
import Testing

@testable import Console

@Suite struct MarketplaceTests {
  /// A marketplace in which something failed, something is under way and something is off.
  static func busy(_ columns: Int = 80, _ rows: Int = 24) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.now = ClockReading(1_000_000, wall: 1_780_000_000)
    tester.hear(
      .extensions(
        .applied(.sample("grafana", "Grafana", category: "observability", versions: ["1.0.0", "1.0.1", "1.1.0"]))))
    tester.hear(.extensions(.applied(.sample("alerts", "Alerts", versions: ["1.0.0", "1.1.0-rc.1"]))))
    tester.hear(.extensions(.applied(.sample("vault", "Backup Vault", category: "devops", versions: ["2.0.0"]))))
    var failed = Installation.sample(
      "grafana", version: "1.1.0", state: "UpgradeFailed",
      message: "the cluster does not serve TrafficPolicy of mesh.meadow.example")
    failed.conditionTime = "2026-05-28T20:24:40Z"
    failed.notes = [
      "ksx.dev/changed-by": "ada", "ksx.dev/change": "upgrade to 1.1.0", "ksx.dev/changed-at": "2026-05-28T20:24:40Z",
    ]
    var under = Installation.sample("vault", version: "2.0.0", state: "Installing")
    under.conditionTime = "2026-05-28T20:26:09Z"
    var off = Installation.sample("loki", version: "1.0.0", isEnabled: false)
    off.conditionTime = "2026-05-26T20:26:40Z"
    tester.hear(.installations(.replaced([failed, under, off])))
    tester.hear(.recalled(Records(memories: ["grafana": .sample("1.0.1")])))
    return tester
  }

  @Test func theMarketplaceAsItIsDrawn() throws {
    let refusal = Status(code: 403, reason: "Forbidden", message: "user ada may not list installplans")
    try Golden.check(
      "marketplace",
      [
        Golden.State("filled", from: .busyMarket),
        Golden.State("loading", from: .nothing),
        Golden.State("empty", from: .nothing) { tester in
          tester.hear(.extensions(.replaced([])))
          tester.hear(.installations(.replaced([])))
        },
        Golden.State("forbidden", from: .nothing) { tester in
          tester.hear(.installations(.interrupted(.refused(refusal), delay: .seconds(30))))
        },
        Golden.State("stale", from: .busyMarket) { $0.lose() },
        Golden.State("a filter that finds nothing", from: .busyMarket) { tester in
          tester.press(.tab)
          tester.type("j")
          tester.press(.tab)
          tester.type("/loki")
          tester.press(.enter)
        },
        Golden.State("a filter that is typed", from: .busyMarket) { $0.type("/state:failed foo:") },
        Golden.State("with marks", from: .busyMarket) { $0.type(" j ") },
      ])
  }

  @Test func whatHasHadNoNewsForLongIsStuck() {
    var tester = Self.busy()
    #expect(tester.lines[3].contains("installing"))
    tester.now = ClockReading(1_000_700, wall: 1_780_000_700)
    tester.press(.down)

    #expect(tester.lines[3].contains("stuck"))
    #expect(tester.screen.contains("no progress for 12 min; g d shows why"))
  }

  @Test func aRefusalIsSaidOnce() {
    var tester = ConsoleTester()
    let refusal = Status(code: 403, reason: "Forbidden", message: "user ada may not list installplans")
    tester.hear(.installations(.interrupted(.refused(refusal), delay: .seconds(30))))

    #expect(tester.screen.ranges(of: "may not list").count == 1)
  }

  @Test func whatWantsAttentionComesFirstAndWhatIsUnderWayNext() {
    let tester = Self.busy()

    #expect(["Grafana", "Backup Vault", "Alerts"].enumerated().allSatisfy { tester.lines[2 + $0].contains($1) })
  }

  @Test func oneColumnSaysWhatRunsAndWhatIsToBeHad() {
    let lines = Self.busy().lines

    #expect(lines[2].contains("1.0.1 (1.1.0 ✗)"))
    #expect(lines[3].contains("– → 2.0.0"))
    #expect(lines[4].contains("1.1.0-rc.1 pre"))
    #expect(lines[6].contains("1.0.0 ↑2.0.0"))
  }

  @Test func agesStandAtTheRightAndAreExactWhenAsked() {
    var tester = Self.busy()
    #expect(tester.lines[2].hasSuffix("2 min"))
    #expect(tester.lines[3].hasSuffix("31 s"))
    #expect(tester.lines[6].hasSuffix("2 d"))
    tester.type("t")

    #expect(tester.screen.contains("2026-05-2"))
  }

  @Test func nothingWakesForAnAgeOfAnHour() {
    var tester = ConsoleTester.atMarket()
    var installation = Installation.sample("grafana", version: "1.1.0")
    tester.now = ClockReading(1_000_000, wall: 1_780_000_000)
    installation.conditionTime = "2026-05-28T19:20:00Z"
    tester.hear(.installations(.replaced([installation])))
    #expect(tester.app.nextWakeUp == nil)

    installation.conditionTime = "2026-05-28T20:20:00Z"
    tester.hear(.installations(.replaced([installation])))
    #expect(tester.app.nextWakeUp.map { $0 - tester.now } == 20)
  }

  @Test func whyItFailedAndWhatStillRunsStandsUnderTheList() {
    let tester = Self.busy()

    #expect(tester.screen.contains("Grafana: the cluster does not serve TrafficPolicy of mesh.meadow.example"))
    #expect(tester.screen.contains("upgrade 1.0.1 → 1.1.0 by ada, 2 min ago; 1.0.1 still runs"))
  }

  @Test func aWideScreenHasAPreviewThatFollowsTheCursorAndAsksNothing() {
    var tester = Self.busy(120, 30)
    #expect(tester.screen.contains("│Grafana"))
    tester.type("jj")
    #expect(tester.screen.contains("│Alerts"))
    #expect(tester.asked == [])

    tester.type("p")
    #expect(!tester.screen.contains("│Alerts"))
  }

  @Test func viewsHaveCountsThatFollowTheFilter() {
    var tester = Self.busy()
    #expect(tester.lines[2].hasPrefix(" Attention"))
    #expect(tester.lines[6].prefix(20).hasSuffix("5"))
    tester.type("/vault")

    #expect(tester.lines[6].prefix(20).hasSuffix("1"))
  }

  @Test func aFilterIsKeptUnderANumber() {
    var tester = Self.busy()
    tester.type("/vault")
    tester.press(.control("s"), .character("3"))
    #expect(tester.asked.contains(.keepSetting("filter-3", "vault")), "\(tester.status)")
    tester.type("0")
    #expect(tester.screen.contains("Alerts"))

    tester.type("3")
    #expect(!tester.screen.contains("Alerts"))
    #expect(tester.screen.contains("filter vault · 1 of 5"))
    tester.type("4")
    #expect(tester.status.hasPrefix("No filter is kept under 4"))
  }

  @Test func theLineBetweenViewsAndCategoriesIsPassedOver() {
    var tester = Self.busy()
    tester.press(.tab)
    tester.type("j")
    #expect(tester.app.marketplace.listing.view == .category("devops"))
    tester.type("k")
    #expect(tester.app.marketplace.listing.view == .all)
  }

  @Test func aWideScreenShowsMoreColumns() {
    let tester = ConsoleTester.atMarket(300, 12)

    #expect(tester.lines[1].contains("DESCRIPTION"))
    #expect(tester.lines[2].contains("All about Grafana."))
    #expect(tester.lines[2].contains("KubeSphere"))
  }

  @Test func aWindowTooSmallSaysSoAndRecovers() {
    var tester = ConsoleTester.atMarket()
    let before = tester.screen
    tester.size = Size(rows: 5, columns: 20)
    tester.hear(.resized(tester.size))

    #expect(tester.screen.hasPrefix("This window is too"))

    tester.size = Size(rows: 24, columns: 80)
    tester.hear(.resized(tester.size))
    #expect(tester.screen == before)
  }

  /// The columns of the lists that differ after `key`.
  private func columnsChanged(by key: String, _ selection: RowSelection) -> [Int] {
    var tester = ConsoleTester.atMarket()
    tester.app.state.settings.selection = selection
    let before = tester.surface
    tester.type(key)
    let after = tester.surface
    return (0..<23).flatMap { row in (0..<80).filter { before[row, $0] != after[row, $0] } }
  }

  @Test(arguments: ["j", "G"])
  func movingChangesTheMarkerAndTheNameOnlyWhereTheNameIsSelected(key: String) {
    let changed = columnsChanged(by: key, .name)

    #expect(changed.allSatisfy { (20..<37).contains($0) })
    #expect(!changed.isEmpty)
  }

  @Test func theWholeRowIsSelectedWhereTheLineIsNotSlow() {
    #expect(Set(columnsChanged(by: "j", .auto)) == Set(20..<80))
  }

  @Test func aRowThatAppearsAboveDoesNotMoveTheSelection() {
    var tester = ConsoleTester.atMarket()
    tester.type("j")
    tester.hear(.extensions(.applied(.sample("alerts", "Alerts", versions: ["1.0.0"]))))
    tester.press(.enter)

    #expect(tester.screen.contains("Jenkins (jenkins)"))
  }

  @Test func whatIsSelectedAndVanishesLeavesTheSelectionAtItsPlace() {
    var tester = ConsoleTester.atMarket()
    tester.type("j")
    tester.hear(.extensions(.deleted(.sample("jenkins", "Jenkins", versions: ["2.0.0"]))))

    #expect(tester.lines[3].contains(">日志"))
  }

  @Test(
    arguments: [
      ("lo", ["日志"]), ("!gra", ["Jenkins", "日志"]), ("-f gfn", ["Grafana"]),
      ("-l category=devops", ["Jenkins"]), ("-l state!=installed", ["Jenkins", "日志"]), ("GRAF", ["Grafana"]),
    ])
  func aFilterShowsWhatMatches(filter: String, expected: [String]) {
    var tester = ConsoleTester.atMarket(40, 12)
    tester.type("/" + filter)

    let names = tester.lines[2...6].map { String($0.dropFirst().prefix { $0 != " " }) }
    #expect(names.filter { !$0.isEmpty } == expected)
  }

  @Test(arguments: ["foo!!", "foo", "category=", "=security", "a=b,c=d"])
  func aConditionThatIsNoneIsSaidAndLeavesNothingOut(condition: String) {
    var tester = ConsoleTester.atMarket()
    tester.type("/-l " + condition)
    tester.press(.enter)

    #expect(tester.status.hasPrefix("column 1: -l takes KEY=VALUE or KEY!=VALUE"))
    #expect(tester.screen.contains("Grafana"))
  }

  @Test func escapeTakesTheFilterAway() {
    var tester = ConsoleTester.atMarket()
    let before = tester.screen
    tester.type("/lo")
    tester.press(.escape)
    tester.type("gg")

    #expect(tester.screen == before)
  }

  @Test func aCategoryShowsItsOwnExtensionsAlone() {
    var tester = ConsoleTester.atMarket()
    tester.press(.tab)
    tester.type("j")

    #expect(tester.lines[2].contains("Jenkins"))
    #expect(!tester.screen.contains("Grafana"))
  }

  @Test func aClickSelectsAndASecondOneOpens() {
    var tester = ConsoleTester.atMarket()
    tester.press(.mouse(.click, Point(row: 3, column: 30)))
    #expect(tester.lines[3].contains(">Jenkins"))

    tester.press(.mouse(.click, Point(row: 3, column: 30)))
    #expect(tester.screen.contains("Jenkins (jenkins)"))
  }

  @Test func theWatchChangesTheState() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))

    #expect(tester.lines[2].contains("upgrading"))
  }

  @Test func hostileTextNeverReachesACell() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.extensions(.applied(.sample("evil", "a\u{1B}[2Jb\u{202E}c\u{9B}d", versions: ["1.0.0"]))))

    let cells = (0..<24).flatMap { tester.surface.row($0) }.flatMap { $0.text.unicodeScalars }
    #expect(cells.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x202E })
  }

  @Test func theLanguageIsSwitched() {
    var tester = ConsoleTester.atMarket()
    tester.hear(
      .categories(
        .applied(
          Extensions.Category(
            Object(
              Dialect.installPlan.categories, name: "devops",
              ["spec": ["displayName": ["en": "DevOps", "zh": "研发运维"]]])))))
    tester.type(":language zh")
    tester.press(.enter)

    #expect(tester.screen.contains("研发运维"))
  }
}
