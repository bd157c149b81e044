import Client
import Extensions
import Terminal
import Testing

@testable import Console

/// What is typed after `:`.
@Suite struct PaletteTests {
  var sitting = Sitting.atMarket()

  private mutating func run(_ text: String) {
    sitting.type(":" + text)
    sitting.press(.enter)
  }

  @Test mutating func aNameThatIsGivenIsTheObjectActedOn() {
    sitting.type("j")
    run("disable grafana")
    sitting.offer("grafana", "1.0.0")

    #expect(sitting.screen.contains("grafana on museum"))
    sitting.type("y")
    #expect(sitting.changes == [.disable])
  }

  @Test mutating func aNameThatIsGivenIsNotTakenForTheSelection() {
    run("enable traffic-map")
    #expect(sitting.status == "There is no extension traffic-map here.")

    run("install jenkin")
    #expect(sitting.status.hasPrefix("There is no extension jenkin here; did you mean jenkins?"))

    run("upgrade jenkins")
    #expect(sitting.status == "Cannot upgrade: jenkins is not installed.")
  }

  @Test mutating func anExtensionIsOpenedByItsName() {
    run("open loki")

    #expect(sitting.screen.contains("日志 (loki)"))
  }

  @Test mutating func aNameWhereNoneIsTakenIsSaid() {
    run("help grafana")

    #expect(sitting.status == "help takes no name.")
  }

  @Test(arguments: ChangeKind.allCases.filter { $0.row.summary != nil })
  mutating func aChangeIsCalledAsItsCommandForScripts(kind: ChangeKind) {
    #expect(Command(spoken: kind.row.command?.name ?? kind.rawValue) == .change(kind))
    #expect(Command(spoken: kind.rawValue) == .change(kind))
  }

  @Test(arguments: ["rollback", "roll-back"])
  mutating func rollingBackIsKnownByBothNames(name: String) {
    run(name + " grafana")

    #expect(sitting.screen.contains("Nothing earlier is known or offered.") || sitting.screen.contains("grafana back"))
  }

  @Test mutating func whatIsNoCommandOrSeveralIsSaid() {
    run("xyz")
    #expect(sitting.status == "There is no command xyz; ? shows all of them.")

    run("re")
    #expect(sitting.status == "re could be redraw, refresh, reload.")
  }

  @Test mutating func theCursorKeysAreNotInIt() {
    sitting.type(":")

    #expect(!sitting.screen.contains("Select the row above"))
    #expect(sitting.screen.contains("Open what is selected"))
  }

  @Test mutating func namesAreCompleted() {
    sitting.type(":disable gr")
    sitting.press(.tab)

    #expect(sitting.status == ":disable grafana")
  }

  @Test mutating func qLeaves() {
    sitting.press(.enter)
    run("q")

    #expect(sitting.app.isFinished)
  }
}
