import Client
import Extensions
import Terminal

/// The `:` line: a command by name, completed while it is typed.
struct PaletteScreen: Screen {
  private var field: LinePrompt
  /// The candidate that tab has chosen, if it has.
  private var choice: Int?
  private var typed = ""

  init(history: [String]) { field = LinePrompt(history: history) }

  var sections: [KeySection] { [.prompt] }
  var isOverlay: Bool { true }
  var prompt: Prompt? { Prompt(label: ":", field: field, verb: "run") }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.open, .nextPane, .back]) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .open: return run(state)
    case .nextPane: complete(by: 1, state)
    case .previousPane: complete(by: -1, state)
    case .up: _ = field.handle(.up)
    case .down: _ = field.handle(.down)
    default: break
    }
    return []
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    switch field.handle(key) {
    case .accepted: return run(state)
    case .cancelled: return [.close()]
    case .edited: (choice, typed) = (nil, field.text)
    case .ignored: break
    }
    return []
  }

  private func run(_ state: ConsoleState) -> [Step] {
    // A name of several words may be typed as such.
    if let command = Command(spoken: field.text.split(separator: " ").joined(separator: "-")) {
      return [.close(), .ran(field.text), .run(command)]
    }
    let words = field.text.split(separator: " ", maxSplits: 1).map(String.init)
    guard let first = words.first else { return [.close()] }
    let matching = Self.commands(first)
    guard matching.count == 1, let command = matching.first else {
      let names = matching.map(\.spokenName).sorted().joined(separator: ", ")
      let reason = names.isEmpty ? "There is no command \(first); ? shows all of them." : "\(first) could be \(names)."
      return [.close(), .complain(reason)]
    }
    let argument = words.count > 1 ? words[1].trimmed : ""
    return [.close(), .ran(field.text), .run(command, argument: argument)]
  }

  /// The command called `text`, or all whose names begin so.
  ///
  /// Moves have keys; they are run by their whole name only.
  private static func commands(_ text: String) -> [Command] {
    if let command = Command(spoken: text) { return [command] }
    return Command.allCases.filter { !$0.isMove && $0.spokenName.hasPrefix(text) }
  }

  /// What the typed text can become, each with what it does.
  private func candidates(_ state: ConsoleState) -> [(text: String, summary: String)] {
    let text = choice == nil ? field.text : typed
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count > 1, let command = Command(spoken: words[0]) else {
      return Command.allCases.filter { !$0.isMove && $0.spokenName.hasPrefix(text) }.map { command in
        let reason = state.reasonAgainst(command)
        return (command.spokenName, reason.map { "not here: \($0)" } ?? command.summary)
      }
    }
    let names: [String] =
      switch command {
      case .theme: state.settings.themes.keys.sorted()
      case .keymap: state.settings.keymapsByName.keys.sorted()
      case .language: ["en", "zh"]
      case .change(.install), .open: state.market.extensions.elements.keys.sorted()
      case .change: state.market.installations.elements.values.map(\.extension).sorted()
      default: []
      }
    return names.filter { $0.hasPrefix(words[1]) }.map { ("\(words[0]) \($0)", "") }
  }

  private mutating func complete(by step: Int, _ state: ConsoleState) {
    if choice == nil { typed = field.text }
    let all = candidates(state)
    guard !all.isEmpty else { return }
    let next = choice.map { ($0 + step + all.count) % all.count } ?? (step > 0 ? 0 : all.count - 1)
    let text = all[next].text
    let isOnly = all.count == 1 && Command(spoken: text)?.needsArgument == true
    field = LinePrompt(text: isOnly ? text + " " : text)
    if isOnly { (choice, typed) = (nil, field.text) } else { choice = next }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let all = candidates(state)
    let rows = min(all.count, max(1, area.size.rows / 2))
    let top = max(0, min((choice ?? 0) - rows + 1, all.count - rows))
    let box = area.split(bottom: rows).bottom
    for (offset, candidate) in all.dropFirst(top).prefix(rows).enumerated() {
      let line = box.row(offset)
      surface.fill(line, style: state.theme[.text])
      let isChosen = choice == top + offset
      let style = state.theme[isChosen ? .listSelected : .promptMatch]
      let end = surface.write(" " + candidate.text.padded(to: 16), row: 0, in: line, style: style)
      let rest = Point(row: line.origin.row, column: end)
      surface.write(" " + candidate.summary, at: rest, in: line, style: state.theme[.dim])
    }
  }
}
