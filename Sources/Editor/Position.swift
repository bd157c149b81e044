/// A place between two characters of a text.
///
/// Lines and columns start at zero; a column counts characters as users see them (grapheme clusters).
package struct Position: Hashable, Comparable, Sendable {
  /// Lines above it.
  package var line: Int
  /// Characters before it in its line.
  package var column: Int

  /// The place behind `column` characters of `line`.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// Before the first character.
  package static let start = Position(line: 0, column: 0)

  /// Earlier places come first.
  package static func < (left: Position, right: Position) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// What is selected: from where it was begun to where the cursor is, often nothing.
package struct Selection: Hashable, Sendable {
  /// Where selecting began.
  package var anchor: Position
  /// Where the cursor is.
  package var head: Position

  /// What lies between `anchor` and `head`.
  package init(anchor: Position, head: Position) {
    self.anchor = anchor
    self.head = head
  }

  /// Only a cursor.
  package init(_ cursor: Position) {
    self.init(anchor: cursor, head: cursor)
  }

  /// Whether there is only a cursor.
  package var isEmpty: Bool { anchor == head }
  /// What is selected, whichever way it was.
  package var range: Range<Position> { min(anchor, head)..<max(anchor, head) }
}
