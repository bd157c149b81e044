import Client
import Extensions
import Manifest
import Operations
package import Terminal

/// The whole state of the user interface.
///
/// A value with one writer, the loop. `handle` is the only thing that changes it and `draw` the
/// only thing that shows it. Neither waits, and neither does any work: work is returned.
package struct App: Sendable {
  /// The person has left.
  package private(set) var isFinished = false
  /// The terminal must be painted anew, or given back for a while; the loop does it and says so.
  package internal(set) var request: TerminalRequest?

  var state: ConsoleState
  private var marketplace = MarketplaceScreen()
  /// The views above the marketplace, the topmost last.
  var layers: [any Screen] = []
  private var pendingKeys: [Key] = []
  private var paletteHistory: [String] = []
  private var isSettled = false
  /// The question that was painted last.
  package internal(set) var shownQuestion: Question?

  /// What only the owner of the terminal can do.
  package enum TerminalRequest: Hashable, Sendable {
    case redraw, suspend
  }

  /// An app for the cluster that `session` describes.
  package init(_ session: Session, settings: Settings, now: Moment) {
    state = ConsoleState(session.description, settings, now: now)
    state.capabilityState = CapabilityState(session, at: now)
    state.connection.take(session.description.way, at: now)
    for problem in settings.problems { state.say(.error, problem) }
  }

  /// What to do when the console opens.
  package mutating func start() -> [Work] {
    [.recall] + state.capabilityState.askIfOld(at: state.now) + (state.dialect.map(Self.watches) ?? [])
      + state.askRights()
  }

  /// Plugins stand on no shelves.
  static func watches(_ dialect: Dialect) -> [Work] {
    (dialect.era == .plugin ? [] : [.watch(.categories, dialect)])
      + [.watch(.extensions, dialect), .watch(.installations, dialect)]
  }

  /// When the app wants to hear `Message.time` at the latest.
  package var nextWakeUp: Moment? {
    ([state.connection.nextChange(after: state.now), state.connection.nextProbe] + layers.map(\.nextWakeUp)).compactMap
    { $0 }.min()
  }

  /// Changes the state as `message` says at `now`, and returns what is to be done outside.
  package mutating func handle(_ message: Message, at now: Moment) -> [Work] {
    state.now = now
    let watched = Set(layers.compactMap(\.subject))
    var works: [Work]
    if case .key(let key) = message {
      settle()
      state.journal.goOn(at: now)
      works = press(key) + state.capabilityState.askIfOld(at: now) + state.askRightsIfOld()
    } else {
      works = hear(message)
    }
    isSettled = false
    works += follow(watched)
    return works
  }

  /// Starts to watch the versions of what is looked at now, and stops what nobody looks at any more.
  private mutating func follow(_ former: Set<String>) -> [Work] {
    guard let dialect = state.dialect else { return [] }
    let wanted = Set(layers.compactMap(\.subject))
    for name in former.subtracting(wanted) {
      state.market.forgetVersions(of: name)
      cancellations.append(.watch(.versions(of: name), dialect))
    }
    return wanted.subtracting(former).sorted().map { .watch(.versions(of: $0), dialect) }
  }

  /// Work that is no longer wanted; the loop takes it.
  var cancellations: [Work] = []

  /// The work to be stopped since the last call.
  package mutating func takeCancellations() -> [Work] {
    defer { cancellations = [] }
    return cancellations
  }

  /// What came to light while the state was brought up to date, and is to be done outside.
  package mutating func takeErrands() -> [Work] {
    defer { state.errands = [] }
    return state.errands
  }

  /// Brings what is derived from the state up to date, once for any number of messages.
  package mutating func settle() {
    guard !isSettled else { return }
    marketplace.settle(&state)
    for index in layers.indices { layers[index].settle(&state) }
    state.market.settled()
    isSettled = true
  }

  /// A key would agree to what its typist could not have read.
  private var isAskingUnseen: Bool { top.question.map { $0 != shownQuestion } ?? false }

  mutating func press(_ key: Key) -> [Work] {
    switch key {
    case .resized: return []
    case .closed: return leave()
    case .mouse(let action, let place): return point(action, at: place)
    case .paste where top.question != nil:
      state.say(.warning, "Pasted text is no answer here: type it.")
      return []
    default: break
    }
    pendingKeys.append(key)
    switch state.settings.match(pendingKeys, in: top.sections) {
    case .pending: return []
    case .command(.command(let command)):
      pendingKeys = []
      return perform(command)
    case .command(.edit(let command)):
      pendingKeys = []
      return take(onTop { $0.edit(command, &$1) })
    case .none:
      let isAlone = pendingKeys.count == 1
      pendingKeys = []
      // The second key of a sequence that means nothing is dropped, but a way out always works.
      if !isAlone, key != .escape, key != .control("c") { return [] }
      return isAlone ? pressUnbound(key) : press(key)
    }
  }

  /// Views count from their own corner.
  private mutating func point(_ action: Key.Mouse, at point: Point) -> [Work] {
    guard state.body.contains(point) else { return [] }
    let row = point.row - state.body.origin.row
    return type(.mouse(action, Point(row: row, column: point.column)))
  }

  mutating func type(_ key: Key) -> [Work] {
    isAskingUnseen ? [] : take(onTop { $0.type(key, &$1) })
  }

  var top: any Screen { layers.last ?? marketplace }

  private mutating func onTop<Result>(_ body: (inout any Screen, inout ConsoleState) -> Result) -> Result {
    if layers.isEmpty {
      var view: any Screen = marketplace
      let result = body(&view, &state)
      if let changed = view as? MarketplaceScreen { marketplace = changed }
      return result
    }
    return body(&layers[layers.count - 1], &state)
  }

  private mutating func perform(_ command: Command, argument: String = "") -> [Work] {
    if isAskingUnseen, command != .back { return [] }
    if let steps = onTop({ $0.perform(command, &$1) }) { return take(steps) }
    switch command {
    case .help: open(HelpScreen(top.sections))
    case .messages: open(MessagesScreen())
    case .palette: open(PaletteScreen(history: paletteHistory))
    case .quit: return quit()
    case .redraw: request = .redraw
    case .suspend: request = .suspend
    case .refresh: return refresh()
    case .compareWays: return compareWays()
    case .theme, .keymap, .language: return set(command, to: argument)
    default: state.say(.warning, "\(command.rawValue) means nothing here.")
    }
    return []
  }

  private mutating func open(_ view: any Screen) {
    layers.append(view)
    isSettled = false
  }

  mutating func take(_ steps: [Step]) -> [Work] {
    steps.flatMap { take($0) }
  }

  mutating func take(_ step: Step) -> [Work] {
    isSettled = false
    switch step {
    case .start(let work): return [work]
    case .open(let view): open(view)
    case .close(let next):
      if !layers.isEmpty { layers.removeLast() }
      if let next { open(next) }
    case .closeChange(let name): layers.removeAll { $0.isAboutChange(of: name) }
    case .run(let command, let argument): return perform(command, argument: argument)
    case .ran(let text): paletteHistory = paletteHistory.filter { $0 != text } + [text]
    case .say(let tone, let text): state.say(tone, text)
    case .finish: return leave()
    }
    return []
  }

  private mutating func quit() -> [Work] {
    if layers.contains(where: { $0 is LeaveScreen }) { return leave() }
    var reasons = layers.compactMap { $0.reservation(state) }
    let running = state.operations.names.map { "\($0): \(state.operations[$0]?.change.words ?? "") is still under way" }
    if !running.isEmpty { reasons += running + ["What is under way goes on in the cluster."] }
    if reasons.isEmpty { return leave() }
    open(LeaveScreen(reasons: reasons))
    return []
  }

  /// Nothing is lost on the way out, not even when the line drops.
  private mutating func leave() -> [Work] {
    isFinished = true
    return layers.flatMap { $0.farewell(state) }
  }

  private mutating func compareWays() -> [Work] {
    guard state.session.isComparable, let dialect = state.dialect else {
      state.say(.warning, "Only a profile with a gateway and a kubeconfig has two ways to compare.")
      return []
    }
    open(ComparisonScreen())
    return [.compareWays(dialect)]
  }

  private mutating func refresh() -> [Work] {
    state.say(.note, "Reading everything again …")
    let questions = state.capabilityState.ask() + state.askRights(isAfresh: true)
    guard let dialect = state.dialect else { return questions }
    return Self.watches(dialect) + versionWatches(dialect) + questions
  }

  func versionWatches(_ dialect: Dialect) -> [Work] {
    Set(layers.compactMap(\.subject)).sorted().map { .watch(.versions(of: $0), dialect) }
  }
}

extension App {
  /// Shows the state.
  package func draw(on surface: inout Surface) -> Point? {
    guard isSettled else {
      var settled = self
      settled.settle()
      return settled.draw(on: &surface)
    }
    surface.fill(surface.bounds, style: state.theme["text"])
    guard surface.size.rows >= 10, surface.size.columns >= 40 else {
      drawTooSmall(on: &surface)
      return nil
    }
    let (rest, footer) = surface.bounds.split(bottom: 2)
    let (top, body) = rest.split(top: state.banner == nil ? 1 : 2)
    Header(state).draw(on: &surface, in: top.row(0))
    if let banner = state.banner {
      surface.write(
        " " + banner.truncated(to: top.size.columns - 2), row: 1, in: top, style: state.theme["dialog.danger"])
    }
    let bottom = layers.lastIndex { !$0.isOverlay }
    if bottom == nil { marketplace.draw(on: &surface, in: body, state) }
    for view in layers[(bottom ?? 0)...] { view.draw(on: &surface, in: body, state) }
    return Footer(state, self.top, pendingKeys).draw(on: &surface, in: footer) ?? self.top.cursor(in: body, state)
  }

  private func drawTooSmall(on surface: inout Surface) {
    let size = "\(surface.size.columns)×\(surface.size.rows)"
    let lines = "This window is too small: \(size). 40×10 is the least.".wrapped(to: surface.size.columns)
    for (row, line) in lines.enumerated() {
      surface.write(line, row: row, in: surface.bounds, style: state.theme["text"])
    }
  }
}
