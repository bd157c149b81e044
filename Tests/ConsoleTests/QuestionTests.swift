import Client
import Extensions
import Operations
import Terminal
import Testing

@testable import Console

/// No key agrees to what its typist could not have read.
@Suite struct QuestionTests {
  private static let bursts: [(place: String, keys: [Key])] = [
    ("marketplace", typed("Da")), ("extension", typed("Da")), ("extension", typed("Data")),
    ("extension", typed("Ua")), ("extension", typed("Xgrafana") + [.enter]),
    ("extension", typed("D:apply") + [.enter]), ("extension", typed("D") + [.tab, .enter]),
    ("extension", typed("D") + [.escape] + typed("Da")), ("extension", typed("D") + [.mouse(.click, Self.applyButton)]),
  ]
  private static let applyButton = Point(row: 21, column: 14)

  private static func typed(_ text: String) -> [Key] { text.map { .character($0) } }

  @Test(arguments: bursts)
  func keysThatWereWaitingWhenAPlanOpenedDoNotConfirmIt(place: String, keys: [Key]) {
    var tester = ConsoleTester.atMarket()
    if place == "extension" { tester.press(.enter) }
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.burst(keys)

    #expect(tester.changes == [])
  }

  @Test(arguments: bursts)
  func theLoopThrowsAwayWhatWasWaitingWhenItHasPaintedThePlan(place: String, keys: [Key]) {
    let screen = MemoryScreen(size: Size(rows: 24, columns: 80))
    var loop = loop(on: screen)
    if place == "extension" { loop.press(.enter, on: screen) }
    loop.hear(.versions(of: "grafana", .replaced([.sample("grafana", "1.0.0"), .sample("grafana", "1.1.0")])))
    loop.press(keys, on: screen)
    #expect(loop.app.state.operations.isEmpty)

    // What is typed after the plan was painted counts.
    if keys.contains(.character("X")) { loop.press(.end, on: screen) }
    loop.press(keys.contains(.character("X")) ? Self.typed("grafana") + [.enter] : [.character("a")], on: screen)
    #expect(loop.app.state.operations.names == ["grafana"])
  }

  @Test func aNameThatWasTypedBeforeAProblemCameToLightDoesNotCount() {
    var tester = ConsoleTester.atMarket()
    tester.type("X")
    tester.press(.end)
    tester.type("gra")
    // The version that is installed is not among them, of which the plan warns.
    tester.offer("grafana", "1.1.0")
    tester.press(.end)
    tester.type("fana")
    tester.press(.enter)
    #expect(tester.changes == [])
    #expect(tester.screen.contains("That is not grafana."))
  }

  /// Keys that nothing on the screen is about do nothing, but for those that lead out.
  @Test func nothingIsAgreedToInAWindowThatIsTooSmallToShowIt() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    (tester.size, tester.asked) = (Size(rows: 5, columns: 20), [])
    tester.hear(.resized(tester.size))
    tester.type("a")
    tester.press(.tab, .enter)
    #expect(tester.changes == [])
    #expect(tester.screen.contains("This window is too"))

    tester.size = Size(rows: 24, columns: 80)
    tester.hear(.resized(tester.size))
    #expect(tester.screen.contains("[ Disable ]"))
    tester.type("a")
    #expect(tester.changes == [.disable])
  }

  @Test func aPlanThatWasReadAndClosedIsAskedAnew() {
    var tester = ConsoleTester.atMarket()
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.type("D")
    #expect(tester.screen.contains("Disable: grafana"))

    tester.burst([.escape] + Self.typed("Da"))

    #expect(tester.changes == [])
  }

  @Test func whatFillsAGapMeanwhileAsksNothingNew() {
    let shown = Question(["disable", "grafana", "enabled: yes → no", "what needs it is not known yet"])

    #expect(Question(["disable", "grafana", "enabled: yes → no"]).isCovered(by: shown))
    #expect(!Question(["disable", "grafana", "enabled: yes → no", "loki needs it"]).isCovered(by: shown))
    #expect(!Question(["uninstall", "grafana"]).isCovered(by: shown))
    #expect(!shown.isCovered(by: nil))
  }

  @Test func whatWasTypedForAPlanThatHasChangedDoesNotCount() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("X", "grafana")
    tester.press(.end)
    tester.type("graf")
    tester.hear(.installations(.applied(.sample("grafana", version: "0.9.0", resourceVersion: "8"))))
    #expect(tester.screen.contains("grafana changed under this plan: 1.0.0 → 0.9.0"))
    tester.press(.end)
    tester.type("ana")
    tester.press(.enter)

    #expect(tester.changes == [])
    #expect(tester.screen.contains("That is not grafana."))
  }

  @Test func twoKeysAtOnceDoNotPassOverAWarning() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("U", "grafana")
    tester.hear(.installations(.applied(.sample("grafana", version: "0.9.0", resourceVersion: "8"))))
    #expect(tester.screen.contains("grafana changed under this plan: 1.0.0 → 0.9.0"))
    tester.burst(Self.typed("aa"))
    #expect(tester.changes == [])

    tester.type("a")
    #expect(tester.changes == [.upgrade(to: "1.1.0")])
  }

  @Test func whatWasPastedNeverConfirms() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("X", "grafana")
    tester.press(.end)
    tester.press(.paste("grafana"), .enter)
    #expect(tester.changes == [])
    #expect(tester.screen.contains("That is not grafana."))

    tester.type("grafana")
    tester.press(.enter)
    #expect(tester.changes == [.uninstall])
  }

  @Test func leavingIsNotAgreedToByAKeyThatWasWaiting() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    tester.burst([.control("c")] + Self.typed("q"))
    #expect(!tester.app.isFinished)

    tester.type("q")
    #expect(tester.app.isFinished)
  }

  @Test func aChordThatIsBoundToNothingIsEscapeAndThenTheKey() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    #expect(!tester.screen.contains(">Grafana"))
    tester.press(.alt("j"))
    #expect(tester.screen.contains(">Jenkins"))

    tester.type("/abc def")
    tester.press(.alt("b"))
    #expect(tester.screen.contains("/abc def"))
  }

  @Test func aKeyThatWasWaitingMayStillCloseThePlan() {
    var tester = ConsoleTester.atMarket()
    tester.burst(Self.typed("D") + [.escape, .down])

    #expect(!tester.screen.contains("Disable: grafana"))
  }

  private func loop(on screen: MemoryScreen) -> Loop {
    let session = Session(
      ClusterSession(
        .init(cluster: "museum", server: "m"), cluster: Cluster(transport: Silence()), dialect: .installPlan))
    let worker = Worker(session, mailbox: Mailbox<Message>())
    var loop = Loop(app: ConsoleTester.atMarket().app, screen: screen, worker: worker, mailbox: Mailbox<Message>())
    loop.begin()
    return loop
  }
}

extension Loop {
  /// One write to the terminal.
  fileprivate mutating func press(_ keys: [Key], on screen: MemoryScreen) {
    for key in keys { screen.type(key) }
    hear(.time)
  }

  fileprivate mutating func press(_ key: Key, on screen: MemoryScreen) { press([key], on: screen) }

  fileprivate mutating func hear(_ message: Message) {
    mailbox.post(message)
    turn()
  }
}
