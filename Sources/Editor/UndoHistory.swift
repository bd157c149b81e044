/// The edits of a text, for undo and redo.
struct UndoHistory: Hashable, Sendable {
  /// Edits that are undone together.
  struct Step: Hashable, Sendable {
    /// In the order in which they must be applied.
    var edits: [Edit]
    var before: Selection
    var after: Selection
  }

  /// The kind of an edit, so that a typed word is one step.
  enum Kind: Hashable, Sendable {
    case typing, deleting, other
  }

  private var done: [Step] = []
  private var undone: [Step] = []
  private var lastKind = Kind.other

  /// Records an edit by its inverse; it joins the last step if that continues at the same place with the same kind.
  mutating func note(_ inverse: Edit, kind: Kind, before: Selection, after: Selection) {
    undone = []
    if kind != .other, kind == lastKind, let last = done.last, last.after == before {
      done[done.count - 1].edits.insert(inverse, at: 0)
      done[done.count - 1].after = after
    } else {
      done.append(Step(edits: [inverse], before: before, after: after))
    }
    lastKind = kind
  }

  /// Makes the next edit begin a new step.
  mutating func close() {
    lastKind = .other
  }

  /// Undoes the last step and returns the selection before it; `nil` if there is none.
  mutating func undo(on buffer: inout TextBuffer) -> Selection? {
    guard let step = done.popLast() else { return nil }
    close()
    let back = step.edits.map { buffer.apply($0).inverse }
    undone.append(Step(edits: back.reversed(), before: step.before, after: step.after))
    return step.before
  }

  /// Redoes the step that was undone last.
  mutating func redo(on buffer: inout TextBuffer) -> Selection? {
    guard let step = undone.popLast() else { return nil }
    close()
    let back = step.edits.map { buffer.apply($0).inverse }
    done.append(Step(edits: back.reversed(), before: step.before, after: step.after))
    return step.after
  }
}
