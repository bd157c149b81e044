/// A rectangular grid of cells: the content of a screen, as a value.
///
/// Views draw on a surface and never on a terminal. A `TerminalScreen` shows it; a test reads it. Whatever is
/// written, no half of a wide character is left alone and no control character reaches a cell.
package struct Surface: Equatable, Sendable {
  /// Its extent.
  package let size: Size
  private var cells: [Cell]

  /// A blank surface.
  package init(size: Size) {
    self.size = Size(rows: max(0, size.rows), columns: max(0, size.columns))
    self.cells = Array(repeating: .blank, count: self.size.rows * self.size.columns)
  }

  /// The whole surface.
  package var bounds: Rect { Rect(size) }

  /// The cell at a position inside the bounds.
  package subscript(row: Int, column: Int) -> Cell {
    cells[row * size.columns + column]
  }

  /// The cells of one row.
  package func row(_ row: Int) -> ArraySlice<Cell> {
    cells[(row * size.columns)..<((row + 1) * size.columns)]
  }

  /// Writes `text` from `point` to the right, clipped to `area`, and returns the column after it.
  ///
  /// Drawing outside the area is not an error: views use the layout of their desired size, and are clipped to
  /// the available size. A wide character that is cut by an edge becomes a blank.
  @discardableResult
  package mutating func write(_ text: String, at point: Point, in area: Rect, style: Style = .plain) -> Int {
    var column = point.column
    guard area.rows.contains(point.row), bounds.rows.contains(point.row) else { return column + text.columns }
    let allowed = area.columns.clamped(to: bounds.columns)
    Glyph.forEach(in: text) { glyph in
      guard column < allowed.upperBound else { return false }
      put(glyph, row: point.row, column: column, in: allowed, style: style)
      column += glyph.columns
      return true
    }
    return column
  }

  /// Writes `text` at the left of row `row` of `area`.
  @discardableResult
  package mutating func write(_ text: String, row: Int, in area: Rect, style: Style = .plain) -> Int {
    write(text, at: Point(row: area.origin.row + row, column: area.origin.column), in: area, style: style)
  }

  /// Blanks `area` in `style`.
  package mutating func fill(_ area: Rect, style: Style = .plain) {
    for row in area.rows.clamped(to: bounds.rows) {
      for column in area.columns.clamped(to: bounds.columns) {
        set(Cell(style: style), row: row, column: column)
      }
    }
  }

  /// Merges `style` over the cells of `area`, keeping their text.
  package mutating func highlight(_ area: Rect, style: Style) {
    for row in area.rows.clamped(to: bounds.rows) {
      for column in area.columns.clamped(to: bounds.columns) {
        let index = row * size.columns + column
        cells[index].style = style.over(cells[index].style)
      }
    }
  }

  private mutating func put(_ glyph: Glyph, row: Int, column: Int, in allowed: Range<Int>, style: Style) {
    let end = column + glyph.columns
    guard column >= allowed.lowerBound, end <= allowed.upperBound else {
      for visible in (column..<end).clamped(to: allowed) {
        set(Cell(style: style), row: row, column: visible)
      }
      return
    }
    set(Cell(glyph, style: style), row: row, column: column)
    if glyph.columns == 2 { set(.continuation(style), row: row, column: column + 1) }
  }

  /// Replaces one cell; the other half of a wide character that it cuts becomes a blank.
  private mutating func set(_ cell: Cell, row: Int, column: Int) {
    let index = row * size.columns + column
    let old = cells[index]
    if old.columns == 2, column + 1 < size.columns { cells[index + 1] = Cell(style: cells[index + 1].style) }
    if old.columns == 0, cell.columns != 0, column > 0 { cells[index - 1] = Cell(style: cells[index - 1].style) }
    cells[index] = cell
  }
}

extension Surface: CustomStringConvertible {
  /// The text of the surface, one line a row, trailing blanks removed.
  package var description: String {
    (0..<size.rows).map { index in
      var line = String(row(index).compactMap { cell in cell.columns == 0 ? nil : cell.text })
      while line.last == " " { line.removeLast() }
      return line
    }
    .joined(separator: "\n")
  }
}

extension Surface {
  /// Draws a border around `area`, blanks the inside, and returns the inside.
  ///
  /// `title` is in the upper border. An area too small for a border has an empty inside.
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
