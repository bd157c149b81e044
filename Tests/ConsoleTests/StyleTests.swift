import Client
import Platform
import Terminal
import Testing

@testable import Console

/// What the screen asks for and what the themes give are one list.
@Suite struct StyleTests {
  /// The pieces of the sources that stand between quotes.
  private static let literals: Set<String> = {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources/"
    let files = ["Console", "Editor", "Terminal"].flatMap { swiftFiles(in: root + $0) }
    let texts = files.filter { !$0.hasSuffix("/StyleName.swift") }.compactMap { try? Files.text($0) }
    return Set(texts.flatMap { $0.split(separator: "\"").map(String.init) })
  }()

  private static func swiftFiles(in folder: String) -> [String] {
    let paths = ((try? Files.names(in: folder)) ?? []).map { folder + "/" + $0 }
    return paths.flatMap { Files.isDirectory($0) ? swiftFiles(in: $0) : $0.hasSuffix(".swift") ? [$0] : [] }
  }

  @Test(arguments: ["terminal", "dark", "light", "mono"])
  func everyThemeHasEveryStyle(name: String) throws {
    let theme = try #require(Settings.standard.themes[name])

    #expect(StyleName.allCases.filter { theme.styles[$0.rawValue] == nil } == [])
  }

  @Test(arguments: StyleName.allCases)
  func everyStyleIsAskedFor(name: StyleName) {
    #expect(Self.literals.contains(name.rawValue))
  }

  @Test func everyStyleThatIsAskedForIsAName() {
    let roots = Set(StyleName.allCases.compactMap { $0.rawValue.split(separator: ".").first.map(String.init) })
    let asked = Self.literals.filter { literal in
      let parts = literal.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count == 2 && roots.contains(String(parts[0])) && parts[1].allSatisfy(\.isLetter)
    }

    #expect(asked.count > 30)
    #expect(asked.filter { StyleName(rawValue: $0) == nil }.sorted() == [])
  }

  @Test func aWarningLooksUnlikeANote() throws {
    for theme in Settings.standard.themes.values {
      #expect(theme[.statusWarning] != theme[.status])
      #expect(theme[.statusOK] != theme[.statusError])
    }
  }
}
