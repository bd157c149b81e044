/// One replacement of a part of a text.
///
/// Applying it yields the edit that takes it back, so undo needs no copy of the text.
package struct Edit: Hashable, Sendable {
  /// What is replaced.
  package var range: Range<Position>
  /// What stands there afterwards; lines are separated by a line feed.
  package var replacement: String

  /// Replaces `range` by `replacement`.
  package init(_ range: Range<Position>, with replacement: String) {
    self.range = range
    self.replacement = replacement
  }
}
