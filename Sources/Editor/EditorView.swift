package import Manifest
import Platform
package import Terminal

/// The editor on the screen: a draft of YAML, its errors, and the key handling.
///
/// A value like every view. It does not save the text itself: `handle` returns what the user wants, and the
/// text is kept here until the caller releases the view.
package struct EditorView: Hashable, Sendable {
  /// The result of a key or a command.
  package enum Outcome: Hashable, Sendable {
    /// The editor handled it.
    case handled
    /// The key has no meaning here.
    case ignored
    /// Save this text.
    case save(String)
    /// The text cannot be saved because of this error; the cursor is at its place.
    case refused(SyntaxError)
    /// Leave the editor; the caller asks first if edits would be lost.
    case abandon(hasUnsavedEdits: Bool)
    /// Let another program edit the text.
    case editOutside
  }

  /// The text being edited.
  package internal(set) var draft: Draft
  /// The first error in the present text.
  package private(set) var problem: SyntaxError?
  /// Parts of the text that are valid but may be mistakes.
  package private(set) var warnings: [SyntaxError] = []
  /// Messages of the caller about the present text, such as keys that nothing reads.
  package var marks: [SyntaxError] = []
  /// The keys typed so far of a longer binding.
  package private(set) var pendingKeys: [Key] = []
  /// Whether the text differs from the saved one.
  package private(set) var hasUnsavedEdits = false
  private let saved: TextBuffer
  private var highlighter: Highlighter
  private var seenEdits = 0
  /// The last search.
  private(set) var search: Search?
  /// A message that is shown until the next key, such as `3/7`.
  private(set) var notice: Sentence?
  var prompt: EditorPrompt?
  /// The folded blocks.
  var folds = Folds()
  private(set) var window = ScrollWindow()
  private(set) var leftColumn = 0
  private(set) var size = Size(rows: 24, columns: 80)

  /// An editor of `text`, which counts as saved.
  package init(text: String) {
    draft = Draft(text)
    saved = draft.buffer
    highlighter = Highlighter(draft.buffer.lines)
    if isCheckedAtOnce { check() }
  }

  /// The present text.
  package var text: String { draft.text }
  /// A number that changes with every edit.
  package var edits: Int { draft.edits }

  /// Whether a prompt is open, which gets every key.
  package var isFinding: Bool { prompt != nil }

  /// Sets the size of the editor's area; to be called before keys that depend on it, and after a resize.
  package mutating func resize(to size: Size) {
    guard size != self.size else { return }
    self.size = size
    scroll()
  }

  /// Handles one key: a binding of `keymap`, or typed text.
  package mutating func handle(_ key: Key, keymap: Keymap<EditorCommand>) -> Outcome {
    notice = nil
    if prompt != nil { return handleInPrompt(key) }
    defer { refresh() }
    switch keymap.match(pendingKeys + [key]) {
    case .command(let command):
      pendingKeys = []
      return perform(command)
    case .pending:
      pendingKeys.append(key)
      return .handled
    case .none: break
    }
    guard pendingKeys.isEmpty else {
      pendingKeys = []
      return .ignored
    }
    return typed(key)
  }

  /// Carries out one command.
  package mutating func perform(_ command: EditorCommand) -> Outcome {
    notice = nil
    defer { refresh() }
    switch command {
    case .save: return save()
    case .abandon:
      return draft.deselect() ? .handled : .abandon(hasUnsavedEdits: hasUnsavedEdits)
    case .editOutside: return .editOutside
    case .find: prompt = EditorPrompt(.find)
    case .replace: prompt = EditorPrompt(.replace)
    case .goTo: prompt = EditorPrompt(.goTo)
    case .findNext: find(forwards: true)
    case .findPrevious: find(forwards: false)
    case .movePageUp: draft.move(.lines(-page))
    case .movePageDown: draft.move(.lines(page))
    case .fold: fold()
    default: draft.perform(command)
    }
    leaveFold(command)
    return .handled
  }

  private mutating func typed(_ key: Key) -> Outcome {
    switch key {
    case .character(let character): draft.type(String(character))
    case .paste(let text): draft.insert(text)
    case .mouse(.click, let point): click(point)
    case .mouse(.wheelUp, _): draft.move(.lines(-3))
    case .mouse(.wheelDown, _): draft.move(.lines(3))
    default: return .ignored
    }
    return .handled
  }

  private mutating func save() -> Outcome {
    check()
    guard let problem else { return .save(text) }
    draft.moveCursor(to: Position(line: problem.line - 1, column: problem.column - 1))
    return .refused(problem)
  }

  private var page: Int { max(1, textRows - 1) }

  /// Replaces the whole text by `text`, as one undo step.
  package mutating func replaceText(with text: String) {
    draft.replaceAll(with: text)
    refresh()
  }

  /// Moves the cursor to the key at `path`; false if there is none.
  package mutating func goTo(path: [String]) -> Bool {
    guard let line = YAMLKeyPosition.line(of: path, in: draft.buffer.lines) else { return false }
    draft.moveCursor(to: Position(line: line, column: draft.buffer.lines[line].count))
    unfold()
    refresh()
    return true
  }

  /// Selects the value on the cursor's line, so that typing replaces it.
  package mutating func selectValue() {
    let line = draft.buffer.lines[draft.cursor.line]
    guard let colon = line.firstIndex(of: ":") else { return }
    let start = line[...colon].count + line[colon...].dropFirst().prefix { $0 == " " }.count
    draft.select(
      Position(line: draft.cursor.line, column: start)..<Position(line: draft.cursor.line, column: line.count))
    refresh()
  }

  /// Replaces the `count` characters before the cursor by `text`, and selects the last `selected` characters of it.
  package mutating func complete(with text: String, over count: Int, selecting selected: Int) {
    let cursor = draft.cursor
    draft.select(Position(line: cursor.line, column: cursor.column - count)..<cursor)
    draft.insert(text)
    let end = draft.cursor
    if selected > 0 { draft.select(Position(line: end.line, column: end.column - selected)..<end) }
    refresh()
  }
}

// Find, replace and go to.
extension EditorView {
  private mutating func handleInPrompt(_ key: Key) -> Outcome {
    guard var prompt else { return .ignored }
    let outcome = prompt.field.handle(key)
    self.prompt = outcome == .cancelled ? nil : prompt
    guard outcome == .accepted else { return outcome == .ignored ? .ignored : .handled }
    accept(prompt)
    refresh()
    return .handled
  }

  private mutating func accept(_ accepted: EditorPrompt) {
    let text = accepted.field.text
    prompt = nil
    switch accepted.purpose {
    case .find:
      search = Search(text)
      find(forwards: true)
    case .replace: if !text.isEmpty { prompt = EditorPrompt(.replaceBy(text)) }
    case .replaceBy(let pattern): replace(pattern, by: text)
    case .goTo: goTo(text)
    }
  }

  private mutating func find(forwards: Bool) {
    guard let search else { return }
    let range = draft.selection.range
    let match =
      forwards
      ? search.next(in: draft.buffer, from: range.upperBound)
      : search.previous(in: draft.buffer, from: range.lowerBound)
    guard let match else {
      notice = "not found: \(search.pattern)"
      return
    }
    draft.select(match)
    unfold()
    let all = search.all(in: draft.buffer)
    let number = (all.firstIndex { $0.lowerBound >= match.lowerBound } ?? 0) + 1
    notice = "\(number)/\(all.count) \(search.pattern)"
  }

  private mutating func replace(_ pattern: String, by text: String) {
    let selected = draft.selection.range
    let all = Search(pattern).all(in: draft.buffer).filter { range in
      selected.isEmpty || (selected.lowerBound <= range.lowerBound && range.upperBound <= selected.upperBound)
    }
    if all.isEmpty { return notice = "not found: \(pattern)" }
    draft.replace(all, with: text)
    notice = "\(all.count) replaced; undo takes that back"
  }

  /// Goes to a line such as `12` or `12:3`, or to a key.
  private mutating func goTo(_ text: String) {
    let parts = text.split(separator: ":")
    let numbers = parts.compactMap { Int($0) }
    if let line = numbers.first, numbers.count == parts.count {
      let column = numbers.count > 1 ? numbers[1] - 1 : 0
      draft.moveCursor(to: draft.buffer.clamped(Position(line: line - 1, column: column)))
      unfold()
    } else if !goTo(path: text.split(separator: ".").map(String.init)) {
      notice = "no key \(text)"
    }
  }
}

// Updates after changes of the draft.
extension EditorView {
  /// Longer texts (in bytes) are checked only when the user pauses, so that keys are handled quickly.
  private static let checkedAtOnce = 1 << 15

  /// Whether a check is too fast to be noticed.
  package var isCheckedAtOnce: Bool { draft.buffer.lines.reduce(0) { $0 + $1.utf8.count } <= Self.checkedAtOnce }

  mutating func refresh() {
    if draft.edits != seenEdits {
      seenEdits = draft.edits
      folds.follow(highlighter.update(draft.buffer.lines))
      hasUnsavedEdits = draft.buffer != saved
      marks = []
      if isCheckedAtOnce { check() } else { (problem, warnings) = (nil, []) }
    }
    scroll()
  }

  private mutating func check() { take(ConfigReview(text)) }

  /// Sets the review of the text after `edits` edits; ignored if the text has changed since.
  package mutating func take(_ review: ConfigReview, of edits: Int? = nil) {
    guard edits == nil || edits == draft.edits else { return }
    (problem, warnings) = (review.mistake, review.warnings)
  }

  private mutating func scroll() {
    window.show(row(of: draft.cursor.line), height: textRows, count: rowCount, margin: 2)
    let column = String(draft.buffer.lines[draft.cursor.line].prefix(draft.cursor.column)).columns
    let room = max(1, size.columns - gutter)
    // Scrolls half a screen at a time, so that typing at the edge does not move the text with each key.
    if column < leftColumn || column >= leftColumn + room { leftColumn = max(0, column - room / 2) }
    if column < room { leftColumn = 0 }
  }

  /// The number of columns for line numbers and the mark of a problem.
  var gutter: Int { String(draft.buffer.lines.count).count + 2 }

  /// The number of rows for text; the rows below are for messages.
  var textRows: Int { max(1, size.rows - messageRows) }

  func spans(line: Int) -> [Highlighter.Span] {
    highlighter.spans(draft.buffer.lines[line], index: line)
  }

  /// Moves the cursor to a click on `point`, relative to the editor's origin.
  private mutating func click(_ point: Point) {
    guard point.row >= 0, point.row < textRows, window.top + point.row < rowCount else { return }
    let line = line(inRow: window.top + point.row)
    let column = draft.buffer.lines[line].offset(atColumn: max(0, point.column - gutter) + leftColumn)
    draft.moveCursor(to: Position(line: line, column: column))
  }
}
