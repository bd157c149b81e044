import Glibc

/// Text for a terminal without UTF-8: ASCII only, with the same columns.
package enum PlainText {
  /// Whether the user's locale says that the terminal does not support UTF-8.
  ///
  /// `LC_ALL`, `LC_CTYPE` and any locale that names another character set decide. `LANG=C` and no variable at all are
  /// found on machines without a locale setup, which are used from terminals that support UTF-8: there ksx uses UTF-8,
  /// as it does for locales that are not installed.
  static func isWanted(_ environment: (String) -> String?) -> Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let locale = environment(name), !locale.isEmpty else { continue }
      if locale == "C" || locale == "POSIX" { return name != "LANG" }
      guard let dot = locale.firstIndex(of: ".") else { return false }
      let charset = locale[locale.index(after: dot)...].prefix { $0 != "@" }.lowercased()
      return charset != "utf-8" && charset != "utf8"
    }
    return false
  }

  /// According to the environment of this process.
  package static let isWanted = isWanted { name in getenv(name).map { String(cString: $0) } }

  /// `text` in ASCII, with the same width.
  package static func text(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return text.reduce(into: "") { result, character in
      let columns = character.isASCII ? 1 : String(character).columns
      result += String(repeating: String(standIn(for: character)), count: columns)
    }
  }

  /// The ASCII substitute for `character` in one column.
  static func standIn(for character: Character) -> Character {
    if character.isASCII { return character }
    return known[character] ?? "?"
  }

  private static let known: [Character: Character] = {
    var known: [Character: Character] = [
      "…": "~", "·": ".", "•": "*", "–": "-", "—": "-", "×": "x", "✓": "+", "✗": "x", "›": ">", "→": ">", "←": "<",
      "↑": "^", "↓": "v", "▼": "v", "▲": "^", "⏎": "<", "≥": ">", "≤": "<", "▏": "|", "█": "#", "°": "o",
      "“": "\"", "”": "\"", "„": "\"", "‘": "'", "’": "'", "«": "<", "»": ">", "\u{A0}": " ",
    ]
    for line in "─━═╌┄" { known[line] = "-" }
    for line in "│┃║╎┆" { known[line] = "|" }
    for corner in "┌┐└┘├┤┬┴┼╭╮╯╰╔╗╚╝" { known[corner] = "+" }
    return known
  }()
}
