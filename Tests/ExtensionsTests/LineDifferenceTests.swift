import Platform
import TestSupport
import Testing

@testable import Extensions

@Suite struct LineDifferenceTests {
  static let table: [(String, String, String)] = [
    ("a\nb\nc\n", "a\nB\nc\n", " a|-b|+B| c"), ("", "a\n", "+a"), ("a\n", "", "-a"), ("a", "a\n", " a"), ("", "", ""),
    ("a\r\nb\r\n", "a\r\nc\r\n", " a\r|-b\r|+c\r"), ("a\nb\n", "b\na\n", "-a| b|+a"),
  ]

  @Test(arguments: table)
  func changedLinesStandWhereTheyAre(old: String, new: String, expected: String) {
    let lines = LineDifference(from: old, to: new).lines.map { line in
      (line.kind == .same ? " " : line.kind == .added ? "+" : "-") + line.text
    }

    #expect(lines.joined(separator: "|") == expected)
  }

  @Test func theCarriageReturnsOfATextFromWindowsAreNotShown() {
    let lines = LineDifference(from: "a\r\nb\r\n", to: "a\r\nc\n").lines

    #expect(lines.map(\.shown) == ["a", "b", "c"])
  }

  /// Any two texts of few different lines: what is said gives both of them back, and is as short as can be.
  @Test func bothTextsCanBeReadBackAndNothingIsSaidTwice() {
    var generator = SeededGenerator(seed: 8)
    for _ in 1...400 {
      let (old, new) = (Self.lines(&generator), Self.lines(&generator))
      let lines = LineDifference(from: old.joined(separator: "\n"), to: new.joined(separator: "\n")).lines

      #expect(lines.filter { $0.kind != .added }.map(\.text) == old)
      #expect(lines.filter { $0.kind != .removed }.map(\.text) == new)
      #expect(lines.count(where: { $0.kind == .same }) == Self.commonCount(old, new))
    }
  }

  private static func lines(_ generator: inout SeededGenerator) -> [String] {
    (0..<Int.random(in: 0...12, using: &generator)).map { _ in ["a", "b", "c"].randomElement(using: &generator) ?? "a" }
  }

  /// The length of the longest common subsequence, by the table of all prefixes.
  private static func commonCount(_ old: [String], _ new: [String]) -> Int {
    var row = Array(repeating: 0, count: new.count + 1)
    for line in old {
      var diagonal = 0
      for (index, other) in new.enumerated() {
        let above = row[index + 1]
        row[index + 1] = line == other ? diagonal + 1 : max(above, row[index])
        diagonal = above
      }
    }
    return row[new.count]
  }

  static let giants: [(String, @Sendable (Int) -> String, @Sendable (Int) -> String)] = [
    ("all lines differ", { "key\($0): old" }, { "key\($0): new" }),
    ("the order is turned round", { "key\($0)" }, { "key\(29_999 - $0)" }),
    ("few lines in another rhythm", { "v: \($0 % 7)" }, { "v: \($0 * $0 % 11)" }),
  ]

  @Test(arguments: giants.indices)
  func thirtyThousandChangedLinesTakeStepsForEachLineAndNotForEachPair(index: Int) {
    let (_, old, new) = Self.giants[index]
    let before = (0..<30_000).map(old).joined(separator: "\n")
    let after = (0..<30_000).map(new).joined(separator: "\n")

    let difference = LineDifference(from: before, to: after)

    #expect(difference.steps < 60_000 * 300)
    #expect(difference.lines.filter { $0.kind != .added }.map(\.text).joined(separator: "\n") == before)
    #expect(difference.lines.filter { $0.kind != .removed }.map(\.text).joined(separator: "\n") == after)
  }
}
