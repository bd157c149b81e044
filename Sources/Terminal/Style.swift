/// A colour of a theme.
///
/// The screen uses the nearest colour that the terminal has.
package enum Color: Hashable, Sendable {
  /// An entry of the terminal's palette: 0 to 15 are its named colours.
  case palette(UInt8)
  case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// The look of a cell; a colour of `nil` is the terminal's own.
package struct Style: Hashable, Sendable {
  /// Text attributes of a terminal.
  package struct Attributes: OptionSet, Hashable, Sendable {
    /// One bit for each attribute.
    package let rawValue: UInt8
    /// The attributes of these bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Heavier, or brighter.
    package static let bold = Attributes(rawValue: 1 << 0)
    /// Fainter.
    package static let dim = Attributes(rawValue: 1 << 1)
    /// Text and background exchanged.
    package static let reverse = Attributes(rawValue: 1 << 2)
    /// A line below.
    package static let underline = Attributes(rawValue: 1 << 3)
    /// Slanted; many terminals do not show it.
    package static let italic = Attributes(rawValue: 1 << 4)
  }

  /// The colour of the text.
  package var foreground: Color?
  /// The colour behind it.
  package var background: Color?
  /// The attributes of the text.
  package var attributes: Attributes

  /// The terminal's own look, except for what is given.
  package init(foreground: Color? = nil, background: Color? = nil, attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The terminal's own colours and no attribute.
  package static let plain = Style()

  /// This style merged over `base`, which supplies the colours that are `nil` here.
  package func over(_ base: Style) -> Style {
    Style(
      foreground: foreground ?? base.foreground, background: background ?? base.background,
      attributes: attributes.union(base.attributes))
  }
}
