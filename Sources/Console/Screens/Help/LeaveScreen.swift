import Terminal

/// Asks before leaving while something would be lost or is still going on.
struct LeaveScreen: Screen {
  let reasons: [String]

  var sections: [KeySection] { [.plan, .everywhere] }
  var isOverlay: Bool { true }
  var question: Question? { Question(reasons) }
  func hints(_ state: ConsoleState) -> [Action] { .commands([.apply, .back]) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .apply: [.finish]
    // Asking twice to leave is an answer, too.
    case .quit: [.finish]
    case .back, .open: [.close()]
    default: []
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let width = min(60, area.size.columns)
    let question = (reasons + [""]).flatMap { $0.wrapped(to: max(8, width - 4)) }
    let lines = question + ["Leave? \(keys(state))"]
    let box = area.centered(Size(rows: lines.count + 2, columns: width))
    let inside = surface.frame(
      box, title: "Leave", style: state.theme["dialog"], titleStyle: state.theme["dialog.title"])
    for (row, line) in lines.enumerated() {
      surface.write(line, row: row, in: inside.inset(columns: 1), style: state.theme["dialog"])
    }
  }

  private func keys(_ state: ConsoleState) -> String {
    let yes = state.settings.keys(for: .apply, in: sections).first ?? "y"
    let no = state.settings.keys(for: .back, in: sections).first ?? "esc"
    return "\(yes) leaves, \(no) stays."
  }
}
