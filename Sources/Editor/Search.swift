/// Finds a text in a buffer.
///
/// Capitals matter only when the pattern has one. A match does not reach over a line end.
struct Search: Hashable, Sendable {
  let pattern: String
  private let wanted: [Character]
  private let ignoresCase: Bool

  init(_ pattern: String) {
    self.pattern = pattern
    ignoresCase = pattern == pattern.lowercased()
    wanted = Array(pattern)
  }

  /// The first match at or after `position`, going on at the top when there is none below.
  func next(in buffer: TextBuffer, from position: Position) -> Range<Position>? {
    guard !wanted.isEmpty else { return nil }
    let count = buffer.lines.count
    for step in 0...count {
      let line = (position.line + step) % count
      let matches = matches(in: buffer.lines[line])
      let column = step == 0 ? matches.first { $0 >= position.column } : matches.first
      if let column { return range(line: line, column: column) }
    }
    return nil
  }

  /// The last match before `position`, going on at the bottom when there is none above.
  func previous(in buffer: TextBuffer, from position: Position) -> Range<Position>? {
    guard !wanted.isEmpty else { return nil }
    let count = buffer.lines.count
    for step in 0...count {
      let line = (position.line - step + 2 * count) % count
      let matches = matches(in: buffer.lines[line])
      let column = step == 0 ? matches.last { $0 < position.column } : matches.last
      if let column { return range(line: line, column: column) }
    }
    return nil
  }

  /// The columns at which `line` has the pattern.
  func matches(in line: String) -> [Int] {
    let text = ignoresCase ? Array(line.lowercased()) : Array(line)
    guard wanted.count <= text.count, !wanted.isEmpty else { return [] }
    return (0...(text.count - wanted.count)).filter { text[$0..<($0 + wanted.count)].elementsEqual(wanted) }
  }

  private func range(line: Int, column: Int) -> Range<Position> {
    Position(line: line, column: column)..<Position(line: line, column: column + wanted.count)
  }
}
