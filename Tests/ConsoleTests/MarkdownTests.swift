import Terminal
import Testing

@testable import Console

@Suite struct MarkdownTests {
  @Test func aREADMEIsReadable() {
    let text = """
      # Grafana

      Shows *many* `charts`, see [the docs](https://grafana.com) and
      goes on here.

      ## Install
      - one
      - two, which is so long that it must go on in a second line
        1. three
      > quoted

      ```yaml
      replicas: 1
      ```

      | Key | Meaning |
      |-----|:-------:|
      | a_b | **bold** |
      """

    #expect(
      Markdown(text).lines(columns: 40).map(\.text).joined(separator: "\n") == """
        Grafana
        ═══════

        Shows many charts, see the docs
        (https://grafana.com) and goes on here.

        Install
        • one
        • two, which is so long that it must go
          on in a second line
          1. three
        │ quoted

          replicas: 1

        Key  Meaning\u{20}\u{20}
        a_b  bold\u{20}\u{20}\u{20}\u{20}\u{20}
        """)
  }

  @Test func stylesFollowTheWordsAcrossLines() {
    let lines = Markdown("some **bold words that wrap** here").lines(columns: 20)

    #expect(lines[0].spans.contains { $0.style == .markdownEmphasis })
    #expect(lines[1].spans.contains { $0.style == .markdownEmphasis })
  }

  @Test(arguments: ["*", "**", "`", "[", "[x](", "|", "#", "a_b_c", "![", "\\"])
  func whatIsNotFinishedIsShownAsItIs(text: String) {
    #expect(!Markdown(text + " end").lines(columns: 40).isEmpty)
  }
}

/// A README is another author's text.
@Suite struct HostileMarkdownTests {
  @Test(arguments: ["[", "*", "` ", "word ", "!["])
  func aLongOneIsLaidOutInTime(part: String) {
    let text = String(repeating: part, count: 40_000 / part.count)
    let start = ContinuousClock.now
    let lines = Markdown(text).lines(columns: 80)

    #expect(!lines.isEmpty)
    #expect(ContinuousClock.now - start < .seconds(20))
  }
}
