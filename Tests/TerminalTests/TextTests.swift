import Terminal
import Testing

@Suite struct TextTests {
  @Test func whatIsCopiedHasNothingThatATerminalWouldActOn() {
    #expect("a\tb\r\nc\u{1B}[201~rm\u{202E}x".pasteable == "a\tb\nc\u{FFFD}[201~rmx")
    #expect("日志: é\n".pasteable == "日志: é\n")
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("可观测性", 8), ("e\u{301}", 1), ("한글", 4), ("한", 2), ("─│┌", 3),
    ("👩‍🚀", 2), ("❤\u{FE0F}", 1), ("👍🏽", 2), ("क्ष", 2), ("\u{200B}", 0), ("\t", 4),
  ])
  func widthsAreThoseOfTheTerminal(text: String, columns: Int) {
    #expect(text.columns == columns)
  }

  @Test(arguments: [
    ("\u{1B}[31mred", "\u{FFFD}[31mred"), ("a\u{07}b", "a\u{FFFD}b"), ("\u{9B}31m", "\u{FFFD}31m"),
    ("a\u{7F}", "a\u{FFFD}"), ("safe\u{202E}exe.txt", "safeexe.txt"), ("a\u{200B}\u{2066}b\u{FEFF}", "ab"),
    ("a\tb", "a    b"), ("a\r\nb", "a\u{FFFD}b"), ("\u{301}x", "\u{FFFD}x"), ("a\u{AD}b", "ab"),
    ("a\u{E0041}b", "ab"), ("a\u{2028}b", "a\u{FFFD}b"), ("x\u{61C}y", "xy"),
  ])
  func hostileTextIsMadeHarmless(text: String, shown: String) {
    #expect(text.sanitised == shown)
  }

  @Test func noCodePointReachesACellAsAControl() {
    // The planes that have characters.
    for value in Array(UInt32(0)...0x1FFFF) + Array(0xE0000...0xE0FFF) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      for shown in String(Character(scalar)).sanitised.unicodeScalars {
        #expect(shown.value >= 0x20 && !(0x7F...0x9F).contains(shown.value), "U+\(String(value, radix: 16))")
        #expect(shown.properties.isBidiControl == false, "U+\(String(value, radix: 16))")
      }
    }
  }

  @Test func aPileOfMarksIsKeptLow() {
    let pile = "a" + String(repeating: "\u{301}", count: 40)

    #expect(pile.sanitised.unicodeScalars.count == 5)
  }

  @Test(arguments: [("hello", 5, "hello"), ("hello", 4, "hel…"), ("可观测", 5, "可观…"), ("可观测", 4, "可…"), ("ab", 0, "")])
  func textIsTruncatedWithAnEllipsis(text: String, columns: Int, expected: String) {
    #expect(text.truncated(to: columns) == expected)
    #expect(text.truncated(to: columns).columns <= columns)
  }

  @Test func fittedTextHasExactlyItsColumns() {
    #expect("可".fitted(to: 4) == "可  ")
    #expect("可观测".fitted(to: 4) == "可… ")
    #expect("7".fitted(to: 3, leading: true) == "  7")
  }

  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]), ("abcdefgh", 3, ["abc", "def", "gh"]), ("", 5, [""]),
    ("可观测性平台", 5, ["可观", "测性", "平台"]), ("see 可观测性", 8, ["see 可观", "测性"]), ("a\n\nb", 5, ["a", "", "b"]),
    ("one  two", 4, ["one", "two"]),
  ])
  func textIsWrappedByColumns(text: String, columns: Int, expected: [String]) {
    #expect(text.wrapped(to: columns) == expected)
  }

  @Test func noLineBeginsWithAMarkThatClosesOrEndsWithOneThatOpens() {
    #expect("一二三四五；六七".wrapped(to: 10) == ["一二三四", "五；六七"])
    #expect("一二三四（五六）。".wrapped(to: 10) == ["一二三四", "（五六）。"])
    #expect("；；；；；；".wrapped(to: 4) == ["；；", "；；", "；；"])
  }
}
