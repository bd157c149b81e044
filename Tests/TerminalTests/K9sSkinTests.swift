import Testing

@testable import Terminal

/// Skins of k9s, taken as they are.
@Suite struct K9sSkinTests {
  private static let skin = """
    # a skin as people have it
    foreground: &foreground "#f8f8f2"
    background: &background "#282a36"
    red: &red "#ff5555"

    k9s:
      body:
        fgColor: *foreground
        bgColor: *background
        logoColor: dodgerblue
      frame:
        crumbs:
          fgColor: *foreground
          bgColor: orange
          activeColor: aqua
        status:
          errorColor: *red
          addColor: lightskyblue
      views:
        table:
          cursorFgColor: black
          cursorBgColor: default
    """

  @Test func aSkinIsReadWithItsAnchorsAndNamesOfColours() throws {
    let theme = try Theme.parse(Self.skin, file: "dracula.yaml")

    #expect(theme[.text] == Style(foreground: Color(named: "#f8f8f2"), background: Color(named: "#282a36")))
    #expect(theme[.header].background == Color(named: "#ffa500"))
    #expect(theme[.stateFailed].foreground == Color(named: "#ff5555"))
    #expect(theme[.stateInstalled].foreground == Color(named: "#87cefa"))
  }

  @Test func whatASkinDoesNotSayIsOfItsBodyOrTheTerminals() throws {
    let theme = try Theme.parse(Self.skin, file: "dracula.yaml")

    #expect(theme[.listSelected] == Style(foreground: Color(named: "#000000"), background: Color(named: "#282a36")))
    #expect(theme[.yamlKey] == Style(background: Color(named: "#282a36")))
  }

  @Test func everyStyleIsInASkin() throws {
    let theme = try Theme.parse(Self.skin, file: "dracula.yaml")

    #expect(StyleName.allCases.filter { theme.styles[$0.rawValue] == nil } == [])
  }
}
