import Client
import Extensions
import Glibc
import Operations
import Platform
import Terminal
import TestSupport
import Testing

@testable import Console

@Suite struct LoopTests {
  private let screen = MemoryScreen(size: Size(rows: 24, columns: 80))
  private let mailbox = Mailbox<Message>()
  private let session = Session(
    ClusterSession(.init(cluster: "museum", server: "m"), cluster: Cluster(transport: Silence()), dialect: .installPlan)
  )

  private func loop() -> Loop {
    let worker = Worker(session, mailbox: Mailbox<Message>())
    return Loop(
      app: App(session, settings: .standard, now: .now), screen: screen, worker: worker, mailbox: mailbox)
  }

  @Test func theFirstFrameComesBeforeAnyNetwork() {
    var loop = loop()
    loop.begin()

    #expect(screen.frames == 1)
    #expect(screen.shown.description.contains("connecting …"))
  }

  @Test func aThousandEventsAreOneFrame() {
    var loop = loop()
    loop.begin()
    for number in 0..<1000 {
      mailbox.post(.extensions(.applied(.sample("e\(number)", "E\(number)", versions: ["1.0.0"]))))
    }
    loop.turn()

    #expect(screen.frames == 2)
    #expect(screen.shown.description.contains("E0"))
  }

  @Test(arguments: [
    ("kind: Pod\nspec:\n  a: 1\n", true), ("a\nb", false), ("a long line without an end", false),
  ])
  func keysFasterThanAnyoneTypesAreAPaste(text: String, isPaste: Bool) {
    let keys = text.map { $0 == "\n" ? Key.enter : .character($0) }

    #expect(Loop.withPastes(keys) == (isPaste ? [.paste(text)] : keys))
    #expect(
      Loop.withPastes([.up] + keys + [.control("s")]) == [.up] + (isPaste ? [.paste(text)] : keys) + [.control("s")])
  }

  @Test func newsThatChangesNothingSendsNothing() {
    var loop = loop()
    loop.begin()
    let event = Message.installations(.replaced([]))
    mailbox.post(event)
    loop.turn()
    let frames = screen.frames
    mailbox.post(event)
    loop.turn()

    #expect(screen.frames == frames)
  }

  @Test func aPluginThatAsksIsLentTheTerminalAndThenEverythingIsPainted() async {
    let turns = TerminalTurns()
    let asked = Locked(false)
    let frames = Locked(0)

    Thread.detach { [session, mailbox] in
      let screen = MemoryScreen(size: Size(rows: 24, columns: 80))
      var loop = Loop(
        app: App(session, settings: .standard, now: .now), screen: screen,
        worker: Worker(session, mailbox: Mailbox<Message>()), mailbox: mailbox, turns: turns)
      loop.begin()
      while !asked.withLock({ $0 }) { loop.turn() }
      frames.withLock { $0 = screen.frames }
    }
    await turns.lend { asked.withLock { $0 = true } }

    await eventually { frames.withLock { $0 } == 2 }
  }

  @Test func aKeyIsAnsweredAtOnce() {
    var loop = loop()
    loop.begin()
    screen.type("?")
    mailbox.post(.time)
    loop.turn()

    #expect(screen.frames == 2)
    #expect(screen.shown.description.contains("In the marketplace"))
  }

  @Test func leavingEndsTheLoop() {
    for key: Key in [.character("?"), .character("q"), .character("q")] { screen.type(key) }
    mailbox.post(.time)
    run(loop().app, on: screen, worker: Worker(session, mailbox: mailbox), mailbox: mailbox)

    #expect(screen.frames >= 1)
  }

  @Test(arguments: [-30.0, 30.0])
  func newsIsDrawnAtOnceHoweverFarTheClockOnTheWallIsSet(years: Double) {
    let step = years * 365 * 86400
    let clock = Clock()
    let worker = Worker(session, mailbox: Mailbox<Message>())
    var loop = Loop(
      app: App(session, settings: .standard, now: clock.moment), screen: screen, worker: worker, mailbox: mailbox,
      now: { clock.tick() })
    loop.begin()
    clock.moment.wall += step
    mailbox.post(.extensions(.applied(.sample("e", "E0", versions: ["1.0.0"]))))
    loop.turn()

    #expect(screen.frames == 2)
    #expect(screen.shown.description.contains("E0"))
  }

  /// A clock that goes on by a second whenever it is looked at.
  private final class Clock {
    var moment = ClockReading(1_000_000, wall: 1_700_000_000)

    func tick() -> ClockReading {
      moment = moment + 1
      return moment
    }
  }

  @Test func whatCouldNotBeWrittenIsSaidWhenTheScreenIsGone() {
    var session = session
    session.recordKeeper = RecordKeeper(folder: "/dev/null/state", cluster: "m")
    let worker = Worker(session, mailbox: mailbox)
    let now = ClockReading(1_000_000)
    var loop = Loop(
      app: App(session, settings: .standard, now: now), screen: screen, worker: worker, mailbox: mailbox, now: { now })
    loop.begin()
    worker.start(Effect(.setDraft(of: "grafana", KeptDraft(text: "a", base: ""))))

    let words = loop.finish().lastWords

    #expect(words.count == 1)
    #expect(words.first?.hasPrefix("The draft of grafana was not saved: ") == true)
  }

  @Test(arguments: [(SIGTERM, Int32(143), "SIGTERM"), (SIGHUP, 129, "SIGHUP")])
  func aSignalSaysWhereTheOpenTextIsKept(signal: Int32, status: Int32, name: String) throws {
    let folder = TemporaryFolder()
    var session = session
    let keeper = RecordKeeper(folder: folder.path, cluster: "m")
    session.recordKeeper = keeper
    let worker = Worker(session, mailbox: mailbox)
    var loop = Loop(
      app: App(session, settings: .standard, now: .now), screen: screen, worker: worker, mailbox: mailbox)
    loop.begin()
    screen.endingSignal = signal
    // As the worker does it, whose threads a test that waits would take.
    try keeper.keep(KeptDraft(text: "a", base: ""), of: "grafana")
    mailbox.post(.draftKept(of: "grafana"))

    let ending = loop.finish()

    #expect(ending.status == status)
    let words = try #require(ending.lastWords.first)
    #expect(words.hasPrefix("ended by \(name). The text of grafana is kept as a draft in \(folder.path)/drafts/"))
    #expect(words.contains(":drafts"))
    #expect(session.recordKeeper?.recall().drafts["grafana"]?.text == "a")
  }

  @Test func whatIsBeingEditedIsSaidAfterACrash() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("e", "grafana")
    tester.type("x")
    let worker = Worker(session, mailbox: mailbox)
    var loop = Loop(app: tester.app, screen: screen, worker: worker, mailbox: mailbox)
    loop.begin()

    #expect(screen.crashWords.hasPrefix("ksx: crashed. The text of "))
  }

  @Test func suspendingIsLeftToTheScreen() {
    var loop = loop()
    loop.begin()
    screen.type(.control("z"))
    mailbox.post(.time)
    loop.turn()

    #expect(screen.suspensions == 1)
  }
}
