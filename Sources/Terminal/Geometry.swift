/// A position on a surface.
///
/// Rows grow downwards, columns to the right; both start at zero.
package struct Point: Hashable, Sendable {
  /// The number of rows above it.
  package var row: Int
  /// The number of columns to the left of it.
  package var column: Int

  /// The position in `row` and `column`.
  package init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// An extent in cells.
package struct Size: Hashable, Sendable {
  /// The number of cells from top to bottom.
  package var rows: Int
  /// The number of cells from left to right.
  package var columns: Int

  /// An extent of `rows` by `columns`.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

/// An area of a surface.
///
/// It may be empty; it never has a negative extent.
package struct Rect: Hashable, Sendable {
  /// The top left corner.
  package var origin: Point
  /// The extent from there.
  package var size: Size

  /// The area of `size` whose top left corner is `origin`; a negative extent counts as zero.
  package init(_ origin: Point, _ size: Size) {
    self.origin = origin
    self.size = Size(rows: max(0, size.rows), columns: max(0, size.columns))
  }

  /// The area of `size` at the top left corner.
  package init(_ size: Size) {
    self.init(Point(row: 0, column: 0), size)
  }

  /// The rows it covers.
  package var rows: Range<Int> { origin.row..<(origin.row + size.rows) }
  /// The columns it covers.
  package var columns: Range<Int> { origin.column..<(origin.column + size.columns) }
  /// Whether it covers no cell.
  package var isEmpty: Bool { size.rows == 0 || size.columns == 0 }

  /// Whether `point` lies inside.
  package func contains(_ point: Point) -> Bool {
    rows.contains(point.row) && columns.contains(point.column)
  }

  /// The one-row area of row `index`, counted from the top of this area.
  package func row(_ index: Int) -> Rect {
    let isInside = (0..<size.rows).contains(index)
    return Rect(
      Point(row: origin.row + index, column: origin.column), Size(rows: isInside ? 1 : 0, columns: size.columns))
  }

  /// Splits `rows` rows off the top; returns them and the rest.
  package func split(top rows: Int) -> (top: Rect, rest: Rect) {
    let rows = min(max(0, rows), size.rows)
    return (
      Rect(origin, Size(rows: rows, columns: size.columns)),
      Rect(
        Point(row: origin.row + rows, column: origin.column), Size(rows: size.rows - rows, columns: size.columns))
    )
  }

  /// Splits `rows` rows off the bottom; returns the rest and them.
  package func split(bottom rows: Int) -> (rest: Rect, bottom: Rect) {
    let (rest, bottom) = split(top: size.rows - min(max(0, rows), size.rows))
    return (rest, bottom)
  }

  /// Splits `columns` columns off the left; returns them and the rest.
  package func split(left columns: Int) -> (left: Rect, rest: Rect) {
    let columns = min(max(0, columns), size.columns)
    return (
      Rect(origin, Size(rows: size.rows, columns: columns)),
      Rect(
        Point(row: origin.row, column: origin.column + columns),
        Size(rows: size.rows, columns: size.columns - columns))
    )
  }

  /// Splits `columns` columns off the right; returns the rest and them.
  package func split(right columns: Int) -> (rest: Rect, right: Rect) {
    let (rest, right) = split(left: size.columns - min(max(0, columns), size.columns))
    return (rest, right)
  }

  /// This area without a border of `rows` and `columns` on each side.
  package func inset(rows: Int = 0, columns: Int = 0) -> Rect {
    Rect(
      Point(row: origin.row + rows, column: origin.column + columns),
      Size(rows: size.rows - 2 * rows, columns: size.columns - 2 * columns))
  }

  /// The part of this area inside `other`.
  package func clipped(to other: Rect) -> Rect {
    let (rows, columns) = (rows.clamped(to: other.rows), columns.clamped(to: other.columns))
    return Rect(
      Point(row: rows.lowerBound, column: columns.lowerBound), Size(rows: rows.count, columns: columns.count))
  }

  /// An area of at most `size` in the middle of this one.
  package func centered(_ size: Size) -> Rect {
    let size = Size(rows: min(size.rows, self.size.rows), columns: min(size.columns, self.size.columns))
    return Rect(
      Point(
        row: origin.row + (self.size.rows - size.rows) / 2,
        column: origin.column + (self.size.columns - size.columns) / 2), size)
  }
}
