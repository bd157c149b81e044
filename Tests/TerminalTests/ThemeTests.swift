import Glibc
import Platform
import Terminal
import Testing

@Suite struct ThemeTests {
  @Test func aNameFallsBackToItsParents() {
    let theme = Theme([
      "list": Style(attributes: .dim), "list.selected": Style(attributes: .reverse),
    ])

    #expect(theme["list.selected"].attributes == .reverse)
    #expect(theme["list.heading.sorted"].attributes == .dim)
    #expect(theme["status"] == .plain)
    #expect(theme.defines("list.heading"))
    #expect(!theme.defines("status"))
  }

  @Test func stylesAreWords() throws {
    let theme = try Theme.parse(
      """
      name: mine
      styles:
        a: bold green on black
        b: "#FF8800 on 17"
        c: default on bright-red
        d: plain
        e: italic underline gray
      """, file: "mine.yaml")

    #expect(theme.name == "mine")
    #expect(theme["a"] == Style(foreground: .palette(2), background: .palette(0), attributes: .bold))
    #expect(theme["b"] == Style(foreground: .rgb(red: 255, green: 136, blue: 0), background: .palette(17)))
    #expect(theme["c"] == Style(background: .palette(9)))
    #expect(theme["d"] == .plain)
    #expect(theme["e"] == Style(foreground: .palette(8), attributes: [.italic, .underline]))
    #expect(theme.hasTrueColor)
  }

  @Test(arguments: [
    ("styles:\n  a: bold grene", "t.yaml:2:6: grene is neither a colour nor an attribute; did you mean green?"),
    ("styles:\n  a: #ff8800", "t.yaml:2:5: an empty style; a colour that begins with # needs quotes"),
    ("styles:\n  a: 256", "t.yaml:2:6: 256 is neither a colour nor an attribute"),
    ("style:\n  a: red", "t.yaml:1:1: a theme has no style; did you mean styles?"),
    ("styles:\n  a: [red]", "t.yaml:2:6: a style is words, as in bold green on black"),
    ("styles: red", "t.yaml:1:9: styles is a mapping of names to styles"),
  ])
  func aMistakeIsReportedAtItsPlace(text: String, message: String) {
    let error = #expect(throws: SettingsError.self) { try Theme.parse(text, file: "t.yaml") }
    #expect(error?.description == message)
  }

  @Test func theUsersStylesWinOverTheDefaults() {
    let base = Theme(name: "base", ["a": Style(attributes: .bold), "b": Style(attributes: .dim)])

    let theme = Theme(name: "mine", ["a": .plain]).over(base)

    #expect(theme["a"] == .plain)
    #expect(theme["b"].attributes == .dim)
    #expect(theme.name == "mine")
  }

  @Test func noColorMeansMono() {
    #expect(Theme.choice(environment: ["NO_COLOR": "1"], setting: "dark") == "mono")
    #expect(Theme.choice(environment: ["NO_COLOR": ""], setting: "dark") == "dark")
    #expect(Theme.choice(environment: [:], setting: nil) == "terminal")
  }

  @Test(arguments: ["terminal", "dark", "light", "mono"])
  func everyThemeOfOursDefinesEveryStyle(name: String) throws {
    let theme = try Theme.parse(Self.text(ofTheme: name), file: "themes/\(name).yaml")

    #expect(theme.name == name)
    #expect(theme.styles.keys.sorted() == StyleName.allCases.map(\.rawValue).sorted())
    #expect(theme["list.selected"] != theme["text"])
    if name == "mono" {
      #expect(theme.styles.values.allSatisfy { $0.foreground == nil && $0.background == nil })
    }
  }

  /// The text of a theme at the top of the repository.
  private static func text(ofTheme name: String) throws -> String {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try #require(fopen("/\(folder)/themes/\(name).yaml", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
