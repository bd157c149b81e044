import Terminal

extension Draft {
  mutating func move(_ motion: Motion, selecting: Bool = false) {
    history.close()
    let isExtending = selecting || isMarking
    let head = isExtending || selection.isEmpty ? destination(motion) : destinationFromSelection(motion)
    if !isVertical(motion) { goal = nil }
    selection = isExtending ? Selection(anchor: selection.anchor, head: head) : Selection(head)
  }

  /// Selects `range`, with the cursor at its end.
  package mutating func select(_ range: Range<Position>) {
    history.close()
    goal = nil
    selection = Selection(anchor: buffer.clamped(range.lowerBound), head: buffer.clamped(range.upperBound))
  }

  /// Moves the cursor to `position`, with nothing selected.
  package mutating func moveCursor(to position: Position) {
    select(position..<position)
    isMarking = false
  }

  mutating func selectAll() {
    select(.start..<buffer.end)
  }

  mutating func toggleMark() {
    isMarking.toggle()
    selection = Selection(cursor)
  }

  /// Clears the selection; `false` if there is none.
  mutating func deselect() -> Bool {
    guard isMarking || !selection.isEmpty else { return false }
    moveCursor(to: cursor)
    return true
  }

  private func isVertical(_ motion: Motion) -> Bool {
    switch motion {
    case .up, .down, .lines: true
    default: false
    }
  }

  /// Moving left or right out of a selection ends at its edge.
  private mutating func destinationFromSelection(_ motion: Motion) -> Position {
    switch motion {
    case .left: selection.range.lowerBound
    case .right: selection.range.upperBound
    default: destination(motion)
    }
  }

  private mutating func destination(_ motion: Motion) -> Position {
    let line = buffer.lines[cursor.line]
    switch motion {
    case .left: return before(cursor)
    case .right: return after(cursor)
    case .up: return vertically(by: -1)
    case .down: return vertically(by: 1)
    case .lines(let count): return vertically(by: count)
    case .wordLeft: return wordStart(before: cursor)
    case .wordRight: return wordEnd(after: cursor)
    case .lineStart:
      let indent = line.prefix { $0 == " " || $0 == "\t" }.count
      return Position(line: cursor.line, column: cursor.column == indent ? 0 : indent)
    case .lineEnd: return Position(line: cursor.line, column: line.count)
    case .textStart: return .start
    case .textEnd: return buffer.end
    }
  }

  func before(_ position: Position) -> Position {
    if position.column > 0 { return Position(line: position.line, column: position.column - 1) }
    guard position.line > 0 else { return position }
    return Position(line: position.line - 1, column: buffer.lines[position.line - 1].count)
  }

  func after(_ position: Position) -> Position {
    if position.column < buffer.lines[position.line].count {
      return Position(line: position.line, column: position.column + 1)
    }
    guard position.line + 1 < buffer.lines.count else { return position }
    return Position(line: position.line + 1, column: 0)
  }

  private mutating func vertically(by count: Int) -> Position {
    let columns = goal ?? String(buffer.lines[cursor.line].prefix(cursor.column)).columns
    goal = columns
    let line = cursor.line + count
    guard line >= 0 else { return .start }
    guard line < buffer.lines.count else { return buffer.end }
    return Position(line: line, column: buffer.lines[line].offset(atColumn: columns))
  }

  func wordStart(before position: Position) -> Position {
    guard position.column > 0 else { return before(position) }
    let line = Array(buffer.lines[position.line].prefix(position.column))
    var column = line.count
    while column > 0, !line[column - 1].isWordPart { column -= 1 }
    while column > 0, line[column - 1].isWordPart { column -= 1 }
    return Position(line: position.line, column: column)
  }

  func wordEnd(after position: Position) -> Position {
    let line = Array(buffer.lines[position.line])
    guard position.column < line.count else { return after(position) }
    var column = position.column
    while column < line.count, !line[column].isWordPart { column += 1 }
    while column < line.count, line[column].isWordPart { column += 1 }
    return Position(line: position.line, column: column)
  }
}

extension String {
  /// The index of the character at screen column `column`, or the end.
  func offset(atColumn column: Int) -> Int {
    var (offset, used) = (0, 0)
    for character in self {
      used += String(character).columns
      if used > column { break }
      offset += 1
    }
    return offset
  }
}
