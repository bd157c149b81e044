extension Surface {
  /// Draws a border around `area`, blanks what is inside, and returns the inside.
  ///
  /// `title` stands in the upper border. An area too small for a border has an empty inside.
  @discardableResult
  package mutating func frame(_ area: Rect, title: String = "", style: Style = .plain, titleStyle: Style? = nil) -> Rect
  {
    fill(area, style: style)
    guard area.size.rows >= 2, area.size.columns >= 2 else { return area.inset(rows: 1, columns: 1) }
    let line = String(repeating: "─", count: area.size.columns - 2)
    write("┌\(line)┐", row: 0, in: area, style: style)
    for row in 1..<(area.size.rows - 1) {
      write("│", row: row, in: area, style: style)
      write("│", row: row, in: area.split(left: area.size.columns - 1).rest, style: style)
    }
    write("└\(line)┘", row: area.size.rows - 1, in: area, style: style)
    if !title.isEmpty {
      let room = area.inset(columns: 2)
      write(" \(title) ".truncated(to: room.size.columns), row: 0, in: room, style: titleStyle ?? style)
    }
    return area.inset(rows: 1, columns: 1)
  }
}
