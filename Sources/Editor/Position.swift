/// A position between two characters of a text.
///
/// Lines and columns start at zero; a column counts characters as users see them (grapheme clusters).
package struct Position: Hashable, Comparable, Sendable {
  /// The number of lines above it.
  package var line: Int
  /// The number of characters before it in its line.
  package var column: Int

  /// The position after `column` characters of `line`.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The start of the text.
  package static let start = Position(line: 0, column: 0)

  /// Positions are ordered as in the text.
  package static func < (left: Position, right: Position) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A selection from its anchor to the cursor, often empty.
package struct Selection: Hashable, Sendable {
  /// The position where the selection began.
  package var anchor: Position
  /// The position of the cursor.
  package var head: Position

  /// The selection between `anchor` and `head`.
  package init(anchor: Position, head: Position) {
    self.anchor = anchor
    self.head = head
  }

  /// An empty selection at `cursor`.
  package init(_ cursor: Position) {
    self.init(anchor: cursor, head: cursor)
  }

  /// Whether nothing is selected.
  package var isEmpty: Bool { anchor == head }
  /// The selected range, in either direction.
  package var range: Range<Position> { min(anchor, head)..<max(anchor, head) }
}
