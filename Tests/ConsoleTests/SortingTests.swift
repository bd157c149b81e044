import Client
import Extensions
import Terminal
import Testing

@testable import Console

/// What the marketplace is sorted by.
@Suite struct SortingTests {
  private var tester = ConsoleTester.atMarket(120, 24)
  private var names: [String] { (0..<3).map { tester.app.marketplace.listing[$0].title } }

  @Test mutating func aSecondPressSortsTheOtherWayAroundAndAThirdAsBefore() {
    tester.type("on")
    #expect(tester.lines[1].contains("NAME ↑"))
    tester.type("on")
    #expect(names == ["日志", "Jenkins", "Grafana"])
    #expect(tester.lines[1].contains("NAME ↓"))

    tester.type("on")
    #expect(names == ["Grafana", "Jenkins", "日志"])
    #expect(!tester.lines[1].contains("↑"))
  }

  @Test mutating func whatIsNotInstalledStandsAtTheEndHoweverVersionsAreSorted() {
    tester.hear(.installations(.applied(.sample("loki", version: "0.10.0"))))
    tester.type("ov")
    #expect(names == ["日志", "Grafana", "Jenkins"])
    tester.type("ov")
    #expect(names == ["Grafana", "日志", "Jenkins"])
  }

  @Test mutating func whatFailedComesFirstInTheOrderOfStatesAlsoWhenItFailsLater() {
    tester.type("os")
    tester.hear(.installations(.applied(.sample("loki", version: "2.0.0", state: "InstallFailed"))))

    #expect(names == ["日志", "Grafana", "Jenkins"])
  }

  @Test mutating func theSelectionStaysOnItsObject() {
    tester.type("j")
    tester.type("oc")

    #expect(names == ["Jenkins", "Grafana", "日志"])
    #expect(tester.lines[2].contains(">Jenkins"))
  }

  @Test mutating func theColumnThatRowsAreSortedByIsShownWhereThereIsNoRoomForAll() {
    tester.size = Size(rows: 24, columns: 80)
    tester.hear(.resized(tester.size))
    #expect(!tester.lines[1].dropFirst(20).contains("CATEGORY"))
    tester.type("oc")

    #expect(tester.lines[1].contains("CATEGORY ↑"))
  }

  @Test mutating func aListOfVersionsIsSortedToo() {
    tester.type("jji")
    tester.offer("loki", "0.9.0", "1.0.0", "2.0.0")
    tester.type("vov")

    #expect(tester.lines[2].contains("VERSION ↑"))
    #expect(tester.lines[3].contains("0.9.0"))
    #expect(tester.screen.contains(">2.0.0"))
  }

  @Test mutating func theKeysThatFollowAreShownAfterTheFirst() {
    tester.type("o")

    #expect(tester.lines.last?.contains("n name  s state  v version  c category  a changed") == true)
  }
}
