import Terminal

/// The scroll position of a list or text.
struct Scroll: Hashable, Sendable {
  /// The first row shown.
  private(set) var top = 0

  /// Scrolls just far enough to show `row` in a window of `height` rows over `count`, and leaves no row unused.
  mutating func show(_ row: Int, height: Int, count: Int) {
    top = min(top, row)
    top = max(top, row - max(1, height) + 1)
    clamp(height: height, count: count)
  }

  /// Moves the window by `rows`, without leaving the list.
  mutating func move(by rows: Int, height: Int, count: Int) {
    top += rows
    clamp(height: height, count: count)
  }

  private mutating func clamp(height: Int, count: Int) {
    top = max(0, min(top, count - height))
  }
}

extension Surface {
  /// Draws into `row` the text `more`, which says how much is below, and `position` at the right end.
  mutating func drawOverflow(_ more: String, _ position: String, in row: Rect, _ theme: Theme) {
    write(more, row: 0, in: row, style: theme[.dim])
    let right = Point(row: row.origin.row, column: row.columns.upperBound - position.columns)
    write(position, at: right, in: row, style: theme[.dim])
  }

  /// Draws as many of `lines` as fit; the last row says how many do not.
  mutating func draw(_ lines: [Line], in area: Rect, _ state: ConsoleState) {
    guard !area.isEmpty else { return }
    let theme = state.theme
    let isCut = lines.count > area.size.rows
    if isCut, area.size.rows == 1 { return write(lines[0] + " …", row: 0, in: area, theme) }
    for (row, line) in lines.prefix(area.size.rows - (isCut ? 1 : 0)).enumerated() {
      write(line, row: row, in: area, theme)
    }
    guard isCut else { return }
    drawOverflow(state.words.more(lines.count - area.size.rows + 1), "", in: area.row(area.size.rows - 1), theme)
  }
}

extension Language {
  /// How many lines or rows are below; empty if there are none.
  func more(_ below: Int) -> String { below > 0 ? self("▼ {0} more", "\(below)") : "" }
}

/// The number of rows by which a command moves in a list that shows `height` of `count` rows; `nil` for commands that
/// do not move.
func distance(of command: Command, height: Int, count: Int) -> Int? {
  switch command {
  case .up: -1
  case .down: 1
  case .halfUp: -max(1, height / 2)
  case .halfDown: max(1, height / 2)
  case .pageUp: -max(1, height - 1)
  case .pageDown: max(1, height - 1)
  case .first: -count
  case .last: count
  default: nil
  }
}
