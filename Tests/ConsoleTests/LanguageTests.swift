import Extensions
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// The console's own words and their catalogue are one list.
@Suite struct LanguageTests {
  private static let sources: [String] = {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources/Console"
    return swiftFiles(in: root).compactMap { try? Files.text($0) }
  }()

  private static func swiftFiles(in folder: String) -> [String] {
    let paths = ((try? Files.names(in: folder)) ?? []).map { folder + "/" + $0 }
    return paths.flatMap { Files.isDirectory($0) ? swiftFiles(in: $0) : $0.hasSuffix(".swift") ? [$0] : [] }
  }

  /// The texts that stand in the code right after `opening`, on its line or on the next.
  private static func literals(after opening: String) -> Set<String> {
    let parts = sources.flatMap { $0.split(separator: opening).dropFirst() }.map { $0.drop(while: \.isWhitespace) }
    return Set(parts.filter { $0.first == "\"" }.map { String($0.dropFirst().prefix { $0 != "\"" }) })
  }

  /// What is asked for by the value of an expression.
  private static let computed: Set<String> = {
    let views = MarketView.general + [.category("")]
    let columns = MarketplaceColumns.sorting.map(\.title) + ViewRow.columns.map(\.title)
    let states: [InstallationState] = [
      .none, .preparing, .installing, .installFailed, .upgrading, .upgradeFailed, .installed, .uninstalling,
      .uninstalled, .uninstallFailed,
    ]
    var all = Set(views.map(\.title) + views.map(\.emptiness) + columns + states.map(\.word.spacedOut))
    all.formUnion(Command.allCases.flatMap { [$0.summary, $0.hint] } + KeySection.allCases.map(\.title))
    all.formUnion(["on", "off", "waiting"] + ["fact(", "row(", "known(", "Column(", ">("].flatMap(literals(after:)))
    all.formUnion(ExtensionTab.allCases.map(\.title) + ChangeKind.allCases.map(\.row.verb))
    all.formUnion(
      Plan.Check.Subject.allCases.map(\.question) + RepositoryForm.Field.allCases.flatMap { [$0.label, $0.hint] })
    all.formUnion(["ready", "blocked", "asking the server …", "the server refuses it"])
    all.formUnion(["draft", "changed", "changed in the cluster meanwhile", "you"])
    return all.subtracting([""])
  }()

  private static let asked = literals(after: "words(").union(literals(after: "self(")).union(computed)

  @Test func everyWordHasItsChinese() {
    #expect(Self.sources.count > 30)
    #expect(Self.asked.subtracting(Language.chinese.keys).sorted() == [])
  }

  @Test func everyWordOfTheCatalogueIsAskedFor() {
    #expect(Set(Language.chinese.keys).subtracting(Self.asked).sorted() == [])
  }

  @Test func placesStandForWhatIsFilledIn() {
    #expect(Language(name: "en")("{0} and {1}", "a", "b") == "a and b")
    #expect(Language(name: "zh")("{0} failed", "3") == "3 失败")
    #expect(Language(name: "zh")("no such word") == "no such word")
  }

  /// The pages that can be opened with nothing but keys.
  private static let ways = [
    "", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "U", "b", "D", "X", "e", "m", "H", "?", "y", "gd", "go", "gr",
    "gw",
    "gc", "~", "Uv", "*D", "U/x",
  ]

  @Test(arguments: ways)
  func noPageShowsAWordOfTheCatalogueInEnglish(keys: String) {
    var tester = ConsoleTester.atMarket(100, 40)
    tester.app.state.settings.language = "zh"
    if keys.first?.isNumber == true { tester.press(.enter) }
    tester.type(keys)
    // Short words may be names, and help tells of words to type.
    let words = Language.chinese.filter { $0.key.count > 14 && $0.key.contains(" ") && !$0.key.contains("{") }.keys

    let said = tester.lines.joined(separator: " ")
    #expect(words.filter { said.contains($0) } == [], "\(tester.screen)")
  }

  @Test func pagesInChineseLookAsTheyDid() throws {
    func page(_ keys: String, _ name: String) -> Golden.State {
      Golden.State(name, from: .failedUpgrade) { tester in
        tester.app.state.settings.language = "zh"
        tester.press(.enter)
        tester.type(keys)
      }
    }
    try Golden.check(
      "chinese",
      [
        page("", "overview"), page("2", "versions"), page("3", "history"), page("4", "config"), page("8", "serves"),
        page("b", "plan"), page("X", "uninstall"), page("gd", "doctor"), page("H", "changes"),
      ])
  }

  @Test func theConsoleSpeaksChinese() {
    var tester = ConsoleTester.atMarket()
    tester.type(":language zh")
    tester.press(.enter)

    #expect(tester.lines[0].contains("museum › 扩展组件"))
    #expect(tester.lines[0].hasSuffix("实时"))
    #expect(tester.lines[1].contains("视图"))
    #expect(tester.lines.last?.contains("筛选") == true)
  }
}
