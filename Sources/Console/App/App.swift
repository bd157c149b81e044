import Client
import Extensions
import Operations
import Platform
import Terminal

/// The whole state of the user interface.
///
/// A value with one writer, the loop. Only `handle` changes it, and only `draw` shows it. Neither waits or does I/O;
/// `handle` returns the effects to be carried out.
package struct App: Sendable {
  /// Whether the user has left.
  package internal(set) var isFinished = false
  /// What the loop must do with the terminal after this message.
  package internal(set) var request: TerminalRequest?

  var state: ConsoleState
  var marketplace = MarketplaceScreen()
  /// The screens above the marketplace, the topmost last.
  var layers: [any Screen] = []
  /// The extensions whose change was not answered when the user left without waiting.
  private(set) var unanswered: [String] = []
  /// What the open screens need to be read or watched.
  var subscriptions: [Subscription] = []
  /// The places that the user has visited.
  var trail = NavigationHistory()
  /// The keys for which a note was shown that they are not bound.
  var saidUnbound: Set<Key> = []
  /// Whether the server was asked to restart, so that everything is read again afterwards.
  var isRestarting = false
  /// The keys so far that may begin a sequence.
  var pendingKeys: [Key] = []
  var paletteHistory: [String] = []
  /// Whether everything that is derived from the state is up to date.
  var isSettled = false
  /// The question that was last painted.
  package internal(set) var shownQuestion: Question?

  /// What only the owner of the terminal can do.
  package enum TerminalRequest: Hashable, Sendable {
    case redraw, suspend
    /// Copies a text to the terminal's clipboard.
    case copy(String)
    /// Drops the state of this cluster, and continues with another one.
    case move(SessionSwitch)
    /// Opens the config of an extension in the user's own editor.
    case editOutside(String, of: String)
  }

  /// An app for the cluster of `session`.
  package init(_ session: Session, settings: Settings, now: ClockReading) {
    state = ConsoleState(session.connection.status, settings, now: now)
    state.capabilityState = CapabilityState(session, at: now)
    state.connection.use(session.connection.status.way, at: now)
    for problem in settings.problems + session.connection.status.warnings {
      state.announce(.error, problem)
    }
  }

  /// When the app must receive `Message.time` at the latest.
  package var nextWakeUp: ClockReading? {
    let own = [
      state.connection.nextChange(after: state.now), state.connection.nextProbe,
      state.messageLog.nextChange(after: state.now), state.readings.nextChange(after: state.now),
      state.operations.nextLook.map { state.now + ($0 - state.now.seconds) },
    ]
    // The marketplace is updated when no screen covers it any more.
    let list = layers.allSatisfy(\.isOverlay) ? [marketplace.nextWakeUp] : []
    return (own + list + layers.map(\.nextWakeUp)).compactMap { $0 }.min()
  }

  /// Updates the state for `message` at `now`, and returns the effects to be carried out.
  package mutating func handle(_ message: Message, at now: ClockReading) -> [Effect] {
    state.now = now
    switch message {
    case .drawing:
      settle()
      state.messageLog.markShown(at: now)
    case .key(let key):
      settle()
      state.messageLog.keyPressed(at: now)
      press(key)
      state.begin(state.capabilityState.discoverIfOld(at: now))
      state.askRightsIfOld()
      isSettled = false
    default:
      hearInPlace(message)
      isSettled = false
    }
    noteVisit()
    if layers.last is SendingScreen, !state.submissions.values.contains(where: \.isUnderWay) { finish() }
    forgetRefusals()
    followSubscriptions()
    defer { state.effects = [] }
    return state.effects
  }

  /// Handles `message`; if that closes a screen, the answer to a key of that screen is removed too.
  private mutating func hearInPlace(_ message: Message) {
    let (depth, answer) = (layers.count, state.messageLog.answer)
    receive(message)
    if layers.count < depth, state.messageLog.answer == answer { state.messageLog.dropAnswer() }
  }

  /// Drops refusals of changes whose plan is no longer open.
  private mutating func forgetRefusals() {
    for (name, submission) in state.submissions where !submission.isUnderWay {
      if !layers.contains(where: { $0.isAboutChange(of: name) }) { state.submissions[name] = nil }
    }
  }

  /// Updates what is derived from the state.
  mutating func settle() {
    guard !isSettled else { return }
    settleOnce()
    // A screen may open a prompt now, which leaves the others one row less.
    if (top.prompt != nil) != state.isLineTyped { settleOnce() }
    isSettled = true
  }

  private mutating func settleOnce() {
    state.isLineTyped = top.prompt != nil
    state.grammar = top.prompt?.grammar
    marketplace.settle(&state)
    // A covered screen is updated once it is uncovered: otherwise each key would cost more with every open screen.
    let visible = layers.lastIndex { !$0.isOverlay } ?? 0
    for index in layers.indices[visible...] { layers[index].settle(&state) }
  }

  var top: any Screen { layers.last ?? marketplace }

  mutating func onTop<Result>(_ body: (inout any Screen, inout ConsoleState) -> Result) -> Result {
    if layers.isEmpty {
      var screen: any Screen = marketplace
      let result = body(&screen, &state)
      if let changed = screen as? MarketplaceScreen { marketplace = changed }
      return result
    }
    return body(&layers[layers.count - 1], &state)
  }

  /// Opens `screen` above the others; where it is open already, it moves there instead of being open twice.
  mutating func open(_ screen: any Screen) {
    var screen = screen
    if let identity = screen.identity, let position = layers.lastIndex(where: { $0.identity == identity }) {
      let former = layers.remove(at: position)
      if former.keepsInput || former.unsavedWork(state) != nil { screen = former }
    }
    layers.append(screen)
    if layers.count > Self.mostLayers, let lowest = layers.firstIndex(where: mayBeDropped) { layers.remove(at: lowest) }
    // A question must be painted again before it can be answered, even if the same one was read before.
    shownQuestion = nil
    isSettled = false
  }

  /// The largest number of screens that lie above each other; beyond it the lowest one is closed.
  private static let mostLayers = 24

  /// Whether nothing is lost if `screen` is closed.
  private func mayBeDropped(_ screen: any Screen) -> Bool {
    !screen.keepsInput && screen.unsavedWork(state) == nil && screen.question == nil && !screen.isOverlay
  }

  mutating func carryOut(_ steps: [Step]) {
    for step in steps { carryOut(step) }
  }

  private mutating func carryOut(_ step: Step) {
    switch step {
    case .start(let request): state.begin(request)
    case .submitAll(let plans):
      state.many = ManySubmissions(plans)
      marketplace.unmark()
      sendNext()
    case .submit(let plan, let others):
      state.submit(plan)
      if !others.isEmpty { state.stepQueue = StepQueue(after: plan.name, others) }
    case .editOutside(let text, let name): request = .editOutside(text, of: name)
    case .merged(let text, let theirs, let name):
      onConfig(of: name) { $0.take(merged: text, over: theirs, &$1) }
    case .open(let screen): open(screen)
    case .close(let next):
      if !layers.isEmpty { layers.removeLast() }
      if let next { open(next) }
    case .run(let command, let argument): perform(command, argument: argument)
    case .ran(let text): paletteHistory = paletteHistory.filter { $0 != text } + [text]
    case .copy(let text, let what):
      request = .copy(text.pasteable)
      state.say(.note, "Copied \(what): \(text.count) characters, if this terminal takes them.")
    case .say(let tone, let text): state.say(tone, text, about: top.extensionName)
    case .leave: leave()
    case .leaveAtOnce: leaveAtOnce()
    }
  }

  /// Leaves without waiting for the answers to changes that are being sent.
  private mutating func leaveAtOnce() {
    for (name, submission) in state.submissions.sorted(by: { $0.key < $1.key }) {
      if submission.isUnderWay { unanswered.append(name) }
      state.effects.append(.stop(.change(of: name)))
    }
    finish()
  }

  /// Calls `body` with the open config screen of `name`.
  mutating func onConfig(of name: String, _ body: (inout ConfigScreen, inout ConsoleState) -> Void) {
    for index in layers.indices {
      guard var screen = layers[index] as? ConfigScreen, screen.name == name else { continue }
      body(&screen, &state)
      layers[index] = screen
    }
    isSettled = false
  }
}
