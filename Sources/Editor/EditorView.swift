package import Manifest
import Platform
package import Terminal

/// The editor on the screen: a draft of YAML, its mistakes, and keys.
///
/// A value like every view. It saves nothing itself: `handle` says what the user wants, and the text stays
/// here until the caller lets go of it.
package struct EditorView: Hashable, Sendable {
  /// What a key or a command led to.
  package enum Outcome: Hashable, Sendable {
    /// The editor dealt with it.
    case handled
    /// The key means nothing here.
    case ignored
    /// Save this text.
    case save(String)
    /// The text cannot be saved as it is; the cursor is at the mistake.
    case refused(SyntaxError)
    /// Leave; ask first when something would be lost.
    case abandon(hasUnsavedEdits: Bool)
    /// Let another program edit the text.
    case editOutside
  }

  /// The text being edited.
  package internal(set) var draft: Draft
  /// The first mistake in the text as it is now.
  package private(set) var problem: SyntaxError?
  /// What in the text is not a mistake, but perhaps not meant.
  package private(set) var warnings: [SyntaxError] = []
  /// What the caller has found in the text as it is now, such as keys that nothing reads.
  package var marks: [SyntaxError] = []
  /// Keys typed so far of a longer binding.
  package private(set) var pendingKeys: [Key] = []
  /// Whether the text differs from what was saved.
  package private(set) var hasUnsavedEdits = false
  private let saved: TextBuffer
  private var highlighter: Highlighter
  private var seenEdits = 0
  /// What is looked for, and which of its matches the cursor is at, of how many.
  private(set) var search: Search?
  /// What is said until the next key, such as `3/7`.
  private(set) var notice: Sentence?
  var prompt: EditorPrompt?
  /// Lines whose blocks are hidden.
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

  /// The text as it is now.
  package var text: String { draft.text }
  /// Another number after every edit.
  package var edits: Int { draft.edits }

  /// A text to be found is being typed: every key belongs to it.
  package var isFinding: Bool { prompt != nil }

  /// The editor is shown in an area of `size`; to be told before keys that depend on it, and after a resize.
  package mutating func resize(to size: Size) {
    guard size != self.size else { return }
    self.size = size
    scroll()
  }

  /// Handles one key: a binding of `keymap`, or text.
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

  /// Puts `text` in the place of the whole, as one step of undo.
  package mutating func replaceText(with text: String) {
    draft.replaceAll(with: text)
    refresh()
  }

  /// Puts the cursor at the key at `path`, or says that there is none.
  package mutating func goTo(path: [String]) -> Bool {
    guard let line = KeyPlace.line(of: path, in: draft.buffer.lines) else { return false }
    draft.moveCursor(to: Position(line: line, column: draft.buffer.lines[line].count))
    unfold()
    refresh()
    return true
  }

  /// Selects the value of the cursor's line, to be typed over.
  package mutating func selectValue() {
    let line = draft.buffer.lines[draft.cursor.line]
    guard let colon = line.firstIndex(of: ":") else { return }
    let start = line[...colon].count + line[colon...].dropFirst().prefix { $0 == " " }.count
    draft.select(
      Position(line: draft.cursor.line, column: start)..<Position(line: draft.cursor.line, column: line.count))
    refresh()
  }

  /// Replaces the beginning of a key before the cursor by `text`, and selects its end from `selected` characters on.
  package mutating func complete(with text: String, over count: Int, selecting selected: Int) {
    let cursor = draft.cursor
    draft.select(Position(line: cursor.line, column: cursor.column - count)..<cursor)
    draft.insert(text)
    let end = draft.cursor
    if selected > 0 { draft.select(Position(line: end.line, column: end.column - selected)..<end) }
    refresh()
  }
}

// Finding.
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
    let place = (all.firstIndex { $0.lowerBound >= match.lowerBound } ?? 0) + 1
    notice = "\(place)/\(all.count) \(search.pattern)"
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

  /// A line, with a column perhaps, or a key.
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

// Keeping up with the draft.
extension EditorView {
  /// Texts larger than this, in bytes, are checked when the user pauses, so that keys stay quick.
  private static let checkedAtOnce = 1 << 15

  /// Whether a check takes no time that a user could notice.
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

  /// Takes what was found of the text as it was after `edits`.
  package mutating func take(_ review: ConfigReview, of edits: Int? = nil) {
    guard edits == nil || edits == draft.edits else { return }
    (problem, warnings) = (review.mistake, review.warnings)
  }

  private mutating func scroll() {
    window.show(row(of: draft.cursor.line), height: textRows, count: rowCount, margin: 2)
    let column = String(draft.buffer.lines[draft.cursor.line].prefix(draft.cursor.column)).columns
    let room = max(1, size.columns - gutter)
    // Half a screen at a time, so that typing at the edge does not move the text with each key.
    if column < leftColumn || column >= leftColumn + room { leftColumn = max(0, column - room / 2) }
    if column < room { leftColumn = 0 }
  }

  /// Columns for line numbers and the mark of a problem.
  var gutter: Int { String(draft.buffer.lines.count).count + 2 }

  /// Rows for text; those below are for what the editor has to say.
  var textRows: Int { max(1, size.rows - messageRows) }

  func spans(line: Int) -> [Highlighter.Span] {
    highlighter.spans(draft.buffer.lines[line], index: line)
  }

  /// Where a click on `point`, counted from the editor's own corner, puts the cursor.
  private mutating func click(_ point: Point) {
    guard point.row >= 0, point.row < textRows, window.top + point.row < rowCount else { return }
    let line = line(inRow: window.top + point.row)
    let column = draft.buffer.lines[line].offset(atColumn: max(0, point.column - gutter) + leftColumn)
    draft.moveCursor(to: Position(line: line, column: column))
  }
}
