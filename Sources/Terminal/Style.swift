/// A colour as a theme names it.
///
/// The screen comes as close as the terminal can.
public enum Color: Hashable, Sendable {
  /// An entry of the terminal's palette: 0 to 15 are its own named colours.
  case palette(UInt8)
  case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// How a cell looks, where a colour of `nil` is the terminal's own.
public struct Style: Hashable, Sendable {
  /// What a terminal can do to text besides colouring it.
  public struct Attributes: OptionSet, Hashable, Sendable {
    /// One bit an attribute.
    public let rawValue: UInt8
    /// The attributes of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Heavier, or brighter.
    public static let bold = Attributes(rawValue: 1 << 0)
    /// Fainter.
    public static let dim = Attributes(rawValue: 1 << 1)
    /// Text and background exchanged.
    public static let reverse = Attributes(rawValue: 1 << 2)
    /// A line below.
    public static let underline = Attributes(rawValue: 1 << 3)
    /// Slanted; many terminals show nothing.
    public static let italic = Attributes(rawValue: 1 << 4)
  }

  /// The colour of the text.
  public var foreground: Color?
  /// The colour behind it.
  public var background: Color?
  /// What is done to the text besides.
  public var attributes: Attributes

  /// The terminal's own look, but for what is given.
  public init(foreground: Color? = nil, background: Color? = nil, attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The terminal's own colours and no attribute.
  public static let plain = Style()

  /// This style on top of `base`: what it does not say, `base` decides.
  public func over(_ base: Style) -> Style {
    Style(
      foreground: foreground ?? base.foreground, background: background ?? base.background,
      attributes: attributes.union(base.attributes))
  }
}
