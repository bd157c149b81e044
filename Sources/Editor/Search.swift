import Platform

/// Finds a text in a buffer.
///
/// The search is case-sensitive only if the pattern has a capital. A match does not extend over a line end.
struct Search: Hashable, Sendable {
  let pattern: String
  private let wanted: [UInt8]
  private let ignoresCase: Bool

  init(_ pattern: String) {
    self.pattern = pattern
    ignoresCase = pattern == pattern.lowercased()
    wanted = Array(pattern.utf8)
  }

  /// All matches, in the order of the text.
  func all(in buffer: TextBuffer) -> [Range<Position>] {
    buffer.lines.indices.flatMap { line in matches(in: buffer.lines[line]).map { range(line: line, column: $0) } }
  }

  /// The first match at or after `position`; continues at the top if there is none.
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

  /// The last match before `position`; continues at the bottom if there is none.
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

  /// The columns of the matches in `line`, which do not overlap.
  func matches(in line: String) -> [Int] {
    guard !wanted.isEmpty, line.utf8.count >= wanted.count else { return [] }
    // Only lines with non-ASCII letters are converted to lower case, because most lines have none.
    let isPlain = line.utf8.allSatisfy { $0 < 0x80 }
    let text = ignoresCase && !isPlain ? line.lowercased() : line
    let bytes = Array(text.utf8)
    var (columns, offset): ([Int], Int) = ([], 0)
    while offset + wanted.count <= bytes.count {
      guard isMatch(bytes, at: offset) else {
        offset += 1
        continue
      }
      columns.append(
        isPlain ? offset : text.distance(from: text.startIndex, to: text.utf8.index(text.startIndex, offsetBy: offset)))
      offset += wanted.count
    }
    return columns
  }

  private func isMatch(_ bytes: [UInt8], at position: Int) -> Bool {
    for offset in wanted.indices {
      let byte = bytes[position + offset]
      let plain = ignoresCase && (65...90).contains(byte) ? byte + 32 : byte
      if plain != wanted[offset] { return false }
    }
    return true
  }

  private func range(line: Int, column: Int) -> Range<Position> {
    Position(line: line, column: column)..<Position(line: line, column: column + pattern.count)
  }
}
