import Glibc
import Platform
package import Terminal

/// Runs the console on a screen until the user leaves.
///
/// This is the only place that waits, the only place that draws, and the only place where messages
/// meet state. It is synchronous: between two waits nothing can change under it. When nothing
/// happens it sleeps without a limit and sends nothing.
///
@discardableResult
package func run(
  _ app: App, on screen: any TerminalScreen, worker: Worker, mailbox: Mailbox<Message>,
  turns: TerminalTurns = TerminalTurns(), settings: SettingsReload? = nil
) -> Ending {
  var loop = Loop(app: app, screen: screen, worker: worker, mailbox: mailbox, turns: turns)
  loop.settings = settings
  return loop.run()
}

/// The loop and what it holds.
struct Loop {
  var app: App
  let screen: any TerminalScreen
  private(set) var worker: Worker
  private(set) var mailbox: Mailbox<Message>
  /// Credential plugins that wait for the terminal.
  let turns: TerminalTurns
  /// Reads the settings anew where their files have changed.
  var settings: SettingsReload?
  private var shown: (surface: Surface, cursor: Point?)?
  private var lastFrame = ClockReading(0)
  /// What is said when the program crashes.
  var crashWords = ""
  private let now: () -> ClockReading

  /// A burst of news is one frame in this many seconds; a key is answered at once.
  static let frameInterval = 0.1

  init(
    app: App, screen: any TerminalScreen, worker: Worker, mailbox: Mailbox<Message>,
    turns: TerminalTurns = TerminalTurns(), now: @escaping () -> ClockReading = { .now }
  ) {
    (self.app, self.screen, self.worker, self.mailbox, self.now) = (app, screen, worker, mailbox, now)
    self.turns = turns
  }

  mutating func run() -> Ending {
    begin()
    while !app.isFinished { turn() }
    return finish()
  }

  /// Draws before anything has been asked of the network.
  mutating func begin() {
    tell(.resized(screen.size))
    draw()
    tell(.opened)
  }

  /// Waits for anything to happen, takes everything that has, and draws at most once.
  mutating func turn() {
    var isUrgent = false
    var isPending = false
    var isLong = false
    repeat {
      wait(until: isPending ? lastFrame + Self.frameInterval : app.nextWakeUp)
      lendTerminal()
      if let fresh = settings?.takeChange() { tell(.settings(fresh)) }
      if takeKeys() { isUrgent = true }
      let messages = mailbox.take()
      for message in messages { tell(message) }
      isLong = isLong || messages.contains(where: \.isLongList)
      if let wakeUp = app.nextWakeUp, wakeUp <= now() { tell(.time) }
      isPending = true
    } while !isUrgent && !app.isFinished && now() - lastFrame < Self.frameInterval
    obeyRequest()
    // A terminal that takes no more output must not hold up what is written on the way out.
    if !app.isFinished { draw() }
    if isLong { Memory.giveBack() }
  }

  /// Lets plugins ask on the terminal; nothing else happens meanwhile.
  private mutating func lendTerminal() {
    guard turns.giveAway(screen) else { return }
    shown = nil
    tell(.resized(screen.size))
  }

  private mutating func takeKeys() -> Bool {
    var burst: [Key] = []
    // What was pasted into a terminal that does not bracket it comes as very many keys at once.
    while burst.count < Self.burstLimit, let key = screen.nextKey() { burst.append(key) }
    for key in app.takesPastes ? Self.withPastes(burst) : burst where !app.isFinished {
      if key == .resized { tell(.resized(screen.size)) }
      tell(.key(key))
    }
    return !burst.isEmpty
  }

  private mutating func tell(_ message: Message) {
    for effect in app.handle(message, at: now()) { worker.start(effect) }
  }

  private mutating func obeyRequest() {
    switch app.request {
    case .redraw?:
      screen.redraw()
      shown = nil
    case .suspend?:
      screen.suspend()
      shown = nil
      tell(.resized(screen.size))
    case .copy(let text)?: screen.copy(text)
    case .move(let move)?: return go(on: move.session)
    case .editOutside(let text, let name)?:
      app.request = nil
      return edit(text, of: name)
    case nil: return
    }
    app.request = nil
  }

  /// Goes on with another cluster: what is still on its way from the former one has no mailbox any more.
  private mutating func go(on session: Session) {
    worker.stop()
    mailbox = Mailbox()
    worker = Worker(session, mailbox: mailbox)
    app = App(session, settings: app.state.settings, now: now())
    begin()
  }

  /// Lends the terminal to the user's own editor.
  private mutating func edit(_ text: String, of name: String) {
    var edited = EditedText.text(text)
    screen.lend { edited = OutsideEditor.edit(text, called: name) }
    shown = nil
    tell(.resized(screen.size))
    tell(.edited(name, edited))
  }

  /// Brings the screen up to date; keys that were waiting when a question came up are no answer to it.
  private mutating func draw() {
    paint()
    while let question = app.question, !question.isCovered(by: app.shownQuestion) {
      let hasTaken = takeKeys()
      app.hasShown(question)
      if app.isFinished { return }
      if hasTaken { paint() }
    }
    app.hasShown(app.question)
  }

  /// Sends the terminal what is different, or nothing.
  private mutating func paint() {
    tell(.drawing)
    var surface = Surface(size: screen.size)
    let cursor = app.draw(on: &surface)
    lastFrame = now()
    prepareForCrash()
    if let shown, shown.surface == surface, shown.cursor == cursor { return }
    screen.show(surface, cursor: cursor)
    shown = (surface, cursor)
  }

  /// Sleeps until there is a key, a message, a signal, or it is `moment`.
  private func wait(until moment: ClockReading?) {
    let own = [mailbox.descriptor, turns.descriptor, settings?.descriptor ?? -1]
    var polled = (screen.descriptors + own).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let pauses = [moment.map { $0 - now() }, screen.patience.map { $0 / .seconds(1) }].compactMap { $0 }
    let milliseconds = pauses.min().map { max(0, min(3_600_000, ($0 * 1000).rounded(.up))) } ?? -1
    poll(&polled, nfds_t(polled.count), Int32(milliseconds))
  }

  /// Lets a write be answered and files be written, for as long as each of them may take.
  mutating func finish() -> Ending {
    var ending = Ending(signal: screen.endingSignal)
    let start = now()
    worker.cancelWhatMayBe()
    var isFinishing = true
    while isFinishing {
      isFinishing = worker.timeToFinish(after: .seconds(now() - start)) > .zero
      var polled = [pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)]
      poll(&polled, 1, isFinishing ? 20 : 0)
      for message in mailbox.take() {
        if case .failed(let sentence) = message { ending.lastWords.append(app.state.words(sentence)) }
        if case .draftKept(let name) = message, ending.signal != nil { ending.lastWords.append(words(ofDraft: name)) }
        tell(message)
      }
    }
    ending.lastWords += worker.unfinished.map { app.state.words($0) }
    worker.stop()
    return ending
  }
}
