/// A character position of a surface: its text and style.
///
/// A wide character takes two cells: one of two columns and a continuation without text.
package struct Cell: Hashable, Sendable {
  /// The text, which `Surface` has checked to be harmless.
  package let text: Character
  /// The style.
  package var style: Style
  /// 1 or 2, or 0 for the right half of a wide character.
  package let columns: Int8

  /// A blank in the terminal's own colours.
  package static let blank = Cell(style: .plain)

  /// A blank in `style`.
  package init(style: Style) {
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
