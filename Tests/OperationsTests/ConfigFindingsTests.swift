import Manifest
import Testing

@testable import Operations

/// What is said of a config while it is written.
@Suite struct ConfigFindingsTests {
  private let defaults: Value = ["receiver": ["port": 80, "name": "x"], "lit": true]

  @Test(arguments: [
    (
      "a: 1\nrecevier:\n  port: 1\n",
      [
        "line 1, column 1: a is none of the chart's values",
        "line 2, column 1: recevier is none of the chart's values; did you mean receiver?",
      ]
    ),
    (
      "receiver:\n  port: 1\n  prot: 2\n",
      ["line 3, column 3: receiver.prot is none of the chart's values; did you mean port?"]
    ),
    ("lit: 3\n", ["line 1, column 1: lit is a number, and true or false in the chart's defaults"]),
    ("receiver: [\n", []), ("receiver: {port: 1}\n", []), ("", []),
  ])
  func whatTheChartDoesNotKnowIsMarkedAtItsKey(text: String, marks: [String]) {
    #expect(ConfigFindings(text, defaults: defaults).marks.map(\.description) == marks)
  }

  @Test func withoutTheChartOnlyTheTextIsJudged() {
    #expect(ConfigFindings("a: 1\n", defaults: nil).marks == [])
    #expect(ConfigFindings("a: [\n", defaults: defaults).review.mistake != nil)
  }

  @Test func aKeyComesWithItsCommentAndItsDefault() {
    let guide = ValuesGuide("# Days\nkeepDays: 7\nreceiver:\n  # Where\n  port: 80\n  hosts: [a]\nkind: \"1\"\n")
    func texts(_ parents: [String], _ prefix: String, _ column: Int) -> [String] {
      KeyCompletion.all(guide, below: parents, beginning: prefix, besides: ["kind"], column: column).map(\.text)
    }

    #expect(texts([], "", 0) == ["# Days\nkeepDays: 7", "receiver:\n  "])
    #expect(texts([], "re", 0) == ["receiver:\n  "])
    #expect(texts(["receiver"], "", 2) == ["# Where\n  port: 80", "hosts: [\"a\"]"])
    #expect(texts(["nothing"], "", 2) == [])
    let quoted = KeyCompletion.all(guide, below: [], beginning: "k", besides: ["keepDays"], column: 0)
    #expect(quoted.map(\.text) == ["kind: \"1\""])
    #expect(quoted.map(\.valueLength) == [3])
  }
}
