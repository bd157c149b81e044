/// The hidden blocks of a text, by their head lines, which stay visible.
struct Folds: Hashable, Sendable {
  private(set) var heads: Set<Int> = []

  var isEmpty: Bool { heads.isEmpty }

  mutating func toggle(_ head: Int) {
    if heads.remove(head) == nil { heads.insert(head) }
  }

  mutating func open(_ head: Int) { heads.remove(head) }

  /// Moves heads with their lines; a head whose own line has changed shows its block again.
  mutating func follow(_ change: LineChange) {
    guard !heads.isEmpty else { return }
    heads = Set(
      heads.compactMap { head in
        if head < change.old.lowerBound { return head }
        return head >= change.old.upperBound ? head + change.new.count - change.old.count : nil
      })
  }

  /// The lines below `head` that belong to it.
  static func block(of head: Int, in lines: [String]) -> Range<Int> {
    let top = KeyLine(lines[head])
    var end = head + 1
    var last = end
    while end < lines.count {
      let line = KeyLine(lines[end])
      let belongs = line.isEmpty || line.indent > top.indent || (line.indent == top.indent && line.isItem && top.isOpen)
      guard belongs else { break }
      end += 1
      if !line.isEmpty { last = end }
    }
    return (head + 1)..<last
  }
}

/// The lines that an edit has replaced, and the new lines.
struct LineChange: Hashable, Sendable {
  var old: Range<Int>
  var new: Range<Int>
}

// Rows of the screen if some lines are hidden.
extension EditorView {
  /// The hidden lines, as sorted ranges without overlaps.
  private var hidden: [Range<Int>] {
    guard !folds.isEmpty else { return [] }
    var ranges: [Range<Int>] = []
    for head in folds.heads.sorted() where head < draft.buffer.lines.count {
      if let last = ranges.last, last.contains(head) { continue }
      ranges.append(Folds.block(of: head, in: draft.buffer.lines))
    }
    return ranges
  }

  /// The number of rows of the whole text.
  var rowCount: Int { draft.buffer.lines.count - hidden.reduce(0) { $0 + $1.count } }

  /// The row of a line, from the top of the text; a hidden line has the row of its head.
  func row(of line: Int) -> Int {
    var row = line
    for range in hidden where range.lowerBound <= line { row -= min(range.count, line - range.lowerBound + 1) }
    return row
  }

  func line(inRow row: Int) -> Int {
    var line = row
    for range in hidden where range.lowerBound <= line { line += range.count }
    return min(line, draft.buffer.lines.count - 1)
  }

  /// The number of hidden lines below a line.
  func hiddenCount(below line: Int) -> Int {
    folds.heads.contains(line) ? Folds.block(of: line, in: draft.buffer.lines).count : 0
  }

  /// Hides the block below the cursor's line, or else the block that the line is in; or shows it again.
  mutating func fold() {
    let lines = draft.buffer.lines
    var head = draft.cursor.line
    if Folds.block(of: head, in: lines).isEmpty {
      let indent = KeyLine(lines[head]).indent
      head = lines[..<head].lastIndex { !KeyLine($0).isEmpty && KeyLine($0).indent < indent } ?? head
    }
    guard !Folds.block(of: head, in: lines).isEmpty else { return }
    folds.toggle(head)
    if folds.heads.contains(head) { draft.moveCursor(to: Position(line: head, column: lines[head].count)) }
  }

  /// Unfolds the blocks that contain the cursor's line.
  mutating func unfold() {
    for head in folds.heads where Folds.block(of: head, in: draft.buffer.lines).contains(draft.cursor.line) {
      folds.open(head)
    }
  }

  /// Vertical movements skip a hidden block; any other command that leads into it shows it.
  mutating func leaveFold(_ command: EditorCommand) {
    guard let range = hidden.first(where: { $0.contains(draft.cursor.line) }) else { return }
    switch command {
    case .moveDown, .movePageDown:
      let line = range.upperBound < draft.buffer.lines.count ? range.upperBound : range.lowerBound - 1
      draft.moveCursor(to: draft.buffer.clamped(Position(line: line, column: draft.cursor.column)))
    case .moveUp, .movePageUp:
      draft.moveCursor(to: draft.buffer.clamped(Position(line: range.lowerBound - 1, column: draft.cursor.column)))
    default: unfold()
    }
  }
}
