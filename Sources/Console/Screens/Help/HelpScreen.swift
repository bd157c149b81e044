import Platform
import Terminal

extension Page {
  static let help = Page("help", "Show the keys and what they do") { HelpScreen($0.sections) }
}

/// The keys and their commands, from the command table and the keymap.
struct HelpScreen: Screen {
  /// The sections of the screen that help was opened from.
  private let context: [KeySection]
  private var pager = Pager()

  init(_ context: [KeySection]) { self.context = context }

  var sections: [KeySection] { pager.sections }
  var prompt: Prompt? { pager.prompt }
  var identity: String? { "help" }
  func title(_ state: ConsoleState) -> String { state.words("Help") }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.back, .find, .pageDown, .copy]) }

  mutating func settle(_ state: inout ConsoleState) {
    pager.show(Self.lines(context, state), height: state.bodySize.rows)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = pager.handle(command, height: state.bodySize.rows) { return steps }
    return command == .back || command == .help ? [.close()] : nil
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    pager.type(key, height: state.bodySize.rows)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }

  static func lines(_ context: [KeySection], _ state: ConsoleState) -> [Line] {
    let others = KeySection.allCases.filter { !context.contains($0) }
    var lines: [Line] = []
    for section in context + others {
      let keymap = state.settings.keymaps[section.rawValue]
      let bound = Action.all(in: section).filter { !keymap.keys(for: $0).isEmpty }
      guard !bound.isEmpty else { continue }
      lines += Line(state.words(section.title), .helpSection).wrapped(to: state.size.columns - 2)
      for action in bound {
        let keys = keymap.keys(for: action).map(\.spelling).joined(separator: ", ")
        lines += row(keys, action, state)
      }
      lines.append(.blank)
    }
    lines += filterLines(state)
    lines.append(Line(state.words("After : only"), .helpSection))
    for command in Command.allCases where state.settings.isOnlyTyped(command) {
      lines += row(command.rawValue, .command(command), state)
    }
    return lines
  }

  /// The syntax of filters, which is that of `ksx list --where` too.
  private static func filterLines(_ state: ConsoleState) -> [Line] {
    let kube = state.shownKubernetes.nonEmpty ?? "1.32"
    let rows: [(String, Sentence)] = [
      ("word", "sought in title, name, category, provider, keywords, description and versions"),
      ("!word", "what the term leaves out, whichever it is"),
      ("-f letters", "these letters in this order in title or name"),
      ("-l app=web", "a label of the extension's object"),
      ("installed", "also update, failed, off, busy: how it stands"),
      ("state:failed", "also version, repo, category, needs; with : = != and, for versions, >= <= > <"),
      ("kube:\(kube)", "what runs on that Kubernetes; ks: the same of KubeSphere"),
      ("since:2h", "what has changed since, also since:2026-05-01"),
    ]
    let columns = state.size.columns - 2
    let width = min(24, columns / 3)
    return [Line(state.words("In a filter: all terms must hold"), .helpSection)]
      + rows.flatMap { key, words in
        (Line("  " + key.padded(to: width), .helpKey) + Line(state.words(words))).wrapped(
          to: columns, indent: width + 2)
      } + [.blank]
  }

  /// A command that is not possible in this cluster is dim, with the reason.
  private static func row(_ keys: String, _ action: Action, _ state: ConsoleState) -> [Line] {
    let columns = state.size.columns - 2
    var reason: Sentence?
    if case .command(let command) = action { reason = state.reasonAgainst(command) }
    let width = min(24, columns / 3)
    let key = keys.columns < width ? keys.padded(to: width) : keys.truncated(to: width - 1) + " "
    let summary = state.words(action.summary)
    let text = reason.map { Line(state.words("{0} (not here: {1})", summary, state.words($0)), .dim) } ?? Line(summary)
    return (Line("  " + key, reason == nil ? .helpKey : .dim) + text).wrapped(to: columns, indent: width + 2)
  }
}

extension Settings {
  /// Whether no key is bound to the command, so that it can only be typed.
  fileprivate func isOnlyTyped(_ command: Command) -> Bool {
    KeySection.allCases.allSatisfy { keymaps[$0.rawValue].keys(for: .command(command)).isEmpty }
  }
}

extension KeySection {
  /// The heading in the help.
  var title: String {
    switch self {
    case .everywhere: "Everywhere"
    case .list: "In a list: what it is sorted by"
    case .text: "In a text"
    case .marketplace: "In the marketplace, and on an extension"
    case .extension: "On an extension"
    case .versions: "In the versions of an extension"
    case .gateway: "In what the gateway serves"
    case .progress: "While a change is followed"
    case .repositories: "In the repositories"
    case .plan: "In a plan"
    case .merge: "Where two have changed a config"
    case .draft: "On a draft"
    case .prompt: "While typing a line"
    case .editor: "In the editor"
    }
  }
}
