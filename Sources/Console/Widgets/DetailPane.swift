import Terminal

/// The details of the selected row of a list, under or beside it; the scroll position returns to the top whenever
/// another row is selected.
///
/// The keys for panes focus it and the list in turn.
struct DetailPane: Sendable {
  private(set) var isFocused = false
  private var subject: String?
  private var scroll = Scroll()

  /// Follows the selection in the list.
  mutating func settle(_ selected: String?) {
    if selected != subject { (subject, scroll, isFocused) = (selected, Scroll(), false) }
  }

  /// Performs `command` on the `count` lines in `height` rows; returns whether it applies to them.
  mutating func perform(_ command: Command, height: Int, count: Int) -> Bool {
    switch command {
    case .nextPane, .previousPane: isFocused = !isFocused && count > height
    case .back where isFocused: isFocused = false
    default:
      guard isFocused, let distance = distance(of: command, height: height, count: count) else { return false }
      scroll.move(by: distance, height: height, count: count)
    }
    return true
  }

  /// Draws the lines below an empty row, which becomes a rule while the pane is focused.
  func draw(_ lines: [Line], on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, text) = area.split(top: 1)
    if isFocused {
      surface.write(String(repeating: "─", count: top.size.columns), row: 0, in: top, style: state.theme[.accent])
    }
    surface.draw(Array(lines.dropFirst(scroll.top)), in: text.inset(columns: 1), state)
  }
}
