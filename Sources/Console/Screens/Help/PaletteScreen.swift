import Client
import Extensions
import Platform
import Terminal

/// The `:` prompt, which lists all matching commands while the user types.
struct PaletteScreen: Screen {
  private var field: LinePrompt
  /// The commands that were run before, oldest first.
  private let history: [String]
  /// The current extension.
  let subject: String?
  /// The keymap sections of the screen below, whose keys are shown.
  private let below: [KeySection]
  private var entries: [PaletteEntry] = []
  private var list = ListView<PaletteEntry>()
  /// Whether the user has moved the selection, perhaps to an entry that is not possible.
  private var isChosen = false

  init(history: [String], subject: String?, below: [KeySection]) {
    field = LinePrompt(history: [])
    (self.history, self.subject, self.below) = (history, subject, below)
  }

  var sections: [KeySection] { [.prompt] }
  var isOverlay: Bool { true }
  var prompt: Prompt? { Prompt(label: ": ", field: field, verb: "run") }
  func hints(_ state: ConsoleState) -> [Hint] {
    [Hint(.open), Hint(.nextPane, state.words("complete")), Hint(.up, state.words("choose"))] + .commands([.back])
  }

  mutating func settle(_ state: inout ConsoleState) {
    entries = PaletteList(state, subject: subject, sections: below).entries(for: field.text, recent: history)
    let top = isChosen ? nil : entries.first?.id
    list.settle(entries, height: height(state), preferring: top)
  }

  private func height(_ state: ConsoleState) -> Int {
    min(max(1, entries.count), max(3, state.bodySize.rows / 2)) + 1
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .open: return run(state)
    case .nextPane: complete()
    default: isChosen = list.move(command, in: entries, height: height(state)) || isChosen
    }
    return []
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    switch field.handle(key) {
    case .accepted: return run(state)
    case .cancelled: return [.close()]
    case .edited: isChosen = false
    case .ignored: break
    }
    return []
  }

  /// Runs the selected entry, or shows why it is not possible.
  private func run(_ state: ConsoleState) -> [Step] {
    let entries =
      isChosen
      ? entries
      : PaletteList(state, subject: subject, sections: below)
        .entries(for: field.text, recent: history)
    let selected = isChosen ? entries.first { $0.id == list.selected } : entries.first
    guard let entry = selected else { return [.close()] + stepsWithoutEntry(state) }
    if entry.command.needsArgument, entry.argument.isEmpty {
      return [.close(), .complain("\(entry.text) takes a word: \(entry.remark)")]
    }
    if let reason = entry.reason { return [.close(), .complain(refusal(of: entry, reason, state))] }
    return [.close(), .ran(entry.text), .run(entry.command, argument: entry.argument)]
  }

  /// Why `entry` is not possible, in the words in which its key says it.
  private func refusal(of entry: PaletteEntry, _ reason: Sentence, _ state: ConsoleState) -> Sentence {
    let name = entry.argument.split(separator: " ").first.map(String.init) ?? subject
    let obstacle = entry.command.change.flatMap { kind in name.flatMap { state.obstacle(to: kind, of: $0) } }
    return obstacle ?? "Cannot \(entry.text): \(reason)."
  }

  /// Handles a text without entries: shows why there are none, or passes the argument to the command, which reports it.
  private func stepsWithoutEntry(_ state: ConsoleState) -> [Step] {
    let words = field.text.split(separator: " ").map(String.init)
    guard let found = PaletteList.command(in: words), words.count > found.words else {
      if let verb = words.first, PaletteList.onlyForScripts.contains(verb) {
        return [.complain("\(verb) is a command for the shell: ksx \(verb) -h tells more.")]
      }
      return [.complain("There is no command \(field.text); ? shows all of them.")]
    }
    return [.run(found.command, argument: words.dropFirst(found.words).joined(separator: " "))]
  }

  private mutating func complete() {
    guard let entry = entries.first(where: { $0.id == list.selected }) else { return }
    field = LinePrompt(text: entry.text + " ")
    isChosen = false
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let box = area.split(bottom: height(state)).bottom
    surface.fill(box, style: state.theme[.dialog])
    let frame = ListFrame(emptiness: Line(state.words("Nothing is called so."), .dim))
    list.draw(entries, Self.columns(state.words), frame, on: &surface, in: box, state)
  }

  private static func columns(_ words: Language) -> [Column<PaletteEntry>] {
    [
      Column("", width: 18, upTo: 30, rank: 0, style: { $0.reason == nil ? .promptMatch : .dim }) { $0.text },
      Column("", width: 12, upTo: 200, rank: 1, style: { _ in .dim }) { entry in
        entry.reason.map { words("not here: {0}", words($0)) } ?? entry.remark
      },
      Column("", width: 9, rank: 2, isTrailing: true, style: { _ in .helpKey }) { $0.key },
    ].tight()
  }
}
