import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// The first row, the last rows, and what both say.
@Suite struct ConsoleFrameTests {
  private func failing(_ columns: Int = 80, _ rows: Int = 24) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.hear(
      .installations(
        .replaced([
          .sample("grafana", version: "1.1.0", state: "UpgradeFailed", message: "no TrafficPolicy"),
          .sample("loki", version: "0.9.0"), .sample("jenkins", version: "2.0.0", state: "Installing"),
        ])))
    return tester
  }

  @Test func theHeaderSaysWhereOneIsAndWhatWantsAttention() {
    var tester = failing()
    #expect(tester.lines[0].hasPrefix(" ksx  museum › Extensions "))
    #expect(tester.lines[0].hasSuffix("1 failed  1 busy  1 update   live"))

    tester.press(.enter)
    #expect(tester.lines[0].hasPrefix(" ksx  museum › Extensions › Grafana "))
    tester.type("?")
    #expect(tester.lines[0].hasPrefix(" ksx  museum › Extensions › Grafana › Help "))
  }

  @Test func aNarrowHeaderKeepsTheConnectionAndWhatIsMostUrgent() {
    let tester = failing(40, 10)

    #expect(tester.lines[0].columns <= 40)
    #expect(tester.lines[0].hasSuffix("1 failed   live"))
  }

  @Test func nothingWantsAttentionWhereAllIsWell() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.installations(.replaced([.sample("grafana", version: "1.1.0")])))

    #expect(tester.lines[0] == " ksx  museum › Extensions" + String(repeating: " ", count: 50) + "live")
  }

  @Test func theNextThatWantsAttentionIsOneKeyAwayFromAnywhere() {
    var tester = failing()
    tester.type("!")
    #expect(tester.app.marketplace.selected == "jenkins")

    tester.press(.enter)
    tester.type("!")
    #expect(tester.screen.contains("日志 (loki)"))
    tester.type("!")
    #expect(tester.screen.contains("Grafana (grafana)"))
  }

  @Test func keysAreThoseOfTheRowUnderTheCursor() {
    var tester = failing()
    #expect(tester.app.marketplace.selected == "grafana")
    let failed = tester.lines.last ?? ""
    #expect(failed.contains("r retry") && failed.contains("D disable"))
    #expect(!failed.contains("upgrade to") && !failed.contains("i install"))

    tester.type("j")
    #expect(tester.lines.last?.contains("enter follow") == true)
    #expect(tester.lines.last?.contains("disable") == false)
    tester.type("j")
    #expect(tester.lines.last?.hasPrefix(" U upgrade to 2.0.0") == true)
  }

  @Test(arguments: [40, 80, 120])
  func theLastKeyIsTheWayToAllOthers(columns: Int) {
    var tester = ConsoleTester.atMarket(columns, 12)
    #expect(tester.lines.last?.hasSuffix(": more") == true)
    tester.type("/lo")
    #expect(tester.lines.last?.hasSuffix(": more") == false)
  }

  @Test func whatWouldBeRefusedIsNotOffered() {
    let tester = ConsoleTester.atMarket(isReadOnly: true)

    #expect(tester.lines.last?.contains("upgrade") == false)
    #expect(tester.lines.last?.contains("enter open") == true)
  }

  @Test func aClickOnAKeyPressesIt() throws {
    var tester = ConsoleTester.atMarket(120, 24)
    let last = try #require(tester.lines.last)
    let column = String(last[..<(try #require(last.firstRange(of: "/ filter")).lowerBound)]).columns
    tester.press(.mouse(.click, Point(row: 23, column: column + 3)))

    #expect(tester.status.hasSuffix("/"))
  }

  @Test func noRowIsTakenByMessagesWhereThereIsNothingToSay() {
    var tester = ConsoleTester.atMarket()
    #expect(tester.app.state.bodySize.rows == 22)
    tester.type("jD")
    #expect(tester.app.state.bodySize.rows == 21)
    tester.type("ki")
    #expect(tester.app.state.bodySize.rows == 20)
  }

  @Test func aKeyThatIsBoundToNothingSaysSoOnce() {
    var tester = ConsoleTester.atMarket()
    tester.type("Q")
    #expect(tester.status == "Q: nothing here · ? shows the keys")
    tester.type("Q")
    #expect(tester.status == "")
  }

  @Test func aCommandWithoutAMeaningHereIsSaidByItsKey() {
    var tester = ConsoleTester.atMarket()
    tester.type("?U")
    #expect(!tester.status.contains("means nothing") && !tester.status.contains("upgrade means"))
  }

  @Test func theAnswerToAKeyGoesWithTheViewThatGaveIt() throws {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    let plan = try #require(tester.asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }.first)
    tester.type("N")
    #expect(tester.status.contains("namespace"))
    tester.hear(.applied(plan, failure: nil))

    #expect(!tester.status.contains("namespace"))
  }

  @Test(
    arguments: [
      (ClusterError.refused(Status(code: 403, message: "no role")), "Nothing was changed."),
      (.transport(.unreachable(host: "museum", reason: "refused")), "Nothing was changed."),
      (.transport(.timedOut(seconds: 30)), "It is not known whether it was carried out."),
      (.refused(Status(code: 504, message: "gone")), "It is not known whether it was carried out."),
    ])
  func aRefusalSaysWhetherAnythingWasChanged(error: ClusterError, consequence: String) throws {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    let plan = try #require(tester.asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }.first)
    tester.hear(.applied(plan, failure: error))

    #expect(tester.app.state.messageLog.entries.last?.text.hasSuffix(consequence) == true)
  }

  @Test func aMessageThatIsCutNamesTheKeyThatShowsAllOfIt() {
    var tester = ConsoleTester.atMarket(40, 10)
    tester.hear(.failed(Sentence(verbatim: String(repeating: "a reason of many words ", count: 9))))

    #expect(tester.status.hasSuffix("…"))
    #expect(tester.lines.last?.contains("m all of it") == true)
  }

  @Test mutating func leavingAsksOnceWhenTheSessionHasChangedSomething() throws {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    let plan = try #require(tester.asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }.first)
    tester.hear(.applied(plan, failure: nil))
    tester.hear(.installations(.applied(.sample("grafana", version: "1.0.0", isEnabled: false, resourceVersion: "9"))))
    tester.type("q")
    #expect(tester.screen.contains("You changed grafana (disable) in this session."))
    #expect(!tester.app.isFinished)

    tester.type("q")
    #expect(tester.app.isFinished)
  }
}

/// Back and forward through the places that were visited.
@Suite struct TrailTests {
  private var tester = ConsoleTester.atMarket()

  private var place: String { tester.lines[0].split(separator: "›").last.map { String($0.prefix(12)).trimmed } ?? "" }

  @Test mutating func onePlaceAfterTheOtherBackAndForward() {
    tester.press(.enter)
    tester.press(.escape)
    tester.type("j")
    tester.press(.enter)
    #expect(place == "Jenkins")

    tester.type("[[")
    #expect(place == "Grafana")
    tester.type("]]")
    #expect(place == "Jenkins")
  }

  @Test mutating func minusIsTheLastPlaceAndBack() {
    tester.press(.enter)
    tester.type("-")
    #expect(place.hasPrefix("Extensions"))
    tester.type("-")
    #expect(place == "Grafana")
  }

  @Test mutating func beforeTheFirstPlaceThereIsNone() {
    tester.type("[")

    #expect(tester.status == "There is no place before this one.")
  }

  @Test mutating func whatIsNotSavedIsNotLeftBehind() {
    tester.press(.enter)
    tester.type("e")
    tester.type("x")
    tester.app.walk(by: -1)

    #expect(tester.status.contains("not saved"))
  }

  @Test func placesAheadAreForgottenWhenAnotherIsVisited() {
    var trail = NavigationHistory()
    for name in ["a", "b"] { trail.visit(.extension(name)) }
    _ = trail.step(by: -1)
    trail.visit(.extension("c"))

    #expect(trail.step(by: 1) == nil)
    #expect(trail.step(by: -1) == .extension("a"))
  }
}

/// One plan for all that is marked.
@Suite struct MarkingTests {
  private var tester = MarketplaceTests.busy()

  @Test mutating func marksAreCountedAndVerbsAreForAllOfThem() {
    tester.press(.space, .space)
    #expect(tester.lines[1].contains("2 marked"))
    #expect(tester.lines.last?.contains("D disable 2") == true)
    tester.press(.escape)
    #expect(!tester.screen.contains("marked"))
  }

  @Test mutating func allThatIsShownAndRangesAreMarked() {
    tester.type("*")
    #expect(tester.lines[1].contains("5 marked"))
    tester.type("*")
    #expect(!tester.screen.contains("marked"))

    tester.press(.space)
    tester.type("j")
    tester.press(.control(" "))
    #expect(tester.lines[1].contains("3 marked"))
  }

  @Test mutating func oneVerbMakesOnePlanAndOneKeySendsWhatCanBeSent() {
    tester.hear(
      .installations(.replaced([.sample("grafana", version: "1.0.0"), .sample("loki", version: "1.0.0")])))
    tester.type("*D")
    #expect(tester.screen.contains("Disable 2 of 5 on museum"))
    #expect(tester.screen.contains("~ grafana: disable"))
    #expect(tester.screen.contains("✗ jenkins: jenkins is not installed"))
    #expect(tester.changes == [])

    tester.type("a")
    #expect(tester.changes == [.disable, .disable])
    #expect(!tester.screen.contains("marked"))
  }

  @Test mutating func whatDestroysIsConfirmedByItsVerbAndNumber() {
    tester.hear(
      .installations(.replaced([.sample("grafana", version: "1.0.0"), .sample("loki", version: "1.0.0")])))
    tester.type("*X")
    tester.press(.enter)
    #expect(tester.changes == [])
    tester.type("uninstall 2")
    tester.press(.enter)

    #expect(tester.changes == [.uninstall, .uninstall])
  }

  @Test mutating func whatCameOfAllOfThemIsSaidOnce() {
    tester.hear(
      .installations(.replaced([.sample("grafana", version: "1.0.0"), .sample("loki", version: "1.0.0")])))
    tester.type("*Da")
    for case .apply(let plan) in tester.asked { tester.hear(.applied(plan, failure: nil)) }
    for name in ["grafana", "loki"] {
      tester.hear(.installations(.applied(.sample(name, version: "1.0.0", isEnabled: false, resourceVersion: "9"))))
    }

    #expect(tester.app.state.messageLog.entries.last?.text.hasPrefix("2 of 5 are done; not ") == true)
  }
}
