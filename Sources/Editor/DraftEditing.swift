import Platform

extension Draft {
  /// Replaces the selection by `text`, as typing does.
  mutating func type(_ text: String) {
    // Each word is an undo step of its own.
    let isWordStart = cursor.column > 0 && text != " " && self[before: cursor] == " "
    if isWordStart { history.close() }
    replace(selection.range, with: text, kind: selection.isEmpty ? .typing : .other)
  }

  /// Replaces the selection by `text` as one undo step; `text` may have any line ends.
  mutating func insert(_ text: String) {
    history.close()
    replace(selection.range, with: text.withLineFeeds, kind: .other)
  }

  mutating func newline() {
    let start = selection.range.lowerBound
    let before = buffer.lines[start.line].prefix(start.column)
    history.close()
    replace(selection.range, with: "\n" + Indent.after(String(before)), kind: .other)
  }

  /// Deletes the selection, or else the text that `motion` passes.
  mutating func delete(_ motion: Motion, toClipboard: Bool = false) {
    var range = selection.range
    if range.isEmpty {
      let other = deletionEnd(motion)
      range = min(cursor, other)..<max(cursor, other)
    }
    guard !range.isEmpty else { return }
    if toClipboard { clipboard = buffer[range] }
    let isOne = motion == .left || motion == .right
    replace(range, with: "", kind: isOne && selection.isEmpty ? .deleting : .other)
  }

  mutating func deleteLine() {
    clipboard = buffer[wholeLines]
    history.close()
    // The last line has no line end of its own, so the one before it is deleted.
    var range = wholeLines
    if range.upperBound == buffer.end, range.lowerBound.line > 0,
      range.upperBound.column > 0 || range.lowerBound == range.upperBound
    {
      range = before(range.lowerBound)..<range.upperBound
      if clipboard.utf8.last != 10 { clipboard += "\n" }
    }
    replace(range, with: "", kind: .other)
    moveCursor(to: Position(line: cursor.line, column: 0))
  }

  mutating func copy() {
    clipboard = selection.isEmpty ? buffer[wholeLines] : buffer[selection.range]
    isMarking = false
  }

  mutating func cut() {
    guard !selection.isEmpty else { return deleteLine() }
    copy()
    delete(.left)
  }

  mutating func paste() {
    guard !clipboard.isEmpty else { return }
    insert(clipboard)
  }

  /// Inserts blanks up to a multiple of two columns, or indents the selected lines by two.
  mutating func indent() {
    if selection.isEmpty { return type(cursor.column.isMultiple(of: 2) ? "  " : " ") }
    changeLines { $0.isEmpty ? $0 : "  " + $0 }
  }

  mutating func dedent() {
    changeLines { String($0.dropFirst(min(2, $0.prefix { $0 == " " }.count))) }
  }

  /// Comments out the selected lines, in the column of the least indented one; or removes the comment signs.
  mutating func toggleComment() {
    let lines = buffer.lines[selection.range.lowerBound.line...lastSelectedLine].filter { !$0.isBlank }
    let isComment = !lines.isEmpty && lines.allSatisfy { $0.drop { $0 == " " }.first == "#" }
    let column = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    changeLines { line in
      if line.isBlank { return line }
      guard isComment else { return "\(line.prefix(column))# \(line.dropFirst(column))" }
      let blanks = line.prefix { $0 == " " }
      let rest = line.dropFirst(blanks.count + 1)
      return "\(blanks)\(rest.first == " " ? rest.dropFirst() : rest)"
    }
  }

  /// Replaces the whole text by `text`, as one undo step.
  package mutating func replaceAll(with text: String) {
    guard text != buffer.text else { return }
    history.close()
    replace(.start..<buffer.end, with: text.withLineFeeds, kind: .other)
    history.close()
    moveCursor(to: .start)
  }

  /// Replaces each of `ranges`, which are in order, by `text`, as one undo step.
  mutating func replace(_ ranges: [Range<Position>], with text: String) {
    guard let first = ranges.first, let last = ranges.last else { return }
    var (whole, position) = ("", first.lowerBound)
    for range in ranges {
      whole += buffer[position..<range.lowerBound] + text
      position = range.upperBound
    }
    history.close()
    replace(first.lowerBound..<last.upperBound, with: whole, kind: .other)
  }

  mutating func undo() {
    restore(history.undo(on: &buffer))
  }

  mutating func redo() {
    restore(history.redo(on: &buffer))
  }

  private mutating func restore(_ selection: Selection?) {
    guard let selection else { return }
    self.selection = Selection(anchor: buffer.clamped(selection.anchor), head: buffer.clamped(selection.head))
    edits += 1
    goal = nil
    isMarking = false
  }

  private mutating func replace(_ range: Range<Position>, with text: String, kind: UndoHistory.Kind) {
    guard !range.isEmpty || !text.isEmpty else { return }
    let before = selection
    let (inverse, end) = buffer.apply(Edit(range, with: text))
    selection = Selection(end)
    history.note(inverse, kind: kind, before: before, after: selection)
    edits += 1
    goal = nil
    isMarking = false
  }

  private subscript(before position: Position) -> Character? {
    buffer.lines[position.line].prefix(position.column).last
  }

  private func deletionEnd(_ motion: Motion) -> Position {
    switch motion {
    case .left:
      let before = buffer.lines[cursor.line].prefix(cursor.column)
      // Within the indent, deletes as much as one press of the indent key inserts.
      let isIndent = before.count >= 2 && before.count.isMultiple(of: 2) && before.allSatisfy { $0 == " " }
      return isIndent ? Position(line: cursor.line, column: cursor.column - 2) : self.before(cursor)
    case .right: return after(cursor)
    case .wordLeft: return wordStart(before: cursor)
    case .wordRight: return wordEnd(after: cursor)
    default:
      let end = Position(line: cursor.line, column: buffer.lines[cursor.line].count)
      return cursor == end ? after(cursor) : end
    }
  }

  /// The cursor's line, or the selected lines, with their line ends.
  private var wholeLines: Range<Position> {
    let last = lastSelectedLine
    let end =
      last + 1 < buffer.lines.count
      ? Position(line: last + 1, column: 0) : Position(line: last, column: buffer.lines[last].count)
    return Position(line: selection.range.lowerBound.line, column: 0)..<end
  }

  /// The last selected line; a selection that ends at the start of a line does not include that line.
  private var lastSelectedLine: Int {
    let range = selection.range
    return range.upperBound.column == 0 && range.upperBound.line > range.lowerBound.line
      ? range.upperBound.line - 1 : range.upperBound.line
  }

  private mutating func changeLines(_ change: (String) -> String) {
    let lines = selection.range.lowerBound.line...lastSelectedLine
    let old = Array(buffer.lines[lines])
    let new = old.map(change)
    guard new != old else { return }
    let grown = zip(old, new).map { $1.count - $0.count }
    /// `position` after the change; the start of a line stays the start.
    func moved(_ position: Position) -> Position {
      guard lines.contains(position.line), position.column > 0 else { return position }
      return Position(
        line: position.line, column: max(0, position.column + grown[position.line - lines.lowerBound]))
    }
    let before = selection
    let end = Position(line: lines.upperBound, column: old[old.count - 1].count)
    history.close()
    let whole = Edit(Position(line: lines.lowerBound, column: 0)..<end, with: new.joined(separator: "\n"))
    let inverse = buffer.apply(whole).inverse
    selection = Selection(anchor: moved(before.anchor), head: moved(before.head))
    history.note(inverse, kind: .other, before: before, after: selection)
    edits += 1
  }
}

extension String {
  /// Whether it has only blanks.
  fileprivate var isBlank: Bool { utf8.allSatisfy { $0 == 32 || $0 == 9 } }

  /// This text with CRLF and lone carriage returns as line feeds.
  fileprivate var withLineFeeds: String {
    guard utf8.contains(0x0D) else { return self }
    return split(omittingEmptySubsequences: false) { $0 == "\r\n" || $0 == "\r" || $0 == "\n" }.joined(separator: "\n")
  }
}

/// The indentation of the next line of YAML.
private enum Indent {
  /// The blanks for the line after one whose text before the cursor is `line`.
  static func after(_ line: String) -> String {
    let blanks = line.prefix { $0 == " " || $0 == "\t" }
    var rest = line.dropFirst(blanks.count)
    while rest.last == " " { rest.removeLast() }
    var indent = String(blanks)
    // In a list item that is a mapping, the next key is aligned with the first.
    if rest.hasPrefix("- "), rest.containsText(": ") || rest.hasSuffix(":") { indent += "  " }
    if let last = rest.last, last == ":" || [": |", ": >", "- |", "- >"].contains(String(rest.suffix(3))) {
      indent += "  "
    }
    return indent
  }
}
