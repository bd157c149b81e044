import Platform
import Testing

/// Texts in texts.
@Suite struct TextSearchTests {
  @Test(
    arguments: [
      ("", "a", nil), ("a", "", nil), ("abc", "bc", 1), ("aab", "ab", 1), ("ababac", "abac", 2), ("aaaab", "aab", 2),
      ("zäöü", "öü", 3), ("abcabd", "abd", 3), ("aaa", "aaaa", nil), ("abacabadabacaba", "abadab", 4),
    ] as [(String, String, Int?)])
  func aTextIsFoundWhereItFirstStands(text: String, part: String, place: Int?) {
    let found = text.rangeOfText(part)

    #expect(found.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) } == place)
    #expect(text.dropFirst(0).rangeOfText(part)?.lowerBound == found?.lowerBound)
  }

  @Test func aTextIsReplacedAsOftenAsIsWanted() {
    #expect("aXbXcX".replacingText("X", with: "--") == "a--b--c--")
    #expect("aXbXcX".replacingText("X", with: "--", atMost: 2) == "a--b--cX")
    // The same search in quadratic time would take longer than the suite.
    let text = String(repeating: "a", count: 400_000)
    #expect(!text.containsText(String(repeating: "a", count: 200_000) + "b"))
  }
}
