import CNcurses

/// Converts cells to ncurses' cells.
///
/// Used only by the screen that owns it.
struct CellPainter {
  private let depth: ColorDepth
  private let isPlain: Bool
  private var known: [Style: (attributes: attr_t, pair: Int32)] = [:]
  private var line: [cchar_t] = []

  /// `isPlain` paints in ASCII only.
  init(depth: ColorDepth, isPlain: Bool = PlainText.isWanted) {
    self.depth = depth
    self.isPlain = isPlain
  }

  /// One element for each glyph; the right half of a wide character has none.
  mutating func cells(_ row: ArraySlice<Cell>) -> [cchar_t] {
    line.removeAll(keepingCapacity: true)
    var style = Style.plain
    var (attributes, pair) = look(of: style)
    for cell in row where cell.columns > 0 {
      if cell.style != style {
        style = cell.style
        (attributes, pair) = look(of: style)
      }
      guard !isPlain else {
        // One substitute for each column, so that the text after it keeps its columns.
        let character = Self.characters(PlainText.standIn(for: cell.text))
        for _ in 0..<cell.columns { line.append(cchar_t(attr: attributes, chars: character, ext_color: pair)) }
        continue
      }
      line.append(cchar_t(attr: attributes, chars: Self.characters(cell.text), ext_color: pair))
    }
    return line
  }

  /// The text of a row on a terminal without UTF-8.
  static func plain(_ row: ArraySlice<Cell>) -> String {
    var painter = CellPainter(depth: .none, isPlain: true)
    return String(painter.cells(row).compactMap { Unicode.Scalar(UInt32($0.chars.0)).map(Character.init) })
  }

  private static func characters(_ text: Character) -> (wchar_t, wchar_t, wchar_t, wchar_t, wchar_t) {
    var result: (wchar_t, wchar_t, wchar_t, wchar_t, wchar_t) = (0, 0, 0, 0, 0)
    for (index, scalar) in text.unicodeScalars.prefix(5).enumerated() {
      let value = wchar_t(bitPattern: scalar.value)
      switch index {
      case 0: result.0 = value
      case 1: result.1 = value
      case 2: result.2 = value
      case 3: result.3 = value
      default: result.4 = value
      }
    }
    return result
  }

  private mutating func look(of style: Style) -> (attributes: attr_t, pair: Int32) {
    if let look = known[style] { return look }
    let colors = (depth.index(of: style.foreground), depth.index(of: style.background))
    let isPlain = depth == .none || colors == (-1, -1)
    let look = (Self.attributes(style.attributes), isPlain ? 0 : max(0, alloc_pair(colors.0, colors.1)))
    known[style] = look
    return look
  }

  private static func attributes(_ attributes: Style.Attributes) -> attr_t {
    var result: attr_t = 0
    if attributes.contains(.bold) { result |= ksx_bold }
    if attributes.contains(.dim) { result |= ksx_dim }
    if attributes.contains(.italic) { result |= ksx_italic }
    if attributes.contains(.reverse) { result |= ksx_reverse }
    if attributes.contains(.underline) { result |= ksx_underline }
    return result
  }
}
