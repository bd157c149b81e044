/// A place between two characters of a text.
///
/// Lines and columns start at zero; a column counts characters as people see them, whatever they are made of.
public struct Position: Hashable, Comparable, Sendable {
  /// Lines above it.
  public var line: Int
  /// Characters before it in its line.
  public var column: Int

  /// The place behind `column` characters of `line`.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// Before the first character.
  public static let start = Position(line: 0, column: 0)

  /// Earlier places come first.
  public static func < (left: Position, right: Position) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// What is selected: from where it was begun to where the cursor is, often nothing.
public struct Selection: Hashable, Sendable {
  /// Where selecting began.
  public var anchor: Position
  /// Where the cursor is.
  public var head: Position

  /// What lies between `anchor` and `head`.
  public init(anchor: Position, head: Position) {
    self.anchor = anchor
    self.head = head
  }

  /// Only a cursor.
  public init(_ cursor: Position) {
    self.init(anchor: cursor, head: cursor)
  }

  /// Whether there is only a cursor.
  public var isEmpty: Bool { anchor == head }
  /// What is selected, whichever way it was.
  public var range: Range<Position> { min(anchor, head)..<max(anchor, head) }
}
