/// One character position: what it shows and how.
///
/// A wide character takes two: a cell of two columns and a continuation that shows nothing.
public struct Cell: Hashable, Sendable {
  /// What it shows; one that `Surface` found harmless.
  public let text: Character
  /// How it looks.
  public var style: Style
  /// 1 or 2, or 0 for the right half of a wide character.
  public let columns: Int8

  /// Nothing in the terminal's own colours.
  public static let blank = Cell(style: .plain)

  /// A blank in `style`.
  public init(style: Style) {
    (text, columns) = (" ", 1)
    self.style = style
  }

  init(_ glyph: Glyph, style: Style) {
    (text, columns) = (glyph.text, Int8(glyph.columns))
    self.style = style
  }

  private init(continuing style: Style) {
    (text, columns) = (" ", 0)
    self.style = style
  }

  static func continuation(_ style: Style) -> Cell { Cell(continuing: style) }
}
