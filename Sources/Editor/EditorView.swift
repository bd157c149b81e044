package import Manifest
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
  }

  /// The text being edited.
  package private(set) var draft: Draft
  /// The first mistake in the text as it is now.
  package private(set) var problem: SyntaxError?
  /// What in the text is not a mistake, but perhaps not meant.
  package private(set) var warnings: [SyntaxError] = []
  /// Keys typed so far of a longer binding.
  package private(set) var pendingKeys: [Key] = []
  private let saved: String
  private var highlighter: Highlighter
  private var seenEdits = 0
  private var search: Search?
  private(set) var prompt: LinePrompt?
  private(set) var window = ScrollWindow()
  private(set) var leftColumn = 0
  private(set) var size = Size(rows: 24, columns: 80)

  /// An editor of `text`, which counts as saved.
  package init(text: String) {
    draft = Draft(text)
    saved = text
    highlighter = Highlighter(draft.buffer.lines)
    check()
  }

  /// The text as it is now.
  package var text: String { draft.text }

  /// A text to be found is being typed: every key belongs to it.
  package var isFinding: Bool { prompt != nil }
  /// Whether the text differs from what was saved.
  package var hasUnsavedEdits: Bool { !text.utf8.elementsEqual(saved.utf8) }

  /// The editor is shown in an area of `size`; to be told before keys that depend on it, and after a resize.
  package mutating func resize(to size: Size) {
    self.size = size
    scroll()
  }

  /// Handles one key: a binding of `keymap`, or text.
  package mutating func handle(_ key: Key, keymap: Keymap<EditorCommand>) -> Outcome {
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
    defer { refresh() }
    switch command {
    case .save: return save()
    case .abandon:
      return draft.deselect() ? .handled : .abandon(hasUnsavedEdits: hasUnsavedEdits)
    case .find: prompt = LinePrompt()
    case .findNext: find(forwards: true)
    case .findPrevious: find(forwards: false)
    case .movePageUp: draft.move(.lines(-page))
    case .movePageDown: draft.move(.lines(page))
    default: draft.perform(command)
    }
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
}

// Finding.
extension EditorView {
  private mutating func handleInPrompt(_ key: Key) -> Outcome {
    guard var prompt else { return .ignored }
    let outcome = prompt.handle(key)
    self.prompt = outcome == .accepted || outcome == .cancelled ? nil : prompt
    guard outcome == .accepted else { return outcome == .ignored ? .ignored : .handled }
    search = Search(prompt.text)
    find(forwards: true)
    refresh()
    return .handled
  }

  private mutating func find(forwards: Bool) {
    guard let search else { return }
    let range = draft.selection.range
    let match =
      forwards
      ? search.next(in: draft.buffer, from: range.upperBound)
      : search.previous(in: draft.buffer, from: range.lowerBound)
    if let match { draft.select(match) }
  }
}

// Keeping up with the draft.
extension EditorView {
  /// Texts larger than this, in bytes, are checked when they are saved, so that keys stay quick.
  private static let checkedAtOnce = 1 << 15

  private mutating func refresh() {
    if draft.edits != seenEdits {
      seenEdits = draft.edits
      highlighter.update(draft.buffer.lines)
      let bytes = draft.buffer.lines.reduce(0) { $0 + $1.utf8.count }
      if bytes <= Self.checkedAtOnce { check() } else { (problem, warnings) = (nil, []) }
    }
    scroll()
  }

  private mutating func check() {
    let review = ConfigReview(text)
    (problem, warnings) = (review.mistake, review.warnings)
  }

  private mutating func scroll() {
    window.show(draft.cursor.line, height: textRows, count: draft.buffer.lines.count, margin: 2)
    let column = String(draft.buffer.lines[draft.cursor.line].prefix(draft.cursor.column)).columns
    let room = max(1, size.columns - gutter)
    // Half a screen at a time, so that typing at the edge does not move the text with each key.
    if column < leftColumn || column >= leftColumn + room { leftColumn = max(0, column - room / 2) }
    if column < room { leftColumn = 0 }
  }

  /// Columns for line numbers and the mark of a problem.
  var gutter: Int { String(draft.buffer.lines.count).count + 2 }

  /// Rows for text; the last one is for what the editor has to say.
  var textRows: Int { max(1, size.rows - 1) }

  func spans(line: Int) -> [Highlighter.Span] {
    highlighter.spans(draft.buffer.lines[line], index: line)
  }

  /// Where a click on `point`, counted from the editor's own corner, puts the cursor.
  private mutating func click(_ point: Point) {
    let line = window.top + point.row
    guard line < draft.buffer.lines.count, point.row >= 0, point.row < textRows else { return }
    let column = draft.buffer.lines[line].offset(atColumn: max(0, point.column - gutter) + leftColumn)
    draft.moveCursor(to: Position(line: line, column: column))
  }
}
