import Client
import Extensions
import KubernetesAPI
import Manifest
import Terminal
import Testing

@testable import Console

@Suite struct MarketplaceTests {
  @Test func categoriesWithCountsStandBesideTheExtensions() {
    let sitting = Sitting.atMarket(80, 10)

    #expect(
      sitting.screen == """
         ksx  museum  InstallPlan                                             connected
          CATEGORY        │  NAME                STATE         RUNNING   RECOMMENDED ON
        · All           3 │> Grafana             Installed     1.0.0     1.1.0       yes
          DevOps        1 │  Jenkins             -                       2.0.0
          Observability 2 │  日志                -                       2.0.0
                          │
                          │
                          │

         ? help  enter open  / filter  tab next  i install  U upgrade  b back to
        """)
  }

  @Test func aNarrowScreenShowsTheListAlone() {
    let sitting = Sitting.atMarket(40, 10)

    #expect(
      sitting.screen == """
         ksx  museum  InstallPlan     connected
          NAME                     STATE
        > Grafana                  Installed
          Jenkins                  -
          日志                     -




         ? help  enter open  / filter  q quit
        """)
  }

  @Test func aWideScreenShowsMoreColumns() {
    let sitting = Sitting.atMarket(300, 12)

    #expect(sitting.lines[1].contains("DESCRIPTION"))
    #expect(sitting.lines[2].contains("All about Grafana."))
    #expect(sitting.lines[2].contains("KubeSphere"))
  }

  @Test func aWindowTooSmallSaysSoAndRecovers() {
    var sitting = Sitting.atMarket()
    let before = sitting.screen
    sitting.size = Size(rows: 5, columns: 20)
    sitting.hear(.resized(sitting.size))

    #expect(sitting.screen.hasPrefix("This window is too"))

    sitting.size = Size(rows: 24, columns: 80)
    sitting.hear(.resized(sitting.size))
    #expect(sitting.screen == before)
  }

  @Test(arguments: ["j", "G"])
  func movingChangesTheMarkerAndTheNameOnly(key: String) {
    var sitting = Sitting.atMarket()
    let before = sitting.surface
    sitting.type(key)

    let after = sitting.surface
    let changed = (0..<24).flatMap { row in
      (0..<80).filter { before[row, $0] != after[row, $0] }
    }
    #expect(changed.allSatisfy { (18..<41).contains($0) })
    #expect(!changed.isEmpty)
  }

  @Test func aRowThatAppearsAboveDoesNotMoveTheSelection() {
    var sitting = Sitting.atMarket()
    sitting.type("j")
    sitting.hear(.extensions(.applied(.sample("alerts", "Alerts", versions: ["1.0.0"]))))
    sitting.press(.enter)

    #expect(sitting.screen.contains("Jenkins (jenkins)"))
  }

  @Test func whatIsSelectedAndVanishesLeavesTheSelectionAtItsPlace() {
    var sitting = Sitting.atMarket()
    sitting.type("j")
    sitting.hear(.extensions(.deleted(.sample("jenkins", "Jenkins", versions: ["2.0.0"]))))

    #expect(sitting.lines[3].contains("> 日志"))
  }

  @Test(
    arguments: [
      ("lo", ["日志"]), ("!gra", ["Jenkins", "日志"]), ("-f gfn", ["Grafana"]),
      ("-l category=devops", ["Jenkins"]), ("-l state!=installed", ["Jenkins", "日志"]), ("GRAF", ["Grafana"]),
    ])
  func aFilterShowsWhatMatches(filter: String, expected: [String]) {
    var sitting = Sitting.atMarket(40, 12)
    sitting.type("/" + filter)

    let names = sitting.lines[2...6].map { String($0.dropFirst(2).prefix { $0 != " " }) }
    #expect(names.filter { !$0.isEmpty } == expected)
  }

  @Test(arguments: ["foo!!", "foo", "category=", "=security", "a=b,c=d"])
  func aConditionThatIsNoneIsSaidAndLeavesNothingOut(condition: String) {
    var sitting = Sitting.atMarket()
    sitting.type("/-l " + condition)
    sitting.press(.enter)

    #expect(sitting.status.hasPrefix("-l takes KEY=VALUE or KEY!=VALUE"))
    #expect(sitting.screen.contains("Grafana"))
  }

  @Test func escapeTakesTheFilterAway() {
    var sitting = Sitting.atMarket()
    let before = sitting.screen
    sitting.type("/lo")
    sitting.press(.escape)
    sitting.type("gg")

    #expect(sitting.screen == before)
  }

  @Test func aCategoryShowsItsShelfAlone() {
    var sitting = Sitting.atMarket()
    sitting.press(.tab)
    sitting.type("j")

    #expect(sitting.lines[2].contains("Jenkins"))
    #expect(!sitting.screen.contains("Grafana"))
  }

  @Test func aClickSelectsAndASecondOneOpens() {
    var sitting = Sitting.atMarket()
    sitting.press(.mouse(.click, Point(row: 3, column: 30)))
    #expect(sitting.lines[3].contains("> Jenkins"))

    sitting.press(.mouse(.click, Point(row: 3, column: 30)))
    #expect(sitting.screen.contains("Jenkins (jenkins)"))
  }

  @Test func theWatchChangesTheState() {
    var sitting = Sitting.atMarket()
    sitting.hear(.installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading"))))

    #expect(sitting.lines[2].contains("Upgrading     1.0.0"))
  }

  @Test func hostileTextNeverReachesACell() {
    var sitting = Sitting.atMarket()
    sitting.hear(.extensions(.applied(.sample("evil", "a\u{1B}[2Jb\u{202E}c\u{9B}d", versions: ["1.0.0"]))))

    let cells = (0..<24).flatMap { sitting.surface.row($0) }.flatMap { $0.text.unicodeScalars }
    #expect(cells.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x202E })
  }

  @Test func theLanguageIsSwitched() {
    var sitting = Sitting.atMarket()
    sitting.hear(
      .categories(
        .applied(
          Extensions.Category(
            Object(
              Dialect.installPlan.categories, name: "devops",
              ["spec": ["displayName": ["en": "DevOps", "zh": "研发运维"]]])))))
    sitting.type(":language zh")
    sitting.press(.enter)

    #expect(sitting.screen.contains("研发运维"))
  }
}

@Suite struct StatusTests {
  @Test func anAnswerGoesWithTheNextKey() {
    var sitting = Sitting.atMarket()
    sitting.type("i")
    #expect(sitting.status.hasPrefix("Cannot install: grafana is already there"))

    sitting.type("D")
    #expect(sitting.status == "")
    sitting.type("qm")
    #expect(sitting.screen.contains("Cannot install: grafana is already there"))
  }

  @Test func theEndOfAnOperationStaysUntilItWasSeenWithItsAge() throws {
    var sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    sitting.hear(.installations(.applied(.sample("grafana", version: "1.1.0", resourceVersion: "9"))))
    sitting.type("jk")
    #expect(sitting.status == "grafana: upgraded to 1.1.0.")

    sitting.now = try #require(sitting.app.nextWakeUp)
    sitting.hear(.time)
    #expect(sitting.status == "grafana: upgraded to 1.1.0. (1 min ago)")
    sitting.type("j")
    #expect(sitting.status == "")
    #expect(sitting.app.nextWakeUp == nil)
  }

  @Test func whatWasSaidOfAnExtensionGoesWhenOthersHaveUninstalledIt() {
    var sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    let fresh = Installation.sample("grafana", version: "1.1.0", resourceVersion: "9")
    sitting.hear(.installations(.applied(fresh)))
    #expect(sitting.status == "grafana: upgraded to 1.1.0.")
    sitting.hear(.installations(.deleted(fresh)))

    #expect(sitting.status == "")
  }

  @Test func aRetryThatFailsDoesNotWipeTheAnswerToAKey() {
    var sitting = Sitting.atMarket()
    sitting.lose()
    sitting.type("jD")
    #expect(sitting.status == "Cannot disable: jenkins is not installed.")
    sitting.lose()

    #expect(sitting.status == "Cannot disable: jenkins is not installed.")
    sitting.type("k")
    #expect(sitting.status.contains("cannot be reached"))
    #expect(sitting.app.state.journal.entries.filter { $0.text.contains("cannot be reached") }.count == 1)
  }

  @Test func aLongReasonIsNotCut() {
    var sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    let reason =
      "the cluster does not serve TrafficPolicy of mesh.meadow.example, which the chart of this version needs"
    sitting.hear(
      .installations(
        .applied(
          .sample("grafana", version: "1.1.0", state: "UpgradeFailed", message: reason, resourceVersion: "9"))))

    #expect(sitting.status.hasSuffix(reason))
    #expect(sitting.lines.last?.contains("? help") == true)
  }

  @Test func keysThatBeginASequenceShowWhatCanFollow() {
    var sitting = Sitting.atMarket()
    sitting.type("g")
    #expect(sitting.lines.last == " g …  g first")

    sitting.press(.escape)
    #expect(sitting.lines.last?.contains("? help") == true)
  }
}
