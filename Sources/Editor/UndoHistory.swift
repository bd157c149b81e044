/// What was done to a text, to be undone and redone.
struct UndoHistory: Hashable, Sendable {
  /// Edits that are undone together.
  struct Step: Hashable, Sendable {
    /// In the order in which they must be applied to go back, or forth again.
    var edits: [Edit]
    var before: Selection
    var after: Selection
  }

  /// What an edit was, so that a word typed is one step.
  enum Kind: Hashable, Sendable {
    case typing, deleting, other
  }

  private var done: [Step] = []
  private var undone: [Step] = []
  private var lastKind = Kind.other

  /// Notes an edit by its inverse; it joins the last step when that is more of the same.
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

  /// The next edit begins a new step.
  mutating func close() {
    lastKind = .other
  }

  /// Takes the last step back and returns what is selected then, or `nil` when there is none.
  mutating func undo(on buffer: inout TextBuffer) -> Selection? {
    guard let step = done.popLast() else { return nil }
    close()
    let back = step.edits.map { buffer.apply($0).inverse }
    undone.append(Step(edits: back.reversed(), before: step.before, after: step.after))
    return step.before
  }

  /// Does again what was undone last.
  mutating func redo(on buffer: inout TextBuffer) -> Selection? {
    guard let step = undone.popLast() else { return nil }
    close()
    let back = step.edits.map { buffer.apply($0).inverse }
    done.append(Step(edits: back.reversed(), before: step.before, after: step.after))
    return step.after
  }
}
