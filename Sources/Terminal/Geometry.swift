/// A position on a surface.
///
/// Rows grow downwards, columns to the right; both start at zero.
public struct Point: Hashable, Sendable {
  /// Rows above it.
  public var row: Int
  /// Columns to the left of it.
  public var column: Int

  /// The position in `row` and `column`.
  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// An extent in cells.
public struct Size: Hashable, Sendable {
  /// Cells from top to bottom.
  public var rows: Int
  /// Cells from left to right.
  public var columns: Int

  /// An extent of `rows` by `columns`.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

/// An area of a surface.
///
/// It may be empty; it never has a negative extent.
public struct Rect: Hashable, Sendable {
  /// The top left corner.
  public var origin: Point
  /// How far it reaches from there.
  public var size: Size

  /// The area of `size` whose top left corner is `origin`; a negative extent counts as none.
  public init(_ origin: Point, _ size: Size) {
    self.origin = origin
    self.size = Size(rows: max(0, size.rows), columns: max(0, size.columns))
  }

  /// The area of `size` at the top left corner.
  public init(_ size: Size) {
    self.init(Point(row: 0, column: 0), size)
  }

  /// The rows it covers.
  public var rows: Range<Int> { origin.row..<(origin.row + size.rows) }
  /// The columns it covers.
  public var columns: Range<Int> { origin.column..<(origin.column + size.columns) }
  /// Whether it covers no cell.
  public var isEmpty: Bool { size.rows == 0 || size.columns == 0 }

  /// Whether `point` lies inside.
  public func contains(_ point: Point) -> Bool {
    rows.contains(point.row) && columns.contains(point.column)
  }

  /// The one-row area of row `index`, counted from the top of this area.
  public func row(_ index: Int) -> Rect {
    let isInside = (0..<size.rows).contains(index)
    return Rect(
      Point(row: origin.row + index, column: origin.column), Size(rows: isInside ? 1 : 0, columns: size.columns))
  }

  /// Cuts `rows` rows off the top, returning them and what is left.
  public func split(top rows: Int) -> (top: Rect, rest: Rect) {
    let rows = min(max(0, rows), size.rows)
    return (
      Rect(origin, Size(rows: rows, columns: size.columns)),
      Rect(
        Point(row: origin.row + rows, column: origin.column), Size(rows: size.rows - rows, columns: size.columns))
    )
  }

  /// Cuts `rows` rows off the bottom, returning what is left and them.
  public func split(bottom rows: Int) -> (rest: Rect, bottom: Rect) {
    let (rest, bottom) = split(top: size.rows - min(max(0, rows), size.rows))
    return (rest, bottom)
  }

  /// Cuts `columns` columns off the left, returning them and what is left.
  public func split(left columns: Int) -> (left: Rect, rest: Rect) {
    let columns = min(max(0, columns), size.columns)
    return (
      Rect(origin, Size(rows: size.rows, columns: columns)),
      Rect(
        Point(row: origin.row, column: origin.column + columns),
        Size(rows: size.rows, columns: size.columns - columns))
    )
  }

  /// This area without a border of `rows` and `columns` on each side.
  public func inset(rows: Int = 0, columns: Int = 0) -> Rect {
    Rect(
      Point(row: origin.row + rows, column: origin.column + columns),
      Size(rows: size.rows - 2 * rows, columns: size.columns - 2 * columns))
  }

  /// The part of this area inside `other`.
  public func clipped(to other: Rect) -> Rect {
    let (rows, columns) = (rows.clamped(to: other.rows), columns.clamped(to: other.columns))
    return Rect(
      Point(row: rows.lowerBound, column: columns.lowerBound), Size(rows: rows.count, columns: columns.count))
  }

  /// An area of at most `size` in the middle of this one.
  public func centered(_ size: Size) -> Rect {
    let size = Size(rows: min(size.rows, self.size.rows), columns: min(size.columns, self.size.columns))
    return Rect(
      Point(
        row: origin.row + (self.size.rows - size.rows) / 2,
        column: origin.column + (self.size.columns - size.columns) / 2), size)
  }
}
