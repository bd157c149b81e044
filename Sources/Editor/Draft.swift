/// A text being edited: its lines, the selection, and the undo history.
///
/// It does not depend on a screen; `EditorView` shows it.
package struct Draft: Hashable, Sendable {
  /// The text as lines.
  package internal(set) var buffer: TextBuffer
  /// The cursor and the selected range.
  package internal(set) var selection = Selection(.start)
  var history = UndoHistory()
  var clipboard = ""
  /// Whether cursor movements select, as after `mark`.
  var isMarking = false
  /// The screen column that vertical movements keep.
  var goal: Int?
  /// The number of edits, by which callers detect changes.
  var edits = 0

  /// A draft of `text`, with the cursor at its start.
  package init(_ text: String) {
    buffer = TextBuffer(text)
  }

  /// The present text.
  package var text: String { buffer.text }
  /// The position where typed text is inserted.
  package var cursor: Position { selection.head }

  /// A cursor movement.
  enum Motion: Hashable {
    case left, right, up, down, wordLeft, wordRight, lineStart, lineEnd, textStart, textEnd
    /// Down by this many lines; up if negative.
    case lines(Int)
  }
}
