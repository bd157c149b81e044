import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

extension Page {
  static let changes = Page("changes", "Show what was changed here, by whom, and what came of it") { _ in
    ChangesScreen()
  }
}

/// All known changes of all extensions, newest first.
struct ChangesScreen: Screen {
  private var rows: [PastChange] = []
  private var list = ListView<PastChange>()
  /// The revisions of the state that the rows were made from.
  private var made: (market: Int, lines: Int)?

  var sections: [KeySection] { [.marketplace, .list, .everywhere] }
  var place: Location? { .page(.changes) }
  var subject: String? { selected?.extension }
  func title(_ state: ConsoleState) -> String { state.words("Changes") }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { [.records] }
  func hints(_ state: ConsoleState) -> [Hint] {
    (selected.map { $0.hints(state) } ?? []) + .commands([.back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) {
    let revisions = (market: state.market.revision, lines: state.records.lines.count)
    if made?.market != revisions.market || made?.lines != revisions.lines {
      made = revisions
      rows = list.arranged(state.past, PastChange.columns(state, ofAll: true))
    }
    list.settle(rows, height: state.bodySize.rows, preferring: rows.first?.id)
  }

  private var selected: PastChange? { rows.first { $0.id == list.selected } }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .open: return selected.map { [.open(ChangeScreen($0))] } ?? []
    case .rollBack: return selected?.back(state) ?? []
    case .undo: return undo(on: selected?.extension, state)
    case .sort:
      guard list.sort(command, by: PastChange.columns(state, ofAll: true)) else { return nil }
      made = nil
      return []
    default:
      if list.move(command, in: rows, height: state.bodySize.rows) { return [] }
      return beginChange(command, on: selected?.extension, state)
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(let action, let point) = key,
      list.point(action, row: point.row, in: rows, height: state.bodySize.rows)
    else { return [] }
    return selected.map { [.open(ChangeScreen($0))] } ?? []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let emptiness = state.emptyLine(
      isFilled: state.market.isFilled, reading: state.words("Reading what was changed …"),
      otherwise: state.words("Nothing is known of changes in {0}.", state.session.cluster))
    let columns = PastChange.columns(state, ofAll: true, rows)
    list.draw(rows, columns, ListFrame(emptiness: emptiness), on: &surface, in: area, state)
  }
}

/// One change in detail: who, when, why, the result, and the config key by key.
struct ChangeScreen: Screen {
  private let change: PastChange
  private var pager = Pager()

  init(_ change: PastChange) { self.change = change }

  var sections: [KeySection] { prompt == nil ? [.text, .marketplace, .everywhere] : [.prompt] }
  var prompt: Prompt? { pager.prompt }
  var extensionName: String? { change.extension }
  var identity: String? { "change/\(change.id)" }
  func title(_ state: ConsoleState) -> String { state.words("Change") }
  func hints(_ state: ConsoleState) -> [Hint] {
    change.hints(state).filter { $0.action != .command(.open) } + .commands([.back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) {
    pager.show(lines(max(20, state.size.columns - 2), state), height: state.bodySize.rows)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = pager.handle(command, height: state.bodySize.rows) { return steps }
    switch command {
    case .back: return [.close()]
    case .rollBack: return change.back(state)
    case .undo: return undo(on: change.extension, state)
    default: return beginChange(command, on: change.extension, state)
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    pager.type(key, height: state.bodySize.rows)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }

  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    func row(_ label: String, _ text: String, _ style: StyleName = .text) -> [Line] {
      field(state.words(label), text, style, columns: columns, indent: 12)
    }
    let entry = change.entry
    let known =
      switch entry.source {
      case .thisComputer: state.words("what ksx noted on this computer")
      case .annotation: state.words("what ksx noted on the object")
      case .helm: state.words("helm's revisions")
      case .states: state.words("the states of the object")
      case .fields: state.words("who owns the object's fields")
      }
    return row("Change", state.words(change.sentence), .title)
      + row("Asked for", entry.what == change.words ? "" : state.words(Change.phrase(entry.what)))
      + row("When", "\(entry.time)  (\(state.words("{0} ago", state.age(of: entry.time))))")
      + row("Who", state.words(change.who(ownName: state.ownName)))
      + row("Why", entry.reason)
      + row("Result", state.words(change.resultWords.isEmpty ? "not known" : change.resultWords), change.style)
      + row("Known from", known) + configLines(columns, state.words)
  }

  private func configLines(_ columns: Int, _ words: Language) -> [Line] {
    guard let configs = change.configs else { return [] }
    let changes = ConfigDifference(configs.before, configs.after).lines
    let lines = changes.flatMap { line -> [Line] in
      let (sign, style): (String, StyleName) =
        line.before == nil ? ("+", .diffAdded) : line.after == nil ? ("-", .diffRemoved) : ("~", .diffChanged)
      let values = [line.before, line.after].compactMap { $0 }.joined(separator: " → ")
      return Line("\(sign) \(line.key): \(values)", style).wrapped(to: columns, indent: 2)
    }
    return section(words("Config"), lines)
  }
}
