import Editor
import Manifest
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
      ("shift-right", .selectRight),
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
    #expect(error.line == 2)
    #expect(editor.text == "a: [1\nkind: Pod\n")
    #expect(editor.draft.cursor.line == 1)
  }

  @Test mutating func aRepeatedKeyIsSaidAndSavedAllTheSame() {
    type("kind: Job\n")

    #expect(screen(rows: 4, columns: 90).surface.description.contains("line 2, column 1: the key kind comes twice"))
    #expect(type(.control("s")) == .save("kind: Job\nkind: Pod\n"))
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
    #expect(text.hasSuffix("line 2, column 5: mapping values are not allowed in this context"))
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
}
