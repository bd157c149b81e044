/// A text as lines.
///
/// `TextBuffer(text).text` is `text` byte for byte: a final line end, or none, and CRLF are kept. There is
/// always at least one line.
package struct TextBuffer: Hashable, Sendable {
  /// The lines without their ends.
  package private(set) var lines: [String]
  /// The separator of the lines: a line feed, or CRLF if every line ends with it.
  package let lineEnd: String

  /// The lines of `text`.
  package init(_ text: String) {
    let lines = Self.split(text)
    // If only some lines end in CRLF, the carriage returns are kept as text.
    if lines.count > 1, lines.dropLast().allSatisfy({ $0.utf8.last == 0x0D }) {
      lineEnd = "\r\n"
      self.lines = lines.dropLast().map { Self.string($0.utf8.dropLast()) } + [lines[lines.count - 1]]
    } else {
      lineEnd = "\n"
      self.lines = lines
    }
  }

  /// The whole text, as it is saved.
  package var text: String { lines.joined(separator: lineEnd) }

  /// The position after the last character.
  package var end: Position {
    Position(line: lines.count - 1, column: lines[lines.count - 1].count)
  }

  /// The existing position nearest to `position`.
  package func clamped(_ position: Position) -> Position {
    guard position.line >= 0 else { return .start }
    guard position.line < lines.count else { return end }
    return Position(line: position.line, column: max(0, min(position.column, lines[position.line].count)))
  }

  /// The text of `range`, its lines separated by a line feed.
  package subscript(range: Range<Position>) -> String {
    let (start, end) = (clamped(range.lowerBound), clamped(range.upperBound))
    guard start.line < end.line else {
      return String(lines[start.line].prefix(end.column).dropFirst(start.column))
    }
    var parts = [String(lines[start.line].dropFirst(start.column))]
    parts += lines[(start.line + 1)..<end.line]
    parts.append(String(lines[end.line].prefix(end.column)))
    return parts.joined(separator: "\n")
  }

  /// Applies `edit`; returns the inverse edit and the position after the inserted text.
  @discardableResult
  package mutating func apply(_ edit: Edit) -> (inverse: Edit, end: Position) {
    let (start, end) = (clamped(edit.range.lowerBound), clamped(edit.range.upperBound))
    let removed = self[start..<end]
    let before = String(lines[start.line].prefix(start.column))
    let after = String(lines[end.line].dropFirst(end.column))
    let parts = Self.split(edit.replacement)
    let lastPart = parts.count == 1 ? before + parts[0] : parts[parts.count - 1]
    let cursor = Position(line: start.line + parts.count - 1, column: lastPart.count)

    var replaced = parts
    replaced[0] = before + replaced[0]
    replaced[replaced.count - 1] += after
    let old = lines[start.line...end.line].joined(separator: "\n")
    lines.replaceSubrange(start.line...end.line, with: replaced)

    // A combining mark joins the character before it, so columns inside the lines change.
    let isJoined =
      replaced[0].count != before.count + parts[0].count + (parts.count == 1 ? after.count : 0)
      || lines[cursor.line].count != cursor.column + after.count
    if isJoined {
      let all = Position(line: start.line, column: 0)..<Position(line: cursor.line, column: lines[cursor.line].count)
      return (Edit(all, with: old), clamped(cursor))
    }
    return (Edit(start..<cursor, with: removed), cursor)
  }

  /// Splits at line feeds only; a carriage return before one is left in the line.
  static func split(_ text: String) -> [String] {
    text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map(string)
  }

  private static func string(_ bytes: Substring.UTF8View) -> String { String(Substring(bytes)) }
}
