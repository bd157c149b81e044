import CTerminal

/// The content of one cell: a character that takes one or two columns and has no other effect.
///
/// Every text passes through this type on its way to a screen, so hostile text has no effect. The rule was
/// measured on ncurses, tmux and xterm, which differ on joined emoji: the first code point decides the width,
/// up to four combining code points follow, and code points that join, hide or reverse text are dropped.
struct Glyph: Hashable {
  var text: Character
  var columns: Int

  static let replacement = Glyph(text: "\u{FFFD}", columns: 1)
  static let blank = Glyph(text: " ", columns: 1)

  /// The number of blanks for a tab, which is fixed so that the width of a text does not depend on its column.
  static let tabColumns = 4

  /// Calls `body` with the glyphs of `text` until it returns `false`.
  static func forEach(in text: String, _ body: (Glyph) -> Bool) {
    if forEachASCII(in: text, body) { return }
    for character in text {
      if let glyph = single(character) {
        guard body(glyph) else { return }
        continue
      }
      for glyph in glyphs(of: character) {
        guard body(glyph) else { return }
      }
    }
  }

  /// The same for a text of printable ASCII only, which most are; `false` for any other.
  private static func forEachASCII(in text: String, _ body: (Glyph) -> Bool) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return false }
      ascii.withUnsafeBufferPointer { ascii in
        for byte in bytes {
          guard body(ascii[Int(byte)]) else { return }
        }
      }
      return true
    }
  }

  private static let ascii = (UInt8(0)...0x7E).map { Glyph(text: Character(Unicode.Scalar($0)), columns: 1) }

  /// The glyph of a character that is a single code point with a width.
  private static func single(_ character: Character) -> Glyph? {
    let scalars = character.unicodeScalars
    guard let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex else { return nil }
    if (0x20...0x7E).contains(first.value) { return Glyph(text: character, columns: 1) }
    guard !first.isDropped, case let columns = first.columns, columns > 0 else { return nil }
    return Glyph(text: character, columns: columns)
  }

  /// The glyphs of a character that is not printable ASCII; none if it is invisible.
  static func glyphs(of character: Character) -> [Glyph] {
    if character == "\t" { return Array(repeating: .blank, count: tabColumns) }
    var result: [Glyph] = []
    var scalars = String.UnicodeScalarView()
    var columns = 0
    for scalar in character.unicodeScalars where !scalar.isDropped {
      let width = scalar.columns
      if scalars.isEmpty {
        guard width > 0 else { return [.replacement] }
        (scalars, columns) = (String.UnicodeScalarView([scalar]), width)
      } else if width == 0 {
        if scalars.count <= maximumMarks { scalars.append(scalar) }
      } else {
        // Some terminals would draw an emoji after a joiner inside the first one.
        guard !scalar.isPictograph else { break }
        result.append(Glyph(text: Character(String(scalars)), columns: columns))
        (scalars, columns) = (String.UnicodeScalarView([scalar]), width)
      }
    }
    if !scalars.isEmpty { result.append(Glyph(text: Character(String(scalars)), columns: columns)) }
    return result
  }

  /// A cell of ncurses contains at most five code points.
  private static let maximumMarks = 4
}

extension Unicode.Scalar {
  /// The columns according to the C library; less than one for code points without a column of their own.
  fileprivate var columns: Int {
    // Sets the character set, on which `ksx_wcwidth` depends.
    _ = Locale.isUTF8
    return Int(ksx_wcwidth(value))
  }

  /// Joiners, variation selectors, bidi controls, tags and other invisible code points.
  fileprivate var isDropped: Bool {
    switch value {
    case 0xAD, 0x61C, 0x180B...0x180F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0x20E3: true
    case 0xFE00...0xFE0F, 0xFEFF, 0xFFF9...0xFFFB, 0x1D173...0x1D17A, 0xE0000...0xE0FFF: true
    default: false
    }
  }

  /// Emoji, their skin tones and the letters of flags.
  fileprivate var isPictograph: Bool {
    value >= 0x1F000 || (0x2190...0x2BFF).contains(value)
  }
}

/// The character set of the process, which wcwidth and ncurses use.
enum Locale {
  /// Set once, at the first use.
  static let isUTF8 = ksx_use_utf8() == 1
}
