import Terminal

/// Asks before leaving while something would be lost or is still going on.
struct LeaveView: View {
  let reasons: [String]

  var sections: [KeySection] { [.plan, .everywhere] }
  var isOverlay: Bool { true }
  func hints(_ desk: Desk) -> [Action] { .commands([.apply, .back]) }

  mutating func perform(_ command: Command, _ desk: inout Desk) -> [Step]? {
    switch command {
    case .apply: [.finish]
    // Asking twice to leave is an answer, too.
    case .quit: [.finish]
    case .back, .open: [.close()]
    default: []
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ desk: Desk) {
    let width = min(60, area.size.columns)
    let question = (reasons + [""]).flatMap { $0.wrapped(to: max(8, width - 4)) }
    let lines = question + ["Leave? \(keys(desk))"]
    let box = area.centered(Size(rows: lines.count + 2, columns: width))
    let inside = surface.frame(box, title: "Leave", style: desk.theme["dialog"], titleStyle: desk.theme["dialog.title"])
    for (row, line) in lines.enumerated() {
      surface.write(line, row: row, in: inside.inset(columns: 1), style: desk.theme["dialog"])
    }
  }

  private func keys(_ desk: Desk) -> String {
    let yes = desk.settings.keys(for: .apply, in: sections).first ?? "y"
    let no = desk.settings.keys(for: .back, in: sections).first ?? "esc"
    return "\(yes) leaves, \(no) stays."
  }
}
