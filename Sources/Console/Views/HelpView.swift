import Terminal

/// The keys and what they do, made of the command table and the keymap.
struct HelpView: View {
  /// The sections of the view that help was asked from.
  private let context: [KeySection]
  private var pager = Pager()

  init(_ context: [KeySection]) { self.context = context }

  var sections: [KeySection] { [.everywhere] }
  func hints(_ desk: Desk) -> [Action] { .commands([.back, .pageDown, .pageUp]) }

  mutating func settle(_ desk: inout Desk) {
    pager.show(Self.lines(context, desk), height: desk.bodySize.rows)
  }

  mutating func perform(_ command: Command, _ desk: inout Desk) -> [Step]? {
    if command == .back || command == .help { return [.close()] }
    return pager.perform(command, height: desk.bodySize.rows) ? [] : nil
  }

  mutating func type(_ key: Key, _ desk: inout Desk) -> [Step] {
    _ = pager.wheel(key, height: desk.bodySize.rows)
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ desk: Desk) {
    pager.draw(on: &surface, in: area.inset(columns: 1), desk.theme)
  }

  static func lines(_ context: [KeySection], _ desk: Desk) -> [Line] {
    let others = KeySection.allCases.filter { !context.contains($0) }
    var lines: [Line] = []
    for section in context + others {
      let keymap = desk.settings.keymaps[section.rawValue]
      let bound = Action.all(in: section).filter { !keymap.keys(for: $0).isEmpty }
      guard !bound.isEmpty else { continue }
      lines += Line(section.title, "help.section").wrapped(to: desk.size.columns - 2)
      for action in bound {
        let keys = keymap.keys(for: action).map(\.spelling).joined(separator: ", ")
        lines += row(keys, action.summary, columns: desk.size.columns - 2)
      }
      lines.append(.blank)
    }
    lines.append(Line("After : only", "help.section"))
    for command in Command.allCases where command.needsArgument {
      lines += row(command.rawValue, command.summary, columns: desk.size.columns - 2)
    }
    return lines
  }

  private static func row(_ keys: String, _ summary: String, columns: Int) -> [Line] {
    let width = min(24, columns / 3)
    let key = keys.columns < width ? keys.padded(to: width) : keys.truncated(to: width - 1) + " "
    return (Line("  " + key, "help.key") + Line(summary)).wrapped(to: columns, indent: width + 2)
  }
}

extension KeySection {
  /// What help calls it.
  var title: String {
    switch self {
    case .everywhere: "Everywhere"
    case .marketplace: "In the marketplace, and on an extension"
    case .extension: "On an extension"
    case .plan: "In a plan"
    case .prompt: "While typing a line"
    case .editor: "In the editor"
    }
  }
}
