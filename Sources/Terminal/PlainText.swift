import Glibc

/// What a terminal without UTF-8 is sent: ASCII only, in the same columns.
package enum PlainText {
  /// Whether the user's locale says that the terminal takes no UTF-8.
  ///
  /// `LC_ALL` and `LC_CTYPE` are taken at their word, and so is any locale that names another character set.
  /// `LANG=C` and nothing at all are the locale of machines without a locale setup, reached from terminals that take
  /// UTF-8: there ksx uses UTF-8, as it does for locales that are not installed.
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

  /// As the environment of this process says.
  package static let isWanted = isWanted { name in getenv(name).map { String(cString: $0) } }

  /// `text` in ASCII, as wide as it was.
  package static func text(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return text.reduce(into: "") { result, character in
      let columns = character.isASCII ? 1 : String(character).columns
      result += String(repeating: String(standIn(for: character)), count: columns)
    }
  }

  /// What stands for `character` in one column.
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
