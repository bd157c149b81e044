/// One replacement of a part of a text.
///
/// Applying it yields the edit that takes it back, so undo needs no copy of the text.
public struct Edit: Hashable, Sendable {
  /// What is replaced.
  public var range: Range<Position>
  /// What stands there afterwards; lines are separated by a line feed.
  public var replacement: String

  /// Replaces `range` by `replacement`.
  public init(_ range: Range<Position>, with replacement: String) {
    self.range = range
    self.replacement = replacement
  }
}
