import Client
import Extensions
import KubernetesAPI
import Manifest
import Terminal
import Testing

@testable import Console

@Suite struct MarketplaceTests {
  @Test func categoriesWithCountsStandBesideTheExtensions() {
    let tester = ConsoleTester.atMarket(80, 10)

    #expect(
      tester.screen == """
         ksx  museum  InstallPlan                                             connected
         CATEGORY         │ NAME                 STATE         RUNNING   RECOMMENDED ON
        ·All            3 │>Grafana              Installed     1.0.0     1.1.0       yes
         DevOps         1 │ Jenkins              -                       2.0.0
         Observability  2 │ 日志                 -                       2.0.0
                          │
                          │
                          │

         ? help  enter open  / filter  tab next  i install  U upgrade  b back to
        """)
  }

  @Test func aNarrowScreenShowsTheListAlone() {
    let tester = ConsoleTester.atMarket(40, 10)

    #expect(
      tester.screen == """
         ksx  museum  InstallPlan     connected
         NAME                      STATE
        >Grafana                   Installed
         Jenkins                   -
         日志                      -




         ? help  enter open  / filter  q quit
        """)
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

  @Test(arguments: ["j", "G"])
  func movingChangesTheMarkerAndTheNameOnly(key: String) {
    var tester = ConsoleTester.atMarket()
    let before = tester.surface
    tester.type(key)

    let after = tester.surface
    let changed = (0..<24).flatMap { row in
      (0..<80).filter { before[row, $0] != after[row, $0] }
    }
    #expect(changed.allSatisfy { (18..<41).contains($0) })
    #expect(!changed.isEmpty)
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

    #expect(tester.status.hasPrefix("-l takes KEY=VALUE or KEY!=VALUE"))
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

    #expect(tester.lines[2].contains("Upgrading     1.0.0"))
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

@Suite struct StatusTests {
  @Test func anAnswerGoesWithTheNextKey() {
    var tester = ConsoleTester.atMarket()
    tester.type("i")
    #expect(tester.status.hasPrefix("Cannot install: grafana is already there"))

    tester.type("D")
    #expect(tester.status == "")
    tester.type("qm")
    #expect(tester.screen.contains("Cannot install: grafana is already there"))
  }

  @Test func theEndOfAnOperationStaysUntilItWasSeenWithItsAge() throws {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", resourceVersion: "9"))))
    tester.type("jk")
    #expect(tester.status == "grafana: upgraded to 1.1.0.")

    tester.now = try #require(tester.app.nextWakeUp)
    tester.hear(.time)
    #expect(tester.status == "grafana: upgraded to 1.1.0. (1 min ago)")
    tester.type("j")
    #expect(tester.status == "")
    #expect(tester.app.nextWakeUp == nil)
  }

  @Test func whatWasSaidOfAnExtensionGoesWhenOthersHaveUninstalledIt() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    let fresh = Installation.sample("grafana", version: "1.1.0", resourceVersion: "9")
    tester.hear(.installations(.applied(fresh)))
    #expect(tester.status == "grafana: upgraded to 1.1.0.")
    tester.hear(.installations(.deleted(fresh)))

    #expect(tester.status == "")
  }

  @Test func aRetryThatFailsDoesNotWipeTheAnswerToAKey() {
    var tester = ConsoleTester.atMarket()
    tester.lose()
    tester.type("jD")
    #expect(tester.status == "Cannot disable: jenkins is not installed.")
    tester.lose()

    #expect(tester.status == "Cannot disable: jenkins is not installed.")
    tester.type("k")
    #expect(tester.status.contains("cannot be reached"))
    #expect(tester.app.state.messageLog.entries.filter { $0.text.contains("cannot be reached") }.count == 1)
  }

  @Test func aLongReasonIsNotCut() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    let reason =
      "the cluster does not serve TrafficPolicy of mesh.meadow.example, which the chart of this version needs"
    tester.hear(
      .installations(
        .applied(
          .sample("grafana", version: "1.1.0", state: "UpgradeFailed", message: reason, resourceVersion: "9"))))

    #expect(tester.status.hasSuffix(reason))
    #expect(tester.lines.last?.contains("? help") == true)
  }

  @Test func keysThatBeginASequenceShowWhatCanFollow() {
    var tester = ConsoleTester.atMarket()
    tester.type("g")
    #expect(tester.lines.last == " g …  g first")

    tester.press(.escape)
    #expect(tester.lines.last?.contains("? help") == true)
  }
}
