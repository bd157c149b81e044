import Platform
import Terminal

/// Asks for confirmation before leaving, if something would be lost or is in progress.
struct LeaveScreen: Screen {
  let reasons: [Sentence]

  var sections: [KeySection] { [.everywhere] }
  var isOverlay: Bool { true }
  var question: Question? { Question(reasons.map(\.english)) }
  func hints(_ state: ConsoleState) -> [Hint] {
    [Hint(.close, state.words("leave")), Hint(.back, state.words("stay"))]
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .close, .quit: [.leave]
    case .back, .open: [.close()]
    default: []
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let yes = state.settings.keys(for: .close, in: sections).first ?? "q"
    let no = state.settings.keys(for: .back, in: sections).first ?? "esc"
    surface.drawBox(
      state.words("Leave"),
      reasons.map { state.words($0) } + ["", state.words("Leave? {0} leaves, {1} stays.", yes, no)], in: area,
      state.theme
    )
  }
}

extension Surface {
  /// Draws a box with `lines` in the middle of `area`.
  mutating func drawBox(_ title: String, _ lines: [String], in area: Rect, _ theme: Theme) {
    let width = min(60, area.size.columns)
    let lines = lines.flatMap { $0.wrapped(to: max(8, width - 4)) }
    let box = area.centered(Size(rows: lines.count + 2, columns: width))
    let inside = frame(box, title: title, style: theme[.dialog], titleStyle: theme[.dialogTitle])
    for (row, line) in lines.enumerated() {
      write(line, row: row, in: inside.inset(columns: 1), style: theme[.dialog])
    }
  }
}
