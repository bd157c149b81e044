import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The values of an extension's chart with the config that overrides them, also for an extension that is not installed.
///
/// A key can be selected, at which the editor then begins.
struct ConfigPage: ExtensionPage {
  let name: String
  private var sheet: ConfigSheet?
  private var inputs: Inputs?
  /// The lines of the config that other clients have changed since this computer wrote it.
  private var outsideChanges: [LineDifference.Line] = []
  private var selected = 0
  private var scroll = Scroll()
  private var height = 1
  private var columns = 80
  private var isRevealed = false
  private var search = TextSearch()

  var sections: [KeySection] { [.text] }
  var prompt: Prompt? { search.prompt }

  init(_ name: String) { self.name = name }

  /// What the sheet is made from.
  private struct Inputs: Hashable {
    var key: EvidenceKey
    var hasPackage: Bool
    var installation: Installation?
    var config: String
  }

  private var rows: [ConfigSheet.Row] { sheet?.rows ?? [] }
  /// The rows that can be selected: those with a key, or all if there are no keys.
  private var selectableRows: [Int] {
    let keys = rows.indices.filter { rows[$0].path != nil }
    return keys.isEmpty ? Array(rows.indices) : keys
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    let installation = state.market.installed.of(name)
    return [.evidence(state.evidenceSubject(of: name, version(state)))] + (installation.map { [.restarts($0)] } ?? [])
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    // For an extension that is not installed, the config is part of the installation.
    let kind: ChangeKind = state.market.installed.of(name) == nil ? .install : .configure
    let edit: [Command] = state.isPossible(kind, for: name) ? [.configure] : []
    return .commands(edit + (rows.contains { $0.unmaskedText != nil } ? [.reveal] : []))
  }

  /// The installed version, or the one that would be installed.
  private func version(_ state: ConsoleState) -> String {
    state.market.installed.of(name)?.version ?? state.market.extensions[name]?.recommendedVersion ?? ""
  }

  mutating func settle(_ size: Size, _ state: ConsoleState) {
    columns = size.columns
    let key = EvidenceKey(state.evidenceSubject(of: name, version(state)))
    let installation = state.market.installed.of(name)
    let current = Inputs(
      key: key, hasPackage: state.evidence[key]?.package != nil, installation: installation,
      config: state.config(of: name) ?? "")
    if current != inputs {
      inputs = current
      sheet = state.evidence[key]?.package.map {
        ConfigSheet($0, config: current.config, overrides: installation?.overrides ?? [:])
      }
      if sheet == nil, !current.config.isEmpty { sheet = ConfigSheet(config: current.config) }
      outsideChanges = installation.flatMap { state.records.memories[name]?.differences(from: $0) } ?? []
      search.seek(in: rows.lazy.map(\.text))
    }
    let room = size.rows - header(state).count
    height = max(1, rows.count > room ? room - 1 : room)
    selected = selectableRows.first { $0 >= selected } ?? selectableRows.last ?? 0
    scroll.show(selected, height: height, count: rows.count)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if prompt != nil { return performWhileFinding(command) }
    switch command {
    case .reveal: isRevealed.toggle()
    case .configure: return edit(state)
    case .find: search.begin()
    case .findNext: return follow(search.go(by: 1))
    case .findPrevious: return follow(search.go(by: -1))
    case .back where search.isActive: search.end()
    default:
      guard let distance = distance(of: command, height: height, count: rows.count) else { return nil }
      move(by: distance)
    }
    return []
  }

  private mutating func performWhileFinding(_ command: Command) -> [Step]? {
    switch command {
    case .open: return search.accept()
    case .back: search.end()
    default:
      if let distance = distance(of: command, height: height, count: rows.count) { move(by: distance) }
    }
    return []
  }

  mutating func type(_ key: Key) -> [Step] { follow(search.type(key, in: rows.lazy.map(\.text), from: selected)) }

  /// Selects the first key at or after the found line.
  private mutating func follow(_ outcome: TextSearch.Outcome) -> [Step] {
    if let line = outcome.line { selected = selectableRows.first { $0 >= line } ?? selected }
    return outcome.steps
  }

  /// Moves the selection by keys; comments scroll past on the way.
  private mutating func move(by distance: Int) {
    let selectableRows = selectableRows
    guard let index = selectableRows.firstIndex(of: selected) else { return }
    selected = selectableRows[max(0, min(selectableRows.count - 1, index + distance))]
    // With the first key, the lines above it are shown too.
    if selected == selectableRows.first { scroll.move(by: -rows.count, height: height, count: rows.count) }
  }

  /// Opens the editor at the selected key; for an extension that is not installed, the config is part of the
  /// installation.
  private func edit(_ state: ConsoleState) -> [Step] {
    let path = rows.prefix(selected + 1).last { $0.path != nil }?.path
    if state.market.installed.of(name) == nil, let version = state.market.extensions[name]?.recommendedVersion {
      return [.open(ConfigScreen(name, .plan(.install(version: version, config: "")), state, at: path))]
    }
    guard let steps = beginChange(.configure, on: name, state) else { return [] }
    return steps.map { step in
      guard case .open(let screen) = step, screen is ConfigScreen else { return step }
      return .open(ConfigScreen(name, .configure, state, at: path))
    }
  }

  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step] {
    let row = scroll.top + point.row - header(state).count
    switch action {
    case .wheelUp: move(by: -3)
    case .wheelDown: move(by: 3)
    case .click where rows.indices.contains(row): selected = row
    default: break
    }
    return []
  }

  var progress: String {
    rows.count > height ? "\(min(100, (scroll.top + height) * 100 / rows.count)) %" : ""
  }

  /// Whether the config is in effect, and how other clients have changed it.
  private func header(_ state: ConsoleState) -> [Line] { standing(state) + (rows.isEmpty ? [] : absence(state)) }

  private func standing(_ state: ConsoleState) -> [Line] {
    guard let installation = state.market.installed.of(name) else {
      return Line(state.words("Not installed: these are the chart's values, version {0}.", version(state)), .dim)
        .wrapped(to: columns)
    }
    let changes = outsideChanges.prefix(4).map { change in
      Line((change.kind == .added ? "+ " : "- ") + change.shown, change.kind == .added ? .diffAdded : .diffRemoved)
    }
    let changeLines =
      changes.isEmpty
      ? [] : [Line(state.words("It was changed elsewhere since it was last written here:"), .dim)] + changes
    return state.effect(installation).wrapped(to: columns, indent: 2) + changeLines
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let header = header(state)
    for (row, line) in header.enumerated() where row < area.size.rows {
      surface.write(line, row: row, in: area, state.theme)
    }
    let body = area.split(top: header.count).rest
    if rows.isEmpty { return surface.draw(absence(state), in: body, state) }
    let below = rows.count - scroll.top - height
    if below > 0, body.size.rows > 1 {
      surface.drawOverflow(state.words.more(below), progress, in: body.row(body.size.rows - 1), state.theme)
    }
    for (offset, row) in rows.dropFirst(scroll.top).prefix(height).enumerated() {
      let isSelected = scroll.top + offset == selected
      surface.write(
        Line(isSelected ? ">" : " ", .accent) + line(row, columns: body.size.columns - 1, state.words), row: offset,
        in: body,
        state.theme)
    }
    search.draw(on: &surface, in: body.split(left: 1).rest, from: scroll.top, state.theme) { rows[$0].text }
  }

  /// Why the chart's values are not shown; empty if they are.
  private func absence(_ state: ConsoleState) -> [Line] {
    let key = EvidenceKey(state.evidenceSubject(of: name, version(state)))
    guard let evidence = state.evidence[key] else { return [Line(state.words("Reading the chart's values …"), .dim)] }
    if let problem = evidence.packageProblem {
      return Line(state.words(problem), .statusWarning).wrapped(to: columns, indent: 2)
    }
    return rows.isEmpty ? [Line(state.words("The chart has no values."), .dim)] : []
  }

  private func line(_ row: ConfigSheet.Row, columns: Int, _ words: Language) -> Line {
    let text = isRevealed ? row.unmaskedText ?? row.text : row.text
    switch row.kind {
    case .own: return Line(text.truncated(to: columns))
    case .comment: return Line(text.truncated(to: columns), .yamlComment)
    case .note: return Line(text.truncated(to: columns), .dim)
    case .overridden(let origin), .unknown(let origin):
      let mark = "  <- \(words.origin(origin))"
      return Line(text.truncated(to: max(8, columns - mark.columns)), .versionNew) + Line(mark, .dim)
    }
  }
}

extension ConsoleState {
  /// Whether the config of `installation` is in effect, or why not.
  func effect(_ installation: Installation) -> Line {
    var effect = ConfigEffect(installation)
    effect.restarted = restarts[installation.extension].flatMap {
      $0.release == ConfigEffect.beginning(installation) ? $0.pods : nil
    }
    let style: StyleName =
      switch effect.state {
      case .inEffect: .statusOK
      case .failed: .statusError
      case .underWay, .waiting: .statusBusy
      }
    return Line(words("The config {0}", words(effect.text(at: Timestamp(secondsSince1970: Int(now.wall))))), style)
  }
}
