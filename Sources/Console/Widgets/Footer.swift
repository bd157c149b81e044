import Extensions
import Platform
import Terminal

/// The last rows: messages, the line being typed, and key hints.
struct Footer {
  private let state: ConsoleState
  private let view: any Screen
  private let pendingKeys: [Key]

  init(_ state: ConsoleState, _ view: any Screen, _ pendingKeys: [Key]) {
    self.state = state
    self.view = view
    self.pendingKeys = pendingKeys
  }

  /// Draws all rows and returns the position of the cursor if a line is being typed.
  func draw(on surface: inout Surface, in area: Rect) -> Point? {
    let (zone, last) = area.split(bottom: 1)
    surface.write(pendingKeys.isEmpty ? hintLine(last.size.columns) : continuations, row: 0, in: last, state.theme)
    let grammar = state.grammarLines
    let lines = state.messageLines.prefix(max(0, zone.size.rows - state.typedRows))
    for (row, line) in grammar.enumerated() {
      surface.write(line, row: lines.count + row, in: zone.split(left: 1).rest, state.theme)
    }
    for (row, line) in lines.enumerated() {
      surface.write(line, row: row, in: zone.split(left: 1).rest, state.theme)
    }
    guard let prompt = view.prompt else { return nil }
    let bottom = zone.row(zone.size.rows - 1)
    let end = surface.write(" " + state.words(prompt.label), row: 0, in: bottom, style: state.theme[.prompt])
    return prompt.field.draw(on: &surface, in: bottom.split(left: end).rest, style: state.theme[.prompt])
  }

  /// The action of a click in `column` of the last row.
  func action(at column: Int) -> Action? {
    guard pendingKeys.isEmpty else { return nil }
    return placed(state.size.columns).first { ($0.column..<$0.end).contains(column) }?.hint.action
  }

  private struct PlacedHint {
    var hint: Hint
    var key: String
    var column: Int

    var end: Int { column + key.columns + 1 + hint.words.columns }
  }

  private func hintLine(_ columns: Int) -> Line {
    placed(columns).reduce(Line(" ", .dim)) { line, placed in
      let gap = String(repeating: " ", count: max(0, placed.column - line.text.columns))
      return line + Line(gap, .dim) + Line(placed.key, .helpKey) + Line(" " + placed.hint.words, .dim)
    }
  }

  /// The key hints, as many as fit; the last one always opens the palette of all keys.
  private func placed(_ columns: Int) -> [PlacedHint] {
    var result: [PlacedHint] = []
    var column = 1
    let more = place(Hint(.palette, "more"), at: 0)
    let reserved = more.map { $0.end + 2 } ?? 0
    for hint in important + view.hints(state) where hint.action != .command(.palette) {
      guard let placed = place(hint, at: column), placed.end + reserved < columns,
        !result.contains(where: { $0.hint.action == hint.action })
      else { continue }
      result.append(placed)
      column = placed.end + 2
    }
    return result + (more.map { [PlacedHint(hint: $0.hint, key: $0.key, column: column)] } ?? [])
  }

  /// The hint for reading messages that did not fit.
  private var important: [Hint] {
    state.isMessageCut && view.prompt == nil ? [Hint(.messages, state.words("all of it"))] : []
  }

  /// Places `hint`, or returns `nil` if it has no key on this screen.
  private func place(_ hint: Hint, at column: Int) -> PlacedHint? {
    guard let key = state.settings.keys(for: hint.action, in: view.sections).first else { return nil }
    // While a line is typed, enter does what the prompt says.
    let verb = hint.action == .command(.open) ? view.prompt.map { state.words($0.verb) } : nil
    let words = verb ?? hint.words
    return PlacedHint(hint: Hint(hint.action, state.words(words)), key: key, column: column)
  }

  private var continuations: Line {
    var line = Line(" \(pendingKeys.spelling) …  ", .helpKey)
    for section in view.sections {
      for binding in state.settings.keymaps[section.rawValue].continuations(of: pendingKeys) {
        line = line + Line(binding.keys.spelling, .helpKey) + Line(" \(state.words(binding.command.hint))  ", .dim)
      }
    }
    return line
  }
}

extension Command {
  /// A word for the footer.
  var hint: String {
    switch self {
    case .nextPane: "next"
    case .pageUp: "up"
    case .pageDown: "down"
    case .pickVersion: "version"
    case .addPrerequisites: "put first"
    case .takeTheirs: "theirs"
    case .takeMine: "mine"
    case .takeBoth: "both"
    case .takeNeither: "neither"
    case .keepDraft: "keep as draft"
    case .writeFile: "write file"
    case .reveal: "secrets"
    case .change(.rollBack): "roll back"
    case .change(.configure): "config"
    case .palette: "more"
    case .compareWays: "compare"
    case .sort(let sorting): sorting.rawValue
    default: rawValue.spoken
    }
  }
}

extension String {
  /// The name of a command in words.
  var spoken: String { split(separator: "-").joined(separator: " ") }
}
