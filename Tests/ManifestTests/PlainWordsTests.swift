import Manifest
import Testing

/// What is wrong with a config, for who wrote it.
@Suite struct PlainWordsTests {
  @Test(arguments: [
    ("a: [1, 2\nb: c\n", "line 1, column 4: the [ from column 4 is not closed"),
    ("a:\n  b: {c: 1\nd: 2\n", "line 2, column 6: the { from column 6 is not closed"),
    ("a: 1\nx: [", "line 2, column 4: the [ from column 4 is not closed"),
    ("a: 1\nx: {\n", "line 2, column 4: the { from column 4 is not closed"),
    ("a: \"x\nb: c\n", "line 1, column 4: the \" from column 4 is not closed"),
    ("a: 'x\n", "line 1, column 4: the ' from column 4 is not closed"),
    ("a:\n\tb: 1\n", "line 2, column 1: a tab stands here; YAML wants spaces"),
    ("a: @b\n", "line 1, column 4: “@” cannot begin a value; put the value in quotes"),
    ("a: b: c\n", "line 1, column 5: a second “:” in a value; put the value in quotes, or indent this line as its key"),
    ("a: - b\n", "line 1, column 4: a list cannot begin here; put “-” on a line of its own, below its key"),
    ("a: 1\nreplicas 3\nb: 2\n", "line 2, column 1: “:” is missing after the key"),
    ("a: 1\nb:2\nc: 3\n", "line 2, column 1: a space is missing after “:”"),
    (
      "a:\n  b: 1\n c: 2\n",
      "line 3, column 2: the indentation fits no line of the block from line 1: column 1 is expected"
    ),
    ("a: \"\\q\"\n", "line 1, column 5: “\\” and what follows is no escape; write \\\\, or use single quotes"),
  ])
  func aMistakeIsToldWhereItIsToBeMended(text: String, told: String) {
    #expect(ConfigReview(text).mistake?.description == told)
  }
}
