import Editor
import Manifest
import Platform
import Terminal
import Testing

@Suite struct EditorViewTests {
  private var editor = EditorView(text: "kind: Pod\n")
  private let keymap: Keymap<EditorCommand> = {
    var keymap = Keymap<EditorCommand>()
    let keys: [(String, EditorCommand)] = [
      ("up", .moveUp), ("down", .moveDown), ("left", .moveLeft), ("right", .moveRight), ("end", .moveLineEnd),
      ("enter", .newline), ("backspace", .deleteBackward), ("ctrl-s", .save), ("esc", .abandon), ("ctrl-f", .find),
      ("ctrl-n", .findNext), ("ctrl-p", .findPrevious), ("pgdn", .movePageDown), ("pgup", .movePageUp),
      ("shift-right", .selectRight), ("alt-r", .replace), ("alt-g", .goTo), ("alt-c", .comment), ("alt-z", .fold),
      ("alt-a", .selectAll), ("tab", .indent),
    ]
    for (name, command) in keys { keymap.bind(Key(named: name).map { [$0] } ?? [], to: command) }
    keymap.bind([.control("x"), .character("u")], to: .undo)
    return keymap
  }()

  private mutating func type(_ keys: Key...) -> EditorView.Outcome {
    keys.reduce(.ignored) { editor.handle($1, keymap: keymap) }
  }

  private mutating func type(_ text: String) {
    for character in text { _ = type(.character(character)) }
  }

  private func screen(rows: Int, columns: Int) -> (surface: Surface, cursor: Point?) {
    var editor = editor
    var surface = Surface(size: Size(rows: rows, columns: columns))
    editor.resize(to: surface.size)
    let cursor = editor.draw(on: &surface, in: surface.bounds, theme: Theme())
    return (surface, cursor)
  }

  @Test mutating func savingHandsOutTheText() {
    #expect(type(.control("s")) == .save("kind: Pod\n"))
    type("# x\n")
    #expect(type(.control("s")) == .save("# x\nkind: Pod\n"))
  }

  @Test mutating func aMistakeIsRefusedWithItsPlaceAndNothingIsLost() {
    type("a: [1\n")

    guard case .refused(let error) = type(.control("s")) else {
      Issue.record("a mistake was saved")
      return
    }
    #expect(error == editor.problem)
    #expect(error.description == "line 1, column 4: the [ from column 4 is not closed")
    #expect(editor.text == "a: [1\nkind: Pod\n")
    #expect(editor.draft.cursor == Position(line: 0, column: 3))
  }

  @Test mutating func aRepeatedKeyIsSaidAndSavedAllTheSame() {
    type("kind: Job\n")

    #expect(screen(rows: 4, columns: 90).surface.description.contains("line 2, column 1: the key kind comes twice"))
    #expect(type(.control("s")) == .save("kind: Job\nkind: Pod\n"))
  }

  @Test mutating func aReasonThatIsLongerThanTheScreenIsSaidWhole() {
    type("a: b: c\n")

    let screen = screen(rows: 20, columns: 40).surface.description
    #expect(screen.contains("line 1, column 5: a second “:” in a"))
    #expect(screen.contains("this line as its key"))
    // What is written keeps most of a small screen.
    #expect(!self.screen(rows: 6, columns: 40).surface.description.contains("this line as its key"))
  }

  @Test mutating func whatHelmRefusesIsRefusedAtItsLine() {
    type("a: .inf\n")

    guard case .refused(let error) = type(.control("s")) else { Issue.record("it was saved"); return }
    #expect(error.line == 1)
  }

  @Test mutating func leavingTellsWhetherSomethingWouldBeLost() {
    #expect(type(.escape) == .abandon(hasUnsavedEdits: false))
    type("x")
    #expect(type(.escape) == .abandon(hasUnsavedEdits: true))
  }

  @Test mutating func escapeEndsASelectionFirst() {
    _ = type(.shift(.right))

    #expect(type(.escape) == .handled)
    #expect(type(.escape) == .abandon(hasUnsavedEdits: false))
  }

  @Test mutating func undoneEditsAreNoEdits() {
    type("x")
    _ = type(.control("x"), .character("u"))

    #expect(!editor.hasUnsavedEdits)
  }

  @Test mutating func aKeyOfNoBindingAfterAPrefixTypesNothing() {
    #expect(type(.control("x")) == .handled)
    #expect(editor.pendingKeys == [.control("x")])
    #expect(type(.character("z")) == .ignored)
    #expect(editor.text == "kind: Pod\n")
  }

  @Test mutating func aPasteIsInsertedAsItIsAndUndoneAtOnce() {
    _ = type(.paste("a:\r\n    b: 可\r"))

    #expect(editor.text == "a:\n    b: 可\nkind: Pod\n")
    _ = type(.control("x"), .character("u"))
    #expect(editor.text == "kind: Pod\n")
  }

  @Test func theTextIsDrawnWithNumbersAndPlace() {
    let (surface, cursor) = screen(rows: 4, columns: 30)

    #expect(surface.description == "1  kind: Pod\n2\n\nline 1, column 1")
    #expect(cursor == Point(row: 0, column: 3))
  }

  @Test mutating func aProblemIsShownAtItsLine() {
    editor = EditorView(text: "a: 1\nb: c: d\n")

    let text = screen(rows: 4, columns: 80).surface.description

    #expect(text.contains("\n2! b: c: d\n"))
    #expect(text.contains("line 2, column 5: a second “:” in a value; put the value in quotes"))
  }

  @Test mutating func theCursorIsRightBehindWideCharacters() {
    editor = EditorView(text: "可观测")
    _ = type(.right, .right)

    #expect(screen(rows: 3, columns: 20).cursor == Point(row: 0, column: 3 + 4))
  }

  @Test mutating func aLongLineScrollsSideways() {
    editor = EditorView(text: "a: cdefghijklmnopqrstuvwxyz")
    editor.resize(to: Size(rows: 2, columns: 13))
    _ = type(.end)

    let (surface, cursor) = screen(rows: 2, columns: 13)

    #expect(surface.description.hasPrefix("1  vwxyz"))
    #expect(cursor?.row == 0)
  }

  @Test mutating func theCursorStaysInSightGoingDown() {
    editor = EditorView(text: (1...50).map { "k\($0): v" }.joined(separator: "\n"))
    editor.resize(to: Size(rows: 11, columns: 20))
    _ = type(.pageDown, .pageDown, .down)

    let (surface, cursor) = screen(rows: 11, columns: 20)

    #expect(surface.description.contains("k20: v"))
    #expect(cursor.map { $0.row < 10 } == true)
  }

  @Test mutating func findingGoesFromMatchToMatch() {
    editor = EditorView(text: "a: x\nb: x\nc: y")
    _ = type(.control("f"), .character("x"))
    #expect(screen(rows: 5, columns: 20).surface.description.hasSuffix("Find: x"))

    _ = type(.enter)
    #expect(editor.draft.selection.range.lowerBound == Position(line: 0, column: 3))
    _ = type(.control("n"))
    #expect(editor.draft.selection.range.lowerBound == Position(line: 1, column: 3))
    _ = type(.control("p"))
    #expect(editor.draft.selection.range.lowerBound == Position(line: 0, column: 3))
  }

  @Test mutating func escapeLeavesTheSearchAndNotTheEditor() {
    _ = type(.control("f"))

    #expect(type(.escape) == .handled)
    #expect(type(.escape) == .abandon(hasUnsavedEdits: false))
  }

  @Test mutating func aClickPutsTheCursorThere() {
    editor = EditorView(text: "可观测\nabc")

    _ = type(.mouse(.click, Point(row: 0, column: 3 + 5)))

    #expect(editor.draft.cursor == Position(line: 0, column: 2))
  }

  @Test func aSelectionIsSeen() {
    var editor = editor
    for _ in 0..<3 { _ = editor.perform(.selectRight) }
    var surface = Surface(size: Size(rows: 3, columns: 14))
    let theme = Theme(["editor.selection": Style(attributes: .reverse), "yaml.key": Style(foreground: .palette(6))])

    editor.resize(to: surface.size)
    _ = editor.draw(on: &surface, in: surface.bounds, theme: theme)

    let selected = Style(foreground: .palette(6), attributes: .reverse)
    let styles = surface.row(0).map(\.style)
    #expect(!styles[..<3].contains(selected))
    #expect(styles[3...6] == [selected, selected, selected, theme["yaml.key"]])
  }

  @Test func everyCommandHasANameAndASummary() {
    #expect(EditorCommand.named.count == EditorCommand.allCases.count)
    #expect(EditorCommand.allCases.allSatisfy { !$0.summary.isEmpty })
  }

  @Test(arguments: [Size(rows: 0, columns: 0), Size(rows: 1, columns: 1), Size(rows: 2, columns: 3)])
  func aTinyAreaDoesNoHarm(size: Size) {
    var editor = editor
    var surface = Surface(size: size)

    editor.resize(to: size)
    _ = editor.perform(.moveTextEnd)
    _ = editor.draw(on: &surface, in: surface.bounds, theme: Theme())

    #expect(surface.size == size)
  }

  @Test mutating func findingTellsWhichOfHowManyAndWhatIsNotThere() {
    editor = EditorView(text: "port: 1\nhost: a\nPORT: 2\n  port: 3\n")
    _ = type(.control("f"))
    type("port")
    _ = type(.enter)
    #expect(screen(rows: 6, columns: 40).surface.description.hasSuffix("1/3 port"))
    _ = type(.control("n"))
    #expect(screen(rows: 6, columns: 40).surface.description.hasSuffix("2/3 port"))
    _ = type(.control("p"), .control("p"))
    #expect(screen(rows: 6, columns: 40).surface.description.hasSuffix("3/3 port"))
    _ = type(.control("f"))
    type("nowhere")
    _ = type(.enter)
    #expect(screen(rows: 6, columns: 40).surface.description.hasSuffix("not found: nowhere"))
    _ = type(.down)
    #expect(!screen(rows: 6, columns: 40).surface.description.contains("not found"))
  }

  @Test mutating func everyMatchIsReplacedInOneStep() {
    editor = EditorView(text: "a: old\nb: older\nc: x\n")
    _ = type(.alt("r"))
    type("old")
    _ = type(.enter)
    type("new")
    _ = type(.enter)
    #expect(editor.text == "a: new\nb: newer\nc: x\n")
    #expect(screen(rows: 6, columns: 60).surface.description.hasSuffix("2 replaced; undo takes that back"))
    _ = type(.control("x"), .character("u"))
    #expect(editor.text == "a: old\nb: older\nc: x\n")
  }

  @Test(arguments: [
    ("3", Position(line: 2, column: 0)), ("3:4", Position(line: 2, column: 3)), ("99", Position(line: 3, column: 0)),
    ("b.c", Position(line: 2, column: 6)), ("b:3", Position(line: 0, column: 0)),
  ])
  mutating func oneGoesToALineOrToAKey(place: String, cursor: Position) {
    editor = EditorView(text: "a: 1\nb:\n  c: 2\n")
    _ = type(.alt("g"))
    type(place)
    _ = type(.enter)
    #expect(editor.draft.cursor == cursor)
  }

  @Test mutating func aLineBecomesACommentAndALineAgain() {
    editor = EditorView(text: "b:\n  c: 2\n")
    _ = type(.down, .alt("c"))
    #expect(editor.text == "b:\n  # c: 2\n")
    _ = type(.alt("c"))
    #expect(editor.text == "b:\n  c: 2\n")
    _ = type(.alt("a"), .alt("c"))
    #expect(editor.text == "# b:\n#   c: 2\n")
    _ = type(.alt("c"))
    #expect(editor.text == "b:\n  c: 2\n")
  }

  @Test mutating func selectedLinesAreIndentedTogether() {
    editor = EditorView(text: "a: 1\nb: 2")
    _ = type(.alt("a"), .tab)
    #expect(editor.text == "  a: 1\n  b: 2")
  }

  @Test mutating func aBlockIsFoldedPassedOverAndShownAgain() {
    editor = EditorView(text: "a:\n  b: 1\n  c: 2\nd: 3\n")
    _ = type(.down, .alt("z"))
    #expect(screen(rows: 5, columns: 30).surface.description.hasPrefix("1  a: … 2 lines\n4  d: 3\n5"))
    _ = type(.down)
    #expect(editor.draft.cursor.line == 3)
    _ = type(.up)
    #expect(editor.draft.cursor.line == 0)
    // What is found in it is shown.
    _ = type(.control("f"))
    type("c: 2")
    _ = type(.enter)
    #expect(screen(rows: 6, columns: 30).surface.description.contains("3    c: 2"))
  }

  @Test mutating func aFoldStaysWithItsLineWhenTextAboveItChanges() {
    editor = EditorView(text: "a: 1\nb:\n  c: 2\nd: 3\n")
    _ = type(.down, .alt("z"), .alt("g"))
    type("1")
    _ = type(.enter, .paste("x: 1\ny: 2\n"))
    #expect(screen(rows: 7, columns: 30).surface.description.contains("4  b: … 1 line\n6  d: 3"))
  }

  @Test mutating func aMistakeIsGoneWithTheEditThatMadeIt() {
    type("[")
    #expect(editor.problem != nil)
    _ = type(.control("x"), .character("u"))
    #expect(editor.problem == nil)
  }

  @Test mutating func aLongTextIsCheckedByTheCallerAndOnlyForTheTextThatItIs() {
    editor = EditorView(text: String(repeating: "k: 1 # a comment that makes it long\n", count: 2000))
    #expect(!editor.isCheckedAtOnce)
    type("[")
    #expect(editor.problem == nil)
    editor.take(ConfigReview(editor.text), of: editor.edits - 1)
    #expect(editor.problem == nil)
    editor.take(ConfigReview(editor.text), of: editor.edits)
    #expect(editor.problem != nil)
  }

  @Test mutating func whatTheCallerMarksIsShownUntilTheNextEdit() {
    editor.marks = [SyntaxError(line: 1, column: 1, problem: "did you mean kinds?")]
    #expect(screen(rows: 4, columns: 60).surface.description.hasSuffix("line 1, column 1: did you mean kinds?"))
    type("x")
    #expect(editor.marks.isEmpty)
  }
}
