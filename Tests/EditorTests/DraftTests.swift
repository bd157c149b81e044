import TestSupport
import Testing

@testable import Editor

/// Texts are written with the cursor in them as `|`; `<` and `>` enclose what is selected.
@Suite struct DraftTests {
  @Test(arguments: [
    ("kind: |", "Deployment", "kind: Deployment|"), ("|", "可观", "可观|"), ("e|", "\u{301}", "e\u{301}|"),
    ("kind: <Pod>|", "Deployment", "kind: Deployment|"), ("<a\nb>|c", "x", "x|c"), ("a|b", "x", "ax|b"),
  ])
  func typing(before: String, text: String, after: String) {
    expect(before, gives: after) { draft in text.forEach { draft.type(String($0)) } }
  }

  @Test(arguments: [
    ("a: b|", "a: b\n|"), ("  a: b|", "  a: b\n  |"), ("a:|", "a:\n  |"), ("a: ||", "a: |\n  |"),
    ("- name: x|", "- name: x\n  |"), ("- x|", "- x\n|"), ("  - a:|", "  - a:\n      |"), ("a|: b", "a\n|: b"),
    ("  |a: b", "  \n  |a: b"), ("<ab>|", "\n|"),
  ])
  func aNewLineIsIndentedAsYAMLWants(before: String, after: String) {
    expect(before, gives: after) { $0.perform(.newline) }
  }

  @Test(arguments: [
    (EditorCommand.moveLeft, "ab|c", "a|bc"), (.moveLeft, "a\n|b", "a|\nb"), (.moveLeft, "|a", "|a"),
    (.moveRight, "a|\nb", "a\n|b"), (.moveRight, "a|", "a|"), (.moveRight, "e\u{301}|x", "e\u{301}x|"),
    (.moveWordRight, "|one two", "one| two"), (.moveWordRight, "one|\ntwo", "one\n|two"),
    (.moveWordLeft, "one two|", "one |two"), (.moveWordLeft, "a: \"b|", "a: \"|b"),
    (.moveLineStart, "  ab|c", "  |abc"), (.moveLineStart, "  |abc", "|  abc"), (.moveLineStart, "|  abc", "  |abc"),
    (.moveLineEnd, "a|bc\nd", "abc|\nd"), (.moveTextStart, "a\nb|", "|a\nb"), (.moveTextEnd, "|a\nb", "a\nb|"),
    (.moveLeft, "a<bc>|d", "a|bcd"), (.moveRight, "a<bc>|d", "abc|d"), (.moveUp, "a|", "|a"), (.moveDown, "|a", "a|"),
    (.moveDown, "可观|\nabcdef", "可观\nabcd|ef"), (.moveDown, "ab|\n可观", "ab\n可|观"), (.moveDown, "abc|\n可观", "abc\n可|观"),
  ])
  func moving(command: EditorCommand, before: String, after: String) {
    expect(before, gives: after) { $0.perform(command) }
  }

  @Test func goingThroughAShortLineKeepsTheColumn() {
    expect("abcd|\na\nabcd", gives: "abcd\na\nabcd|") { draft in
      draft.perform(.moveDown)
      draft.perform(.moveDown)
    }
  }

  @Test(arguments: [
    (EditorCommand.deleteBackward, "ab|c", "a|c"), (.deleteBackward, "a\n|b", "a|b"), (.deleteBackward, "|a", "|a"),
    (.deleteBackward, "    |a", "  |a"), (.deleteBackward, "   |a", "  |a"), (.deleteBackward, "e\u{301}|", "|"),
    (.deleteBackward, "a<bc>|d", "a|d"), (.deleteForward, "a|bc", "a|c"), (.deleteForward, "a|\nb", "a|b"),
    (.deleteForward, "a|", "a|"), (.deleteWordBackward, "one two|", "one |"), (.deleteWordForward, "|one two", "| two"),
    (.deleteToLineEnd, "a|bc\nd", "a|\nd"), (.deleteToLineEnd, "abc|\nd", "abc|d"), (.deleteLine, "a\nb|b\nc", "a\n|c"),
    (.deleteLine, "a\nb|b", "|a"), (.deleteLine, "a|a", "|"), (.deleteLine, "a\n|", "|a"),
  ])
  func deleting(command: EditorCommand, before: String, after: String) {
    expect(before, gives: after) { $0.perform(command) }
  }

  @Test(arguments: [
    (EditorCommand.indent, "|a", "  |a"), (.indent, "a|", "a |"), (.indent, "<a\nb>|", "<  a\n  b>|"),
    (.dedent, "    a|", "  a|"), (.dedent, " |a", "|a"), (.dedent, "<  a\n    b>|\n  c", "<a\n  b>|\n  c"),
    (.indent, "<a\n>|b", "<  a\n>|b"),
  ])
  func indenting(command: EditorCommand, before: String, after: String) {
    expect(before, gives: after) { $0.perform(command) }
  }

  @Test func whatIsCutIsPasted() {
    expect("a<bc>|d", gives: "adbc|") { draft in
      draft.perform(.cut)
      draft.perform(.moveLineEnd)
      draft.perform(.paste)
    }
    expect("one|\ntwo\n", gives: "two\none\n|") { draft in
      draft.perform(.cut)
      draft.perform(.moveDown)
      draft.perform(.paste)
    }
  }

  @Test func selectingExtendsAndMovingEndsIt() {
    expect("|abc", gives: "<ab>|c") { draft in
      draft.perform(.selectRight)
      draft.perform(.selectRight)
    }
    expect("|abc", gives: "ab|c") { draft in
      draft.perform(.mark)
      draft.perform(.moveRight)
      draft.perform(.moveRight)
      draft.perform(.mark)
    }
    expect("a|b\nc", gives: "<ab\nc>|") { $0.perform(.selectAll) }
  }

  @Test func aWordTypedIsOneStepOfUndo() {
    expect("|", gives: "one |") { draft in
      "one two".forEach { draft.type(String($0)) }
      draft.perform(.undo)
    }
    expect("|", gives: "one two|") { draft in
      "one two".forEach { draft.type(String($0)) }
      draft.perform(.undo)
      draft.perform(.undo)
      draft.perform(.redo)
      draft.perform(.redo)
      draft.perform(.redo)
    }
  }

  @Test func undoBringsTheSelectionBack() {
    expect("kind: <Pod>|", gives: "kind: <Pod>|") { draft in
      draft.type("x")
      draft.perform(.undo)
    }
  }

  @Test func typingAfterUndoForgetsWhatWasUndone() {
    expect("|", gives: "b|") { draft in
      draft.type("a")
      draft.perform(.undo)
      draft.type("b")
      draft.perform(.redo)
    }
  }

  /// Every command in random order, then back and forth: undo is the exact inverse of everything.
  @Test(arguments: 0..<40)
  func undoingEverythingGivesTheTextBack(seed: UInt64) {
    let original = "a: 可\n  b: |\n    e\u{301}x\r\n- c: 'd'\n\n"
    var draft = Draft(original)
    let commands = EditorCommand.allCases.filter { $0 != .undo && $0 != .redo }
    var random = SeededGenerator(seed: seed)

    for _ in 0..<200 {
      if Bool.random(using: &random) {
        draft.perform(commands.randomElement(using: &random) ?? .indent)
      } else {
        draft.type(["x", "\u{301}", "可", " ", "🇨", "\u{200D}", ":"].randomElement(using: &random) ?? "x")
      }
    }
    let final = draft.text
    for _ in 0..<400 { draft.perform(.undo) }
    #expect(Array(draft.text.utf8) == Array(original.utf8))
    for _ in 0..<400 { draft.perform(.redo) }
    #expect(Array(draft.text.utf8) == Array(final.utf8))
  }

  private func expect(_ before: String, gives after: String, _ change: (inout Draft) -> Void) {
    var draft = drafted(before)

    change(&draft)

    #expect(picture(draft) == after)
  }

  /// The draft that `picture` shows.
  private func drafted(_ picture: String) -> Draft {
    var text = ""
    var (line, column) = (0, 0)
    var (anchor, end, head): (Position?, Position?, Position?)
    // The last bar is the cursor, since YAML has bars of its own.
    let cursor = picture.lastIndex(of: "|")
    for index in picture.indices {
      let here = Position(line: line, column: column)
      switch picture[index] {
      case "<": anchor = here
      case ">": end = here
      case "|" where index == cursor: head = here
      case let character:
        text.append(character)
        (line, column) = character == "\n" ? (line + 1, 0) : (line, column + 1)
      }
    }
    var draft = Draft(text)
    let place = head ?? end ?? .start
    draft.select((anchor ?? place)..<place)
    return draft
  }

  private func picture(_ draft: Draft) -> String {
    var lines = draft.buffer.lines.map { Array($0) }
    let range = draft.selection.range
    lines[range.upperBound.line].insert("|", at: range.upperBound.column)
    if !range.isEmpty {
      lines[range.upperBound.line].insert(">", at: range.upperBound.column)
      lines[range.lowerBound.line].insert("<", at: range.lowerBound.column)
    }
    return lines.map { String($0) }.joined(separator: "\n")
  }
}
