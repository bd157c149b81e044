/// A replacement of a range of a text.
///
/// Applying it returns the inverse edit, so undo needs no copy of the text.
package struct Edit: Hashable, Sendable {
  /// The range that is replaced.
  package var range: Range<Position>
  /// The new text; lines are separated by a line feed.
  package var replacement: String

  /// Replaces `range` by `replacement`.
  package init(_ range: Range<Position>, with replacement: String) {
    self.range = range
    self.replacement = replacement
  }
}
