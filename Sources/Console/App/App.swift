import Client
import Extensions
import Manifest
import Operations
import Platform
import Terminal

/// The whole state of the user interface.
///
/// A value with one writer, the loop. `handle` is the only thing that changes it and `draw` the
/// only thing that shows it. Neither waits, and neither does any work: what is to be done outside is returned.
package struct App: Sendable {
  /// The user has left.
  package private(set) var isFinished = false
  /// The terminal must be painted anew, or given back for a while; the loop does it and says so.
  package internal(set) var request: TerminalRequest?

  var state: ConsoleState
  var marketplace = MarketplaceScreen()
  /// The screens above the marketplace, the topmost last.
  var layers: [any Screen] = []
  /// What is asked for or followed because a screen needs it.
  var subscriptions: [Subscription] = []
  /// The places that were visited.
  var trail = Trail()
  /// Keys that were said to be bound to nothing: once is enough.
  var saidUnbound: Set<Key> = []
  /// The server was asked to start again, and what there is then is to be read.
  var isRestarting = false
  /// Keys that may begin a sequence.
  var pendingKeys: [Key] = []
  private var paletteHistory: [String] = []
  /// What is derived from the state is up to date.
  var isSettled = false
  /// The question that was painted last.
  package internal(set) var shownQuestion: Question?

  /// What only the owner of the terminal can do.
  package enum TerminalRequest: Hashable, Sendable {
    case redraw, suspend
    /// Puts a text on the terminal's clipboard.
    case copy(String)
    /// Everything of this cluster is forgotten, and the console goes on with another.
    case move(Move)
    /// Has the config of an extension edited by the user's own editor.
    case editOutside(String, of: String)
  }

  /// An app for the cluster that `session` describes.
  package init(_ session: Session, settings: Settings, now: ClockReading) {
    state = ConsoleState(session.connection.status, settings, now: now)
    state.capabilityState = CapabilityState(session, at: now)
    state.connection.use(session.connection.status.way, at: now)
    for problem in settings.problems + session.connection.status.warnings { state.announce(.error, problem) }
  }

  /// When the app wants to hear `Message.time` at the latest.
  package var nextWakeUp: ClockReading? {
    let own = [
      state.connection.nextChange(after: state.now), state.connection.nextProbe,
      state.messageLog.nextChange(after: state.now),
      state.operations.nextLook.map { state.now + ($0 - state.now.seconds) },
    ]
    // What is hidden by a screen over it is painted when that is closed.
    let list = layers.allSatisfy(\.isOverlay) ? [marketplace.nextWakeUp] : []
    return (own + list + layers.map(\.nextWakeUp)).compactMap { $0 }.min()
  }

  /// Changes the state as `message` says at `now`, and returns what is to be done outside.
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
      state.begin(state.capabilityState.askIfOld(at: now))
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

  /// The answer to a key belongs to the view that gave it, and goes with it.
  private mutating func hearInPlace(_ message: Message) {
    let (depth, answer) = (layers.count, state.messageLog.answer)
    hear(message)
    if layers.count < depth, state.messageLog.answer == answer { state.messageLog.dropAnswer() }
  }

  /// A refusal belongs to the plan that it was the answer to.
  private mutating func forgetRefusals() {
    for (name, submission) in state.submissions where !submission.isUnderWay {
      if !layers.contains(where: { $0.isAboutChange(of: name) }) { state.submissions[name] = nil }
    }
  }

  /// Brings what is derived from the state up to date.
  mutating func settle() {
    guard !isSettled else { return }
    settleOnce()
    // A screen may begin to ask for a line when it has seen the news, which leaves a row less for the rest.
    if (top.prompt != nil) != state.isLineTyped { settleOnce() }
    isSettled = true
  }

  private mutating func settleOnce() {
    state.isLineTyped = top.prompt != nil
    marketplace.settle(&state)
    for index in layers.indices { layers[index].settle(&state) }
  }

  /// A key would agree to what its typist could not have read.
  private var isAskingUnseen: Bool { top.question.map { !$0.isCovered(by: shownQuestion) } ?? false }

  mutating func press(_ key: Key) {
    switch key {
    case .resized: return
    case .closed: return finish()
    case .mouse(let action, let place): return point(action, at: place)
    case .paste where top.question != nil:
      state.say(.warning, "Pasted text is not an answer here: type it.")
      return
    default: break
    }
    pendingKeys.append(key)
    switch state.settings.match(pendingKeys, in: top.sections) {
    case .pending: break
    case .command(.command(let command)):
      let keys = pendingKeys.spelling
      pendingKeys = []
      perform(command, byKeys: keys)
    case .command(.edit(let command)):
      pendingKeys = []
      carryOut(onTop { $0.edit(command, &$1) })
    case .none:
      let isAlone = pendingKeys.count == 1
      pendingKeys = []
      // The second key of a sequence that means nothing is dropped, but a way out always works.
      if !isAlone, key != .escape, key != .control("c") { return }
      if isAlone { pressUnbound(key) } else { press(key) }
    }
  }

  /// Screens count from their own corner.
  private mutating func point(_ action: Key.Mouse, at point: Point) {
    if action == .click, point.row == state.size.rows - 1 { return clickHint(at: point.column) }
    guard state.body.contains(point) else { return }
    let row = point.row - state.body.origin.row
    type(.mouse(action, Point(row: row, column: point.column)))
  }

  private mutating func clickHint(at column: Int) {
    switch Footer(state, top, pendingKeys).action(at: column) {
    case .command(let command)?: perform(command)
    case .edit(let command)?: carryOut(onTop { $0.edit(command, &$1) })
    case nil: break
    }
  }

  mutating func type(_ key: Key) {
    if !isAskingUnseen { carryOut(onTop { $0.type(key, &$1) }) }
  }

  var top: any Screen { layers.last ?? marketplace }

  private mutating func onTop<Result>(_ body: (inout any Screen, inout ConsoleState) -> Result) -> Result {
    if layers.isEmpty {
      var screen: any Screen = marketplace
      let result = body(&screen, &state)
      if let changed = screen as? MarketplaceScreen { marketplace = changed }
      return result
    }
    return body(&layers[layers.count - 1], &state)
  }

  private mutating func perform(_ command: Command, argument: String = "", byKeys keys: String = "") {
    if isAskingUnseen, command != .back { return }
    if !argument.isEmpty, !command.needsArgument { return perform(command, on: argument) }
    if let steps = onTop({ $0.perform(command, &$1) }) { return carryOut(steps) }
    switch command {
    case .page(let page): open(page.screen(top))
    case .palette: openPalette()
    case .older: walk(by: -1)
    case .newer: walk(by: 1)
    case .lastPlace: goToLastPlace()
    case .nextWanting: goToNextWanting()
    case .exactTimes: state.showsExactTimes.toggle()
    case .close: if layers.isEmpty { quit(isAskingForChanges: true) } else { closeTop() }
    case .quit: quit()
    case .redraw: request = .redraw
    case .suspend: request = .suspend
    case .refresh: refresh()
    case .compareWays: compareWays()
    case .theme, .keymap, .language, .selection: set(command, to: argument)
    default: sayUseless(command, keys)
    }
  }

  /// What is typed there is about the extension that one is at.
  private mutating func openPalette() {
    let subject = top.extensionName ?? (layers.isEmpty ? marketplace.selected : nil)
    open(PaletteScreen(history: paletteHistory, subject: subject, below: top.sections))
  }

  /// A name that is given is the object acted on, whatever is selected.
  private mutating func perform(_ command: Command, on argument: String) {
    let words = argument.split(separator: " ").map(String.init)
    let name = words.first ?? ""
    let version = words.count == 3 && words[1] == "to" ? words[2] : nil
    guard command == .open || command.change != nil else {
      return state.say(.warning, "\(command.spokenName) takes no name.")
    }
    guard state.market.extensions[name] != nil || state.market.installed.of(name) != nil else {
      let meant = suggestion(for: name, among: state.market.extensions.elements.keys)
      return state.say(.warning, "There is no extension \(name) here\(meant.isEmpty ? "." : meant)")
    }
    if command == .open { return open(ExtensionScreen(name)) }
    carryOut(beginChange(command, on: name, version: version, state) ?? [])
  }

  mutating func open(_ screen: any Screen) {
    layers.append(screen)
    // The same question may have been read before it was closed; it is asked anew.
    shownQuestion = nil
    isSettled = false
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
      request = .copy(text)
      state.say(.note, "Copied \(what): \(text.count) characters, if this terminal takes them.")
    case .say(let tone, let text): state.say(tone, text, about: top.extensionName)
    case .leave: leave()
    case .leaveAtOnce:
      for name in state.submissions.keys.sorted() { state.effects.append(.stop(.change(of: name))) }
      finish()
    }
  }

  /// Has the config of `name` that is being written take something.
  mutating func onConfig(of name: String, _ body: (inout ConfigScreen, inout ConsoleState) -> Void) {
    for index in layers.indices {
      guard var screen = layers[index] as? ConfigScreen, screen.name == name else { continue }
      body(&screen, &state)
      layers[index] = screen
    }
    isSettled = false
  }

  /// As `back` on the screen on top, which knows what must be asked before.
  private mutating func closeTop() {
    carryOut(onTop { $0.perform(.back, &$1) } ?? [.close()])
  }

  /// A session that has changed something is left by `q` only when that was seen.
  private mutating func quit(isAskingForChanges: Bool = false) {
    if layers.contains(where: { $0 is LeaveScreen }) { return leave() }
    var reasons = layers.compactMap { $0.unsavedWork(state) }
    for name in state.operations.names where state.underWay(name) == nil {
      reasons.append("\(name): \(state.operations[name]?.change.words ?? "") was accepted and goes on in the cluster.")
    }
    if isAskingForChanges { reasons += state.changed.map { "You changed \($0) in this session." } }
    for plan in state.stepQueue?.plans ?? [] {
      reasons.append("\(plan.name): \(plan.change.words) is sent only while the console runs.")
    }
    if reasons.isEmpty { leave() } else { open(LeaveScreen(reasons: reasons)) }
  }

  /// Leaves when the cluster has answered what is being sent.
  private mutating func leave() {
    layers.removeAll { $0 is LeaveScreen }
    if state.submissions.values.contains(where: \.isUnderWay) { open(SendingScreen()) } else { finish() }
  }

  /// Nothing is lost on the way out, not even when the line drops.
  private mutating func finish() {
    isFinished = true
    for screen in layers { state.begin(screen.requestsBeforeExit(state)) }
  }

  private mutating func compareWays() {
    guard state.session.isComparable, let dialect = state.dialect else {
      return state.say(.warning, "Only a profile with a gateway and a kubeconfig has two ways to compare.")
    }
    state.comparison = nil
    open(ComparisonScreen())
    state.begin(.compareWays(dialect))
  }
}
