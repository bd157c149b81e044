/// A text being edited: its lines, what is selected, and how to go back.
///
/// It knows nothing of screens; `EditorView` shows one.
package struct Draft: Hashable, Sendable {
  /// The text as lines.
  package internal(set) var buffer: TextBuffer
  /// The cursor, and what it has selected.
  package internal(set) var selection = Selection(.start)
  var history = UndoHistory()
  var clipboard = ""
  /// Whether moving selects, as after `mark`.
  var isMarking = false
  /// The column on the screen that going up and down returns to.
  var goal: Int?
  /// Counts edits, so that others know when to look again.
  var edits = 0

  /// A draft of `text`, with the cursor before it.
  package init(_ text: String) {
    buffer = TextBuffer(text)
  }

  /// The text as it is now.
  package var text: String { buffer.text }
  /// Where typing goes.
  package var cursor: Position { selection.head }

  /// What a cursor key does.
  enum Motion: Hashable {
    case left, right, up, down, wordLeft, wordRight, lineStart, lineEnd, textStart, textEnd
    /// Down by this many lines, or up.
    case lines(Int)
  }
}
