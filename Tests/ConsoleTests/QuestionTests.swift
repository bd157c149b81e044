import Client
import Extensions
import Operations
import Terminal
import Testing

@testable import Console

/// No key agrees to what its typist could not have read.
@Suite struct QuestionTests {
  private static let bursts: [(place: String, keys: [Key])] = [
    ("marketplace", typed("Dy")), ("extension", typed("Dy")), ("extension", typed("Deploy")),
    ("extension", typed("U") + [.enter] + typed("y")), ("extension", typed("Xgrafana") + [.enter]),
    ("extension", typed("D:apply") + [.enter]), ("extension", typed("D") + [.tab, .enter]),
    ("extension", typed("D") + [.escape] + typed("Dy")), ("extension", typed("D") + [.mouse(.click, Self.applyButton)]),
  ]
  private static let applyButton = Point(row: 21, column: 14)

  private static func typed(_ text: String) -> [Key] { text.map { .character($0) } }

  @Test(arguments: bursts)
  func keysThatWereWaitingWhenAPlanOpenedDoNotConfirmIt(place: String, keys: [Key]) {
    var sitting = Sitting.atMarket()
    if place == "extension" { sitting.press(.enter) }
    sitting.offer("grafana", "1.0.0", "1.1.0")
    sitting.burst(keys)

    #expect(sitting.changes == [])
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
    loop.press(keys.contains(.character("X")) ? Self.typed("grafana") + [.enter] : [.character("y")], on: screen)
    #expect(loop.app.state.operations.names == ["grafana"])
  }

  @Test func aNameThatWasTypedBeforeAProblemCameToLightDoesNotCount() {
    var sitting = Sitting.atMarket()
    sitting.type("Xgra")
    // The version that is installed is not among them, of which the plan warns.
    sitting.offer("grafana", "1.1.0")
    sitting.type("fana")
    sitting.press(.enter)
    #expect(sitting.changes == [])
    #expect(sitting.screen.contains("That is not grafana."))
  }

  @Test func aPlanThatWasReadAndClosedIsAskedAnew() {
    var sitting = Sitting.atMarket()
    sitting.offer("grafana", "1.0.0", "1.1.0")
    sitting.type("D")
    #expect(sitting.screen.contains("Disable: grafana"))

    sitting.burst([.escape] + Self.typed("Dy"))

    #expect(sitting.changes == [])
  }

  @Test func whatFillsAGapMeanwhileAsksNothingNew() {
    let shown = Question(["disable", "grafana", "enabled: yes → no", "what needs it is not known yet"])

    #expect(Question(["disable", "grafana", "enabled: yes → no"]).isCovered(by: shown))
    #expect(!Question(["disable", "grafana", "enabled: yes → no", "loki needs it"]).isCovered(by: shown))
    #expect(!Question(["uninstall", "grafana"]).isCovered(by: shown))
    #expect(!shown.isCovered(by: nil))
  }

  @Test func whatWasTypedForAPlanThatHasChangedDoesNotCount() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("X", "grafana")
    sitting.type("graf")
    sitting.hear(.installations(.applied(.sample("grafana", version: "0.9.0", resourceVersion: "8"))))
    #expect(sitting.screen.contains("The plan has changed"))
    sitting.type("ana")
    sitting.press(.enter)

    #expect(sitting.changes == [])
    #expect(sitting.screen.contains("That is not grafana."))
  }

  @Test func twoKeysAtOnceDoNotPassOverAWarning() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("U", "grafana")
    sitting.press(.enter)
    sitting.hear(.installations(.applied(.sample("grafana", version: "0.9.0", resourceVersion: "8"))))
    #expect(sitting.screen.contains("The plan has changed: look again."))
    sitting.burst(Self.typed("yy"))
    #expect(sitting.changes == [])

    sitting.type("y")
    #expect(sitting.changes == [.upgrade(to: "1.1.0")])
  }

  @Test func whatWasPastedNeverConfirms() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("X", "grafana")
    sitting.press(.paste("grafana"), .enter)
    #expect(sitting.changes == [])
    #expect(sitting.screen.contains("That is not grafana."))

    sitting.type("grafana")
    sitting.press(.enter)
    #expect(sitting.changes == [.uninstall])
  }

  @Test func leavingIsNotAgreedToByAKeyThatWasWaiting() {
    var sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    sitting.burst([.control("c")] + Self.typed("y"))
    #expect(!sitting.app.isFinished)

    sitting.type("y")
    #expect(sitting.app.isFinished)
  }

  @Test func aChordThatIsBoundToNothingIsEscapeAndThenTheKey() {
    var sitting = Sitting.atMarket()
    sitting.press(.enter)
    #expect(!sitting.screen.contains("> Grafana"))
    sitting.press(.alt("j"))
    #expect(sitting.screen.contains("> Jenkins"))

    sitting.type("/abc def")
    sitting.press(.alt("b"))
    #expect(sitting.screen.contains("/abc def"))
  }

  @Test func aKeyThatWasWaitingMayStillCloseThePlan() {
    var sitting = Sitting.atMarket()
    sitting.burst(Self.typed("D") + [.escape, .down])

    #expect(!sitting.screen.contains("Disable: grafana"))
  }

  private func loop(on screen: MemoryScreen) -> Loop {
    let session = Session(
      Session.Description(cluster: "museum", identity: "m"), cluster: Cluster(transport: Silence()),
      dialect: .installPlan)
    let worker = Worker(session, mailbox: Mailbox<Message>())
    var loop = Loop(app: Sitting.atMarket().app, screen: screen, worker: worker, mailbox: Mailbox<Message>())
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
