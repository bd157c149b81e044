import Client
import Extensions
import Operations
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

    run("install xenkin")
    #expect(tester.status.hasPrefix("There is no extension xenkin here"))
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

    #expect(tester.status.hasPrefix("Cannot roll back: grafana has nothing to go back to"))
  }

  @Test mutating func whatIsNoCommandIsSaid() {
    run("xyz")
    #expect(tester.status == "There is no command xyz; ? shows all of them.")
  }

  @Test mutating func lettersInTheirOrderFindACommandAndTheNearestNameComesFirst() {
    tester.type(":rfr")
    #expect(tester.screen.contains(">refresh"))
    tester.press(.escape)

    tester.type(":re")
    #expect(tester.screen.contains(">retry") || tester.screen.contains(">redraw"))
  }

  @Test mutating func theKeyStandsAtTheRightAndTheReasonWhereItIsNotPossible() throws {
    tester.type(":uninst")
    let line = try #require(tester.lines.first { $0.contains(">uninstall") })
    #expect(line.hasSuffix("X"))
    tester.press(.escape)

    tester.type("j:upgr")
    let impossible = try #require(tester.lines.first { $0.contains(">upgrade") })
    #expect(impossible.contains("not here: jenkins is not installed"))
  }

  @Test mutating func aVerbAndSomeLettersOfTheObjectAreEnough() {
    tester.type(":disable graf")
    #expect(tester.screen.contains(">disable grafana"))
    tester.press(.enter)

    #expect(tester.screen.contains("grafana on museum"))
  }

  @Test mutating func someLettersOfTheVerbAndOfTheObjectAreEnough() {
    tester.type(":dis gra")
    #expect(tester.screen.contains(">disable grafana"))
  }

  @Test mutating func whatTheRowUnderTheCursorNeedsComesFirst() {
    tester.type(":")
    #expect(tester.screen.contains(">upgrade"))
  }

  @Test mutating func whereARollbackCanGoIsPreviewed() {
    var memory = ReleaseMemory.sample("0.9.0")
    memory.remember(
      .init(version: "0.8.0", config: "a: 1", time: "2026-05-24T20:26:40Z", what: "", wasInstalled: false))
    tester.now = ClockReading(1_000_000, wall: 1_780_000_000)
    tester.hear(.recalled(Records(memories: ["grafana": memory])))
    tester.type(":rollback graf")

    #expect(tester.screen.contains("rollback grafana to 0.9.0"))
    #expect(tester.screen.contains("3 d ago, with its config"))
    #expect(tester.screen.contains("4 d ago; it failed then"))
    tester.type("ana to 0.8")
    tester.press(.enter)
    #expect(tester.screen.contains("0.8.0: grafana on museum"))
  }

  @Test mutating func whatWasRunLatelyComesFirst() {
    run("messages")
    tester.press(.escape)
    tester.type(":")

    #expect(tester.screen.contains(">messages"))
  }

  @Test(arguments: ["logs", "history", "get"])
  func whatTheCommandsForScriptsCallOtherwiseIsFound(name: String) {
    var tester = ConsoleTester.atMarket()
    tester.type(":" + name)
    tester.press(.enter)

    #expect(!tester.screen.contains("There is no command"), "\(tester.status)")
    #expect(!tester.app.layers.isEmpty)
  }

  @Test mutating func whatOnlyTheShellHasIsSaid() {
    run("bisect")

    #expect(tester.status == "bisect is a command for the shell: ksx bisect -h tells more.")
  }

  @Test mutating func eachVersionThatCanBeGoneBackToStandsThereOnce() {
    var memory = ReleaseMemory.sample("0.9.0")
    memory.remember(.init(version: "0.9.0", config: "a: 2", time: "2026-05-25T20:26:40Z", what: "", wasInstalled: true))
    tester.hear(.recalled(Records(memories: ["grafana": memory])))
    tester.type(":rollback grafana")

    #expect(tester.screen.ranges(of: "rollback grafana to 0.9.0").count == 1, "\(tester.screen)")
  }

  @Test mutating func theCursorKeysAreNotInIt() {
    tester.type(":")

    #expect(!tester.screen.contains("Select the row above"))
    #expect(tester.screen.contains("Show the keys and what they do"))
  }

  @Test mutating func namesAreCompleted() {
    tester.type(":disable gr")
    tester.press(.tab)

    #expect(tester.status == ": disable grafana")
  }

  @Test mutating func qLeaves() {
    tester.press(.enter)
    run("q")

    #expect(tester.app.isFinished)
  }
}
