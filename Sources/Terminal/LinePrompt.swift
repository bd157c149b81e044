/// An input line, as after `/` or `:`.
///
/// Emacs keys move and delete; up and down recall entries of `history`, whose newest entry is last.
package struct LinePrompt: Hashable, Sendable {
  /// The result of a key.
  package enum Outcome: Hashable, Sendable {
    case edited, accepted, cancelled
    /// The key has no meaning here.
    case ignored
  }

  /// The maximum number of characters: no user types more, and the whole line is measured after each key.
  package static let maximum = 1 << 13

  /// The text so far.
  package private(set) var text: String
  /// The number of characters before the cursor.
  package private(set) var cursor: Int
  private let history: [String]
  /// The index of the shown entry of `history`; its count if the typed text is shown.
  private var position: Int
  private var typed = ""
  private var killed = ""

  /// A prompt with the initial `text`, with the cursor after it.
  package init(text: String = "", history: [String] = []) {
    self.text = text
    self.history = history
    cursor = text.count
    position = history.count
  }

  /// Handles one key.
  package mutating func handle(_ key: Key) -> Outcome {
    switch key {
    case .enter: return .accepted
    case .escape, .control("c"), .control("g"): return .cancelled
    case .character(let character): insert(String(character))
    case .paste(let text): insert(Self.oneLine(text))
    case .backspace where text.isEmpty: return .cancelled
    case .backspace: delete(from: cursor - 1, to: cursor)
    case .delete, .control("d"): delete(from: cursor, to: cursor + 1)
    case .control("u"): kill(from: 0, to: cursor)
    case .control("k"): kill(from: cursor, to: text.count)
    case .control("w"), .alt("\u{7F}"): kill(from: wordStart, to: cursor)
    case .alt("d"): kill(from: cursor, to: wordEnd)
    case .control("y"): insert(killed)
    default: return move(key)
    }
    return .edited
  }

  private mutating func move(_ key: Key) -> Outcome {
    switch key {
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .alt("b"), .ctrl(.left): cursor = wordStart
    case .alt("f"), .ctrl(.right): cursor = wordEnd
    case .up, .control("p"): recall(position - 1)
    case .down, .control("n"): recall(position + 1)
    default: return .ignored
    }
    return .edited
  }

  /// Draws the line in the first row of `area`, scrolled to show the cursor, and returns the cursor's position.
  package func draw(on surface: inout Surface, in area: Rect, style: Style = .plain) -> Point {
    surface.fill(area.row(0), style: style)
    let before = String(text.prefix(cursor))
    let hidden = max(0, before.columns - area.size.columns + 1)
    surface.write(
      text, at: Point(row: area.origin.row, column: area.origin.column - hidden), in: area, style: style)
    return Point(row: area.origin.row, column: area.origin.column + before.columns - hidden)
  }

  private static func oneLine(_ text: String) -> String {
    text.prefix(maximum).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// Whether this chord edits an input line.
  package static func knows(_ key: Key) -> Bool {
    [.alt("b"), .alt("f"), .alt("d"), .alt("\u{7F}")].contains(key)
  }

  private func index(_ offset: Int) -> String.Index {
    text.index(text.startIndex, offsetBy: offset)
  }

  private mutating func insert(_ inserted: String) {
    // A combining mark joins the character before it, so the line is measured again.
    let room = max(0, Self.maximum - text.count)
    let before = text.prefix(cursor) + inserted.prefix(room)
    text = String(before + text.dropFirst(cursor))
    cursor = min(before.count, text.count)
  }

  private mutating func delete(from start: Int, to end: Int) {
    let (start, end) = (max(0, start), min(text.count, end))
    guard start < end else { return }
    text.removeSubrange(index(start)..<index(end))
    cursor = min(start, text.count)
  }

  private mutating func kill(from start: Int, to end: Int) {
    guard start < end else { return }
    killed = String(text[index(start)..<index(end)])
    delete(from: start, to: end)
  }

  private mutating func recall(_ wanted: Int) {
    guard (0...history.count).contains(wanted) else { return }
    if position == history.count { typed = text }
    position = wanted
    text = wanted == history.count ? typed : history[wanted]
    cursor = text.count
  }

  private var wordStart: Int {
    let before = Array(text.prefix(cursor))
    var position = before.count
    while position > 0, !before[position - 1].isWordPart { position -= 1 }
    while position > 0, before[position - 1].isWordPart { position -= 1 }
    return position
  }

  private var wordEnd: Int {
    let characters = Array(text)
    var position = cursor
    while position < characters.count, !characters[position].isWordPart { position += 1 }
    while position < characters.count, characters[position].isWordPart { position += 1 }
    return position
  }
}

extension Character {
  /// Whether this is a part of a word for the keys that move by words.
  package var isWordPart: Bool { isLetter || isNumber || self == "_" }
}
