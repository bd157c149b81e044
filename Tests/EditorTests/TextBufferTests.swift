import Testing

@testable import Editor

@Suite struct TextBufferTests {
  @Test(arguments: [
    "", "\n", "a", "a\n", "a\r\nb\r\n", "a\r\nb\n", "a\r\nb", "\r\n", "a\n\n\n", "a\rb\n", "\u{FEFF}a: 可\n", "e\u{301}",
  ])
  func aTextIsKeptToTheByte(text: String) {
    #expect(Array(TextBuffer(text).text.utf8) == Array(text.utf8))
  }

  @Test func newLinesTakeTheLineEndOfTheText() {
    var buffer = TextBuffer("a\r\nb\r\n")

    buffer.apply(Edit(Position(line: 0, column: 1)..<Position(line: 0, column: 1), with: "\nx"))

    #expect(Array(buffer.text.utf8) == Array("a\r\nx\r\nb\r\n".utf8))
  }

  @Test func anEditYieldsItsInverse() {
    var buffer = TextBuffer("one\ntwo\nthree")

    let (inverse, end) = buffer.apply(Edit(Position(line: 0, column: 1)..<Position(line: 2, column: 2), with: "X\nY"))
    #expect(buffer.text == "oX\nYree")
    #expect(end == Position(line: 1, column: 1))
    buffer.apply(inverse)

    #expect(buffer.text == "one\ntwo\nthree")
  }

  @Test func aMarkThatJoinsACharacterIsUndoneToo() {
    var buffer = TextBuffer("e")
    let end = Position(line: 0, column: 1)

    let (inverse, cursor) = buffer.apply(Edit(end..<end, with: "\u{301}"))
    #expect(cursor == end)
    buffer.apply(inverse)

    #expect(Array(buffer.text.utf8) == Array("e".utf8))
  }

  @Test func aPlaceThatDoesNotExistIsTheNearestThatDoes() {
    let buffer = TextBuffer("ab\nc")

    #expect(buffer.clamped(Position(line: 9, column: 9)) == Position(line: 1, column: 1))
    #expect(buffer.clamped(Position(line: 0, column: 9)) == Position(line: 0, column: 2))
    #expect(buffer.clamped(Position(line: -1, column: 3)) == .start)
  }

  @Test(arguments: [
    ("Kind", Position(line: 0, column: 0), nil), ("kind", Position(line: 0, column: 0), Position(line: 0, column: 2)),
    ("kind", Position(line: 0, column: 3), Position(line: 2, column: 0)),
    ("kind", Position(line: 2, column: 1), Position(line: 0, column: 2)),
    ("可", Position(line: 0, column: 0), Position(line: 1, column: 1)), ("", Position(line: 0, column: 0), nil),
  ])
  func searchGoesOnAtTheTop(pattern: String, from: Position, match: Position?) {
    let buffer = TextBuffer("a KIND\nx可\nkind")

    #expect(Search(pattern).next(in: buffer, from: from)?.lowerBound == match)
  }

  @Test func searchGoesBackwardsToo() {
    let buffer = TextBuffer("x\na x x\nb")

    let first = Search("x").previous(in: buffer, from: Position(line: 1, column: 4))
    #expect(first?.lowerBound == Position(line: 1, column: 2))
    #expect(
      Search("x").previous(in: buffer, from: Position(line: 0, column: 0))?.lowerBound == Position(line: 1, column: 4))
  }
}
