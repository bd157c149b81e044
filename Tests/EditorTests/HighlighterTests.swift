import Terminal
import TestSupport
import Testing

@testable import Editor

@Suite struct HighlighterTests {
  @Test(arguments: [
    ("kind: Pod", "kkkk. sss"), ("  a-b: 12", "  kkk. nn"), ("a: true # why", "k. wwww ccccc"),
    ("- \"x: y\": 'it''s'", ". kkkkkk. sssssss"), ("[a, 1]: {b: ~}", ".s. n.. .k. w."), ("a: b:c", "k. sss"),
    ("url: http://x#y", "kkk. ssssssssss"), ("a: &x *y !!str z", "k. ww ww wwwww s"), ("# all", "ccccc"),
    ("---", "..."),
    ("a: |", "k. ."), ("a: | not a block", "k. sssssssssssss"), ("a: 1.2.3", "k. sssss"), ("", ""), (":", "."),
    ("-", "."),
  ])
  func aLineIsColoured(line: String, expected: String) {
    #expect(picture([line]) == [expected])
  }

  @Test func aBlockOfTextEndsWhereItsIndentEnds() {
    let lines = ["a:", "  b: |-", "    # no: comment", "", "    - \"x", "  c: 1"]

    #expect(picture(lines) == ["k.", "  k. ..", "sssssssssssssssss", "", "ssssssss", "  k. n"])
  }

  @Test func anOpenQuoteGoesOnAndEnds() {
    #expect(picture(["a: \"x", "y: z\" # c", "b: 1"]) == ["k. ss", "sssss ccc", "k. n"])
  }

  @Test func aQuoteTakenAwayColoursNothingBelow() {
    var highlighter = Highlighter(["a: \"x", "b: 1"])

    highlighter.update(["a: x", "b: 1"])

    #expect(highlighter.spans("b: 1", index: 1).map(\.style) == [.yamlKey, .yamlPunctuation, .yamlNumber])
  }

  /// One letter a byte for its style.
  private func picture(_ lines: [String]) -> [String] {
    let letters: [StyleName: Character] = [
      .yamlKey: "k", .yamlString: "s", .yamlNumber: "n", .yamlKeyword: "w", .yamlComment: "c",
      .yamlPunctuation: ".",
    ]
    let highlighter = Highlighter(lines)
    return lines.enumerated().map { index, line in
      var result = [Character](repeating: " ", count: line.utf8.count)
      for span in highlighter.spans(line, index: index) {
        for byte in span.bytes { result[byte] = letters[span.style] ?? "?" }
      }
      return String(result)
    }
  }

  @Test(arguments: Seeds.some(50))
  func lookingAgainOnlyAtWhatHasChangedFindsTheSame(seed: UInt64) {
    var dice = Dice(seed: seed)
    let parts = ["a: 1", "b: |", "  text", "c: \"open", "end\"", "d: 'x", "", "- e", "# f"]
    var lines = (0..<20).map { _ in parts[dice.upTo(parts.count - 1)] }
    var highlighter = Highlighter(lines)
    for _ in 0..<30 {
      let place = dice.upTo(lines.count - 1)
      switch dice.upTo(2) {
      case 0: lines[place] = parts[dice.upTo(parts.count - 1)]
      case 1: lines.insert(parts[dice.upTo(parts.count - 1)], at: place)
      default: if lines.count > 1 { lines.remove(at: place) }
      }
      highlighter.update(lines)
      let fresh = Highlighter(lines)
      for index in lines.indices {
        #expect(highlighter.spans(lines[index], index: index) == fresh.spans(lines[index], index: index))
      }
    }
  }
}
