import Client
import Extensions
import Terminal
import Testing

@testable import Console

/// What is typed after `:`.
@Suite struct PaletteTests {
  var tester = ConsoleTester.atMarket()

  private mutating func run(_ text: String) {
    tester.type(":" + text)
    tester.press(.enter)
  }

  @Test(arguments: Page.all)
  func everyPageIsOpenedByItsNameSaysWhereOneIsAndIsLeftByEscape(page: Page) {
    var tester = ConsoleTester.atMarket()
    let before = tester.screen
    tester.type(":" + page.name)
    tester.press(.enter)
    #expect(tester.lines[0].contains(" › "))
    #expect(tester.lines.last?.contains("esc") == true)

    tester.press(.escape)
    #expect(tester.screen == before)
  }

  @Test mutating func aNameThatIsGivenIsTheObjectActedOn() {
    tester.type("j")
    run("disable grafana")
    tester.offer("grafana", "1.0.0")

    #expect(tester.screen.contains("grafana on museum"))
    tester.type("a")
    #expect(tester.changes == [.disable])
  }

  @Test mutating func aNameThatIsGivenIsNotTakenForTheSelection() {
    run("enable traffic-map")
    #expect(tester.status == "There is no extension traffic-map here.")

    run("install jenkin")
    #expect(tester.status.hasPrefix("There is no extension jenkin here; did you mean jenkins?"))

    run("upgrade jenkins")
    #expect(tester.status == "Cannot upgrade: jenkins is not installed.")
  }

  @Test mutating func anExtensionIsOpenedByItsName() {
    run("open loki")

    #expect(tester.screen.contains("日志 (loki)"))
  }

  @Test mutating func aNameWhereNoneIsTakenIsSaid() {
    run("help grafana")

    #expect(tester.status == "help takes no name.")
  }

  @Test(arguments: ChangeKind.allCases.filter { $0.row.summary != nil })
  mutating func aChangeIsCalledAsItsCommandForScripts(kind: ChangeKind) {
    #expect(Command(spoken: kind.row.command?.name ?? kind.rawValue) == .change(kind))
    #expect(Command(spoken: kind.rawValue) == .change(kind))
  }

  @Test(arguments: ["rollback", "roll-back"])
  mutating func rollingBackIsKnownByBothNames(name: String) {
    run(name + " grafana")

    #expect(tester.screen.contains("Nothing earlier is known or offered.") || tester.screen.contains("grafana back"))
  }

  @Test mutating func whatIsNoCommandOrSeveralIsSaid() {
    run("xyz")
    #expect(tester.status == "There is no command xyz; ? shows all of them.")

    run("re")
    let names = Command.allCases.map(\.spokenName).filter { $0.hasPrefix("re") }.sorted()
    #expect(tester.status == "re could be \(names.joined(separator: ", ")).")
    #expect(names.contains("refresh"))
  }

  @Test mutating func theCursorKeysAreNotInIt() {
    tester.type(":")

    #expect(!tester.screen.contains("Select the row above"))
    #expect(tester.screen.contains("Open what is selected"))
  }

  @Test mutating func namesAreCompleted() {
    tester.type(":disable gr")
    tester.press(.tab)

    #expect(tester.status == ":disable grafana")
  }

  @Test mutating func qLeaves() {
    tester.press(.enter)
    run("q")

    #expect(tester.app.isFinished)
  }
}
