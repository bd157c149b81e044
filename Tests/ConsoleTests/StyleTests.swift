import Client
import Platform
import Terminal
import Testing

@testable import Console

/// What the screen asks for and what the themes give are one list.
@Suite struct StyleTests {
  /// The sources of all that draws.
  static let sources: [String] = {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources/"
    let files = ["Console", "Editor", "Terminal"].flatMap { swiftFiles(in: root + $0) }
    return files.filter { !$0.hasSuffix("/StyleName.swift") }.compactMap { try? Files.text($0) }
  }()

  /// What stands after a point in them.
  private static let members = Set(
    sources.flatMap { $0.split(separator: ".").dropFirst().map { String($0.prefix { $0.isLetter }) } })

  private static func swiftFiles(in folder: String) -> [String] {
    let paths = ((try? Files.names(in: folder)) ?? []).map { folder + "/" + $0 }
    return paths.flatMap { Files.isDirectory($0) ? swiftFiles(in: $0) : $0.hasSuffix(".swift") ? [$0] : [] }
  }

  @Test(arguments: ["terminal", "dark", "light", "mono", "high-contrast", "colour-blind"])
  func everyThemeHasEveryStyle(name: String) throws {
    let theme = try #require(Settings.standard.themes[name])

    #expect(StyleName.allCases.filter { theme.styles[$0.rawValue] == nil } == [])
  }

  @Test(arguments: StyleName.allCases)
  func everyStyleIsAskedFor(name: StyleName) {
    #expect(Self.members.contains(String(describing: name)))
  }

  @Test func noStyleIsAskedForByItsText() {
    #expect(Self.sources.count > 30)
    #expect(Self.sources.allSatisfy { !$0.contains("theme[\"") })
  }

  @Test func aWarningLooksUnlikeANote() throws {
    for name in Settings.standard.themes.keys {
      let theme = try #require(Settings.standard.themes[name])
      #expect(theme[.statusWarning] != theme[.status])
      #expect(theme[.statusOK] != theme[.statusError])
    }
  }
}
