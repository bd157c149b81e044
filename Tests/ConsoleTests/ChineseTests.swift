import Packages
import Testing

@testable import Console

/// Texts of the screens that were once left in English.
@Suite struct ChineseTests {
  private static func speaking(_ columns: Int, _ rows: Int) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.app.state.settings.language = "zh"
    return tester
  }

  @Test func howMuchIsBelowIsSaidInChinese() {
    var tester = Self.speaking(80, 12)
    tester.type("?")
    #expect(tester.screen.contains("▼ 还有 "), "\(tester.screen)")
  }

  @Test func whatAnInstallerMayDoIsSaidInChinese() {
    let role = #"{kind: Role, rules: [{verbs: ["*"], apiGroups: ["", apps], resources: ["*"]}]}"#
    let contents = PackageContents(Package(files: ["permissions.yaml": Array(role.utf8)]))
    let words = Language(name: "zh")

    #expect(contents.permissions.map { words($0.sentence) } == ["对 core, apps 的所有种类 执行任何操作（自身的命名空间）"])
  }
}
