import Terminal
import Testing

@testable import Console

/// Lines in several styles, cut and wrapped for a width.
@Suite struct LineTests {
  @Test func whatIsCutSaysSoInTheStyleOfItsPlace() {
    let line = Line("Reason ", .dim) + Line("no kind TrafficPolicy", .stateFailed)

    #expect(
      line.truncated(to: 12).spans == [.init(text: "Reason ", style: .dim), .init(text: "no k…", style: .stateFailed)])
    #expect(line.truncated(to: 7).text == "Reason…")
    #expect(line.truncated(to: 28) == line)
    #expect(line.truncated(to: 0).text == "")
  }

  @Test func theWordsOfAWrappedLineAreAllThere() {
    let texts = [
      "\tfoo bar baz qux", "a\u{301}b\tc d e f g h i j", "👨‍👩‍👧 and 👍🏽 and the rest of it", "é\u{202E}x y z\u{7}w v u t s r",
    ]
    for text in texts {
      let lines = Line(text).wrapped(to: 10, indent: 2)
      #expect(lines.allSatisfy { $0.text.columns <= 10 }, "\(lines.map(\.text))")
      let words = lines.flatMap { $0.text.split(separator: " ") }.joined()
      #expect(words == text.sanitised.split(separator: " ").joined())
    }
  }

  @Test func lineEndsInATextAreKept() {
    let lines = Line("one\ntwo three", .dim).wrapped(to: 10, indent: 2)

    #expect(lines.map(\.text) == ["one", "  two", "  three"])
  }
}
