import Extensions
import Terminal
import Testing

@testable import Console

/// The places of an earlier session, and what can be looked at from any place.
@Suite struct PlacesTests {
  @Test func aScreenThatIsOpenAlreadyIsNotOpenedTwice() {
    var tester = ConsoleTester.atMarket()
    for _ in 1...20 { tester.type("?mH~") }
    #expect(tester.app.layers.map { $0.identity ?? "-" } == ["help", "messages", "page changes", "drafts"])
    for _ in 1...4 { tester.press(.escape) }
    #expect(tester.app.layers.isEmpty)
  }

  @Test func escapeLeadsFromAScreenToWhereItWasOpenedLast() {
    var tester = ConsoleTester.atMarket()
    tester.type("?mH?")
    #expect(tester.app.layers.map { $0.identity } == ["messages", "page changes", "help"])
    tester.press(.escape)

    #expect(tester.lines[0].contains("Changes"))
  }

  @Test func aTextThatIsBeingEditedIsGoneBackToAndNotBegunAnew() {
    var tester = ConsoleTester.atMarket()
    tester.type("e")
    tester.type("# mine")
    tester.press(.function(1))
    tester.type("m")
    tester.app.open(ConfigScreen("grafana", .configure, tester.app.state))
    tester.hear(.time)

    #expect(tester.app.layers.count { $0 is ConfigScreen } == 1)
    #expect(tester.screen.contains("# mine"), "\(tester.screen)")
  }

  @Test func screensDoNotPileUpWithoutEnd() {
    var tester = ConsoleTester.atMarket()
    for number in 1...60 { tester.app.open(ObjectScreen("x\(number)")) }

    #expect(tester.app.layers.count == 24)
    #expect(tester.app.layers.last?.identity == "object/x60")
  }

  @Test func thePlacesOfAnEarlierSessionCanBeGoneBackTo() {
    var tester = ConsoleTester.atMarket()
    var records = Records()
    records.places = ["marketplace", "extension jenkins", "page of no version", "marketplace"]
    tester.hear(.recalled(records))
    #expect(tester.lines[0].contains("museum › Extensions  "))

    tester.type("[")
    #expect(tester.lines[0].contains("Jenkins"))
    tester.type("]")
    #expect(!tester.lines[0].contains("Jenkins"))
  }

  @Test func whatWasVisitedIsKeptForTheNextSession() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.type("H")
    tester.press(.control("c"))

    #expect(tester.asked.contains(.keepPlaces(["marketplace", "extension grafana", "page changes"])))
  }

  @Test func whereNothingWasVisitedNothingIsWritten() {
    var tester = ConsoleTester.atMarket()
    var records = Records()
    records.places = ["extension jenkins"]
    tester.hear(.recalled(records))
    tester.type("q")

    #expect(tester.app.isFinished)
    #expect(tester.asked == [])
  }

  @Test func theYAMLOfWhatIsSelectedIsShownWithItsSecretsMasked() {
    var tester = ConsoleTester.atMarket()
    tester.type("y")
    let topic = ReadRequest.Topic.object(of: "grafana", Dialect.installPlan.installations, called: "grafana")
    #expect(tester.reads == [topic])
    tester.answer(
      topic, .object("kind: InstallPlan\nspec:\n  config: |\n    adminPassword: hunter2\n    replicas: 2\n"))
    #expect(tester.screen.contains("kind: InstallPlan"))
    #expect(tester.screen.contains("adminPassword: •••"))
    #expect(!tester.screen.contains("hunter2"))

    tester.type("x")
    #expect(tester.screen.contains("hunter2"))
    tester.type("/replicas")
    tester.press(.enter)
    #expect(tester.status == "replicas: 1/1")
    tester.press(.escape, .escape)
    #expect(tester.lines[0].contains("museum › Extensions  "))
  }

  @Test func theLogAndTheDescriptionAreOneKeyAway() {
    var tester = ConsoleTester.atMarket()
    tester.type("l")
    #expect(tester.lines[0].contains("Progress"))
    tester.press(.escape, .escape)
    tester.type("d")
    #expect(tester.screen.contains("1 Overview"))
    tester.type("5d")
    #expect((tester.app.layers.last as? ExtensionScreen)?.tab == .overview)
  }

  @Test func aPageOfTextIsSoughtIn() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.type("/namesp")
    #expect(tester.lines.suffix(2).first?.contains("/namesp") == true)
    tester.press(.enter)
    #expect(tester.status == "namesp: 1/1")
    tester.type("n")
    #expect(tester.status == "namesp: 1/1")
    tester.press(.escape)
    #expect(tester.screen.contains("1 Overview"))
  }

  @Test func theConfigPageGoesFromKeyToKey() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.type("4")
    tester.readPackage(of: "grafana", "1.0.0", values: "# Values\n\n# How many\nreplicas: 1\n# How\nmode: fast\n")
    #expect(tester.screen.contains(">replicas: 1"))
    tester.type("j")
    #expect(tester.screen.contains(">mode: fast"))
    tester.type("k")
    #expect(tester.screen.contains(" # Values"))
  }
}
