import Client
import Extensions
import Manifest
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

  var desk: Desk
  private var marketplace = MarketplaceView()
  /// The views above the marketplace, the topmost last.
  var layers: [any View] = []
  private var pendingKeys: [Key] = []
  private var paletteHistory: [String] = []
  private var isSettled = false

  /// What only the owner of the terminal can do.
  package enum TerminalRequest: Hashable, Sendable {
    case redraw, suspend
  }

  /// An app for the cluster that `session` describes.
  package init(_ session: Session, settings: Settings, now: Moment) {
    desk = Desk(session.description, settings, now: now)
    desk.knowledge = Knowledge(session)
    desk.link.take(session.description.way, at: now)
    for problem in settings.problems { desk.say(.error, problem) }
  }

  /// What to do when the console opens.
  package mutating func start() -> [Work] {
    [.recall] + desk.knowledge.askIfOld(at: desk.now) + (desk.dialect.map(Self.watches) ?? []) + desk.askRights()
  }

  /// Plugins stand on no shelves.
  static func watches(_ dialect: Dialect) -> [Work] {
    (dialect.era == .plugin ? [] : [.watch(.categories, dialect)])
      + [.watch(.extensions, dialect), .watch(.installations, dialect)]
  }

  /// When the app wants to hear `Message.time` at the latest.
  package var nextWakeUp: Moment? {
    ([desk.link.nextChange(after: desk.now), desk.link.nextProbe] + layers.map(\.nextWakeUp)).compactMap { $0 }.min()
  }

  /// Changes the state as `message` says at `now`, and returns what is to be done outside.
  package mutating func handle(_ message: Message, at now: Moment) -> [Work] {
    desk.now = now
    let watched = Set(layers.compactMap(\.subject))
    var works: [Work]
    if case .key(let key) = message {
      settle()
      desk.journal.goOn(at: now)
      works = press(key) + desk.knowledge.askIfOld(at: now) + desk.askRightsIfOld()
    } else {
      works = hear(message)
    }
    isSettled = false
    works += follow(watched)
    return works
  }

  /// Starts to watch the versions of what is looked at now, and stops what nobody looks at any more.
  private mutating func follow(_ former: Set<String>) -> [Work] {
    guard let dialect = desk.dialect else { return [] }
    let wanted = Set(layers.compactMap(\.subject))
    for name in former.subtracting(wanted) {
      desk.market.forgetVersions(of: name)
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
    defer { desk.errands = [] }
    return desk.errands
  }

  /// Brings what is derived from the state up to date, once for any number of messages.
  package mutating func settle() {
    guard !isSettled else { return }
    marketplace.settle(&desk)
    for index in layers.indices { layers[index].settle(&desk) }
    desk.market.settled()
    isSettled = true
  }

  private mutating func press(_ key: Key) -> [Work] {
    switch key {
    case .resized: return []
    case .closed: return leave()
    case .mouse(let action, let place): return point(action, at: place)
    default: break
    }
    pendingKeys.append(key)
    switch desk.settings.match(pendingKeys, in: top.sections) {
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
      return isAlone ? take(onTop { $0.type(key, &$1) }) : press(key)
    }
  }

  /// Views count from their own corner.
  private mutating func point(_ action: Key.Mouse, at point: Point) -> [Work] {
    guard desk.body.contains(point) else { return [] }
    let row = point.row - desk.body.origin.row
    return take(onTop { $0.type(.mouse(action, Point(row: row, column: point.column)), &$1) })
  }

  private var top: any View { layers.last ?? marketplace }

  private mutating func onTop<Result>(_ body: (inout any View, inout Desk) -> Result) -> Result {
    if layers.isEmpty {
      var view: any View = marketplace
      let result = body(&view, &desk)
      if let changed = view as? MarketplaceView { marketplace = changed }
      return result
    }
    return body(&layers[layers.count - 1], &desk)
  }

  private mutating func perform(_ command: Command, argument: String = "") -> [Work] {
    if let steps = onTop({ $0.perform(command, &$1) }) { return take(steps) }
    switch command {
    case .help: open(HelpView(top.sections))
    case .messages: open(MessagesView())
    case .palette: open(PaletteView(history: paletteHistory))
    case .quit: return quit()
    case .redraw: request = .redraw
    case .suspend: request = .suspend
    case .refresh: return refresh()
    case .compareWays: return compareWays()
    case .theme, .keymap, .language: set(command, to: argument)
    default: desk.say(.warning, "\(command.rawValue) means nothing here.")
    }
    return []
  }

  private mutating func open(_ view: any View) {
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
    case .say(let tone, let text): desk.say(tone, text)
    case .finish: return leave()
    }
    return []
  }

  private mutating func quit() -> [Work] {
    if layers.contains(where: { $0 is LeaveView }) { return leave() }
    var reasons = layers.compactMap { $0.reservation(desk) }
    let running = desk.operations.names.map { "\($0): \(desk.operations[$0]?.change.words ?? "") is still under way" }
    if !running.isEmpty { reasons += running + ["What is under way goes on in the cluster."] }
    if reasons.isEmpty { return leave() }
    open(LeaveView(reasons: reasons))
    return []
  }

  /// Nothing is lost on the way out, not even when the line drops.
  private mutating func leave() -> [Work] {
    isFinished = true
    return layers.flatMap { $0.farewell(desk) }
  }

  private mutating func compareWays() -> [Work] {
    guard desk.session.isComparable, let dialect = desk.dialect else {
      desk.say(.warning, "Only a profile with a gateway and a kubeconfig has two ways to compare.")
      return []
    }
    open(ComparisonView())
    return [.compareWays(dialect)]
  }

  private mutating func refresh() -> [Work] {
    desk.say(.note, "Reading everything again …")
    let questions = desk.knowledge.ask() + desk.askRights(isAfresh: true)
    guard let dialect = desk.dialect else { return questions }
    return Self.watches(dialect) + versionWatches(dialect) + questions
  }

  func versionWatches(_ dialect: Dialect) -> [Work] {
    Set(layers.compactMap(\.subject)).sorted().map { .watch(.versions(of: $0), dialect) }
  }

  private mutating func set(_ command: Command, to name: String) {
    switch command {
    case .theme:
      guard let theme = desk.settings.themes[name] else { return complain("theme", desk.settings.themes.keys) }
      desk.settings.theme = theme
    case .keymap:
      guard let keymaps = desk.settings.keymapsByName[name] else {
        return complain("keymap", desk.settings.keymapsByName.keys)
      }
      desk.settings.keymaps = keymaps
    default:
      guard ["en", "zh"].contains(name) else { return complain("language", ["en", "zh"]) }
      desk.settings.language = name
      desk.market.invalidate()
    }
    desk.say(.note, "\(command.rawValue): \(name)")
  }

  private mutating func complain(_ what: String, _ names: some Collection<String>) {
    desk.say(.warning, "\(what) NAME, where NAME is \(names.sorted().joined(separator: ", "))")
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
    surface.fill(surface.bounds, style: desk.theme["text"])
    guard surface.size.rows >= 10, surface.size.columns >= 40 else {
      drawTooSmall(on: &surface)
      return nil
    }
    let (rest, footer) = surface.bounds.split(bottom: 2)
    let (top, body) = rest.split(top: desk.banner == nil ? 1 : 2)
    Header(desk).draw(on: &surface, in: top.row(0))
    if let banner = desk.banner {
      surface.write(
        " " + banner.truncated(to: top.size.columns - 2), row: 1, in: top, style: desk.theme["dialog.danger"])
    }
    let bottom = layers.lastIndex { !$0.isOverlay }
    if bottom == nil { marketplace.draw(on: &surface, in: body, desk) }
    for view in layers[(bottom ?? 0)...] { view.draw(on: &surface, in: body, desk) }
    return Footer(desk, self.top, pendingKeys).draw(on: &surface, in: footer) ?? self.top.cursor(in: body, desk)
  }

  private func drawTooSmall(on surface: inout Surface) {
    let size = "\(surface.size.columns)×\(surface.size.rows)"
    let lines = "This window is too small: \(size). 40×10 is the least.".wrapped(to: surface.size.columns)
    for (row, line) in lines.enumerated() {
      surface.write(line, row: row, in: surface.bounds, style: desk.theme["text"])
    }
  }
}
