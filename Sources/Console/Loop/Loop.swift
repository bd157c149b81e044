import Client
import Glibc
import Platform
package import Terminal

/// Runs the console on a screen until the user leaves.
///
/// This is the only place that waits, that draws, and that passes messages to the app. It is synchronous: the state
/// cannot change between two waits. If nothing happens, it sleeps without a timeout and sends nothing.
@discardableResult
package func run(
  _ app: App, on screen: any TerminalScreen, worker: Worker, mailbox: Mailbox<Message>,
  turns: TerminalTurns = TerminalTurns(), settings: SettingsReload? = nil
) -> Ending {
  var loop = Loop(app: app, screen: screen, worker: worker, mailbox: mailbox, turns: turns)
  loop.settings = settings
  return loop.run()
}

/// The loop and its state.
struct Loop {
  var app: App
  let screen: any TerminalScreen
  private(set) var worker: Worker
  private(set) var mailbox: Mailbox<Message>
  /// Credential plugins that wait for the terminal.
  let turns: TerminalTurns
  /// Reads the settings again when their files have changed.
  var settings: SettingsReload?
  private var shown: (surface: Surface, cursor: Point?)?
  private var lastFrame = ClockReading(0)
  /// When the memory that lists have left behind is given back; `nil` if no list has come since.
  private var givesMemoryBackAt: ClockReading?
  /// The message that is printed after a crash.
  var crashWords = ""
  private let now: () -> ClockReading

  /// In seconds: during a burst of messages, one frame is drawn in this time; keys are handled at once.
  static let frameInterval = 0.1

  /// In seconds: the worker still holds parts of a list for a moment after the list has come.
  private static let memoryDelay = 1.0

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

  /// Draws before the first request is sent.
  mutating func begin() {
    tell(.resized(screen.size))
    draw()
    tell(.opened)
  }

  /// Waits for anything to happen, handles everything that has, and draws at most once.
  mutating func turn() {
    var isUrgent = false
    var isPending = false
    var hasList = false
    repeat {
      wait(until: isPending ? lastFrame + Self.frameInterval : nextWakeUp)
      giveMemoryBack()
      lendTerminal()
      if let fresh = settings?.takeChange() { tell(.settings(fresh)) }
      if takeKeys() { isUrgent = true }
      let messages = mailbox.take()
      for message in messages { tell(message) }
      hasList = hasList || messages.contains(where: \.isList)
      if let wakeUp = app.nextWakeUp, wakeUp <= now() { tell(.time) }
      isPending = true
    } while !isUrgent && !app.isFinished && now() - lastFrame < Self.frameInterval
    obeyRequest()
    // If the terminal accepts no output, this must not delay what is saved at the end.
    if !app.isFinished { draw() }
    if hasList, app.state.market.extensions.elements.values.count > 1000 {
      givesMemoryBackAt = now() + Self.memoryDelay
    }
  }

  private var nextWakeUp: ClockReading? { [app.nextWakeUp, givesMemoryBackAt].compactMap { $0 }.min() }

  private mutating func giveMemoryBack() {
    guard let time = givesMemoryBackAt, time <= now() else { return }
    givesMemoryBackAt = nil
    Memory.giveBack()
  }

  /// Lets credential plugins use the terminal, and waits for them.
  private mutating func lendTerminal() {
    guard turns.giveAway(screen) else { return }
    shown = nil
    tell(.resized(screen.size))
  }

  private mutating func takeKeys() -> Bool {
    var burst: [Key] = []
    // A paste into a terminal without bracketed paste arrives as very many keys.
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
    case .move(let move)?: return switchCluster(to: move.session)
    case .editOutside(let text, let name)?:
      app.request = nil
      return edit(text, of: name)
    case nil: return
    }
    app.request = nil
  }

  /// Continues with another cluster; messages of the former one are lost with its mailbox.
  private mutating func switchCluster(to session: Session) {
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

  /// Paints the screen; keys that were pending when a question appeared are handled, but do not answer it.
  private mutating func draw() {
    paint()
    while let question = app.question, !question.isCovered(by: app.shownQuestion) {
      let hasTaken = takeKeys()
      app.noteShown(question)
      if app.isFinished { return }
      if hasTaken { paint() }
    }
    app.noteShown(app.question)
  }

  /// Sends the terminal the differences, if there are any.
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

  /// Waits for a key, a message or a signal, at most until `moment`.
  private func wait(until moment: ClockReading?) {
    let own = [mailbox.descriptor, turns.descriptor, settings?.descriptor ?? -1]
    var polled = (screen.descriptors + own).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let pauses = [moment.map { $0 - now() }, screen.pollTimeout.map { $0 / .seconds(1) }].compactMap { $0 }
    let milliseconds = pauses.min().map { max(0, min(3_600_000, ($0 * 1000).rounded(.up))) } ?? -1
    poll(&polled, nfds_t(polled.count), Int32(milliseconds))
  }

  /// Waits until writes are answered and files are written, at most as long as each of them allows.
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
    let unfinished = app.unanswered.map(Worker.unanswered) + worker.unfinished
    ending.lastWords += unfinished.map { app.state.words($0) }
    worker.stop()
    return ending
  }
}
