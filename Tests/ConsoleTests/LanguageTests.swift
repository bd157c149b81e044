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

  /// The texts that stand in the code right after `opening`.
  private static func literals(after opening: String) -> Set<String> {
    Set(sources.flatMap { $0.split(separator: opening + "\"").dropFirst().map { String($0.prefix { $0 != "\"" }) } })
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
    all.formUnion(["on", "off", "waiting"] + literals(after: "fact("))
    return all.subtracting(["", "installed"])
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
