/// One replacement of a part of a text.
///
/// Applying it yields the edit that takes it back, so undo needs no copy of the text.
public struct Edit: Hashable, Sendable {
  public var range: Range<Position>
  /// What stands there afterwards; lines are separated by a line feed.
  public var replacement: String

  public init(_ range: Range<Position>, with replacement: String) {
    self.range = range
    self.replacement = replacement
  }
}
