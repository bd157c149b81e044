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
}
