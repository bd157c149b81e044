import Terminal
import Testing

@Suite struct WidgetTests {
  @Test func aWindowMovesOnlyWhenItMust() {
    var window = ScrollWindow()

    window.show(3, height: 5, count: 20)
    #expect(window.top == 0)
    window.show(7, height: 5, count: 20)
    #expect(window.top == 3)
    window.show(4, height: 5, count: 20)
    #expect(window.top == 3)
    window.show(2, height: 5, count: 20)
    #expect(window.visible(height: 5, count: 20) == 2..<7)
  }

  @Test func aWindowLeavesNoBlankRowsAtTheEnd() {
    var window = ScrollWindow()
    window.show(19, height: 5, count: 20)

    window.show(19, height: 10, count: 20)

    #expect(window.visible(height: 10, count: 20) == 10..<20)
    window.show(0, height: 10, count: 3)
    #expect(window.visible(height: 10, count: 3) == 0..<3)
    window.show(0, height: 0, count: 0)
    #expect(window.visible(height: 0, count: 0).isEmpty)
  }

  @Test func aMarginKeepsRowsAroundTheSelection() {
    var window = ScrollWindow()

    window.show(8, height: 10, count: 100, margin: 3)

    #expect(window.top == 2)
  }

  @Test(arguments: [
    ("ab|", [Key.character("c")], "abc|"), ("可观|", [.backspace], "可|"), ("abc|", [.control("a"), .delete], "|bc"),
    ("one two|", [.control("w")], "one |"),
    ("one two|", [.alt("b"), .control("k"), .control("y"), .control("y")], "one twotwo|"),
    ("one two|", [.home, .alt("f")], "one| two"), ("ab|", [.left, .paste("x\ny")], "ax y|b"),
    ("abc|", [.left, .control("u")], "|c"),
    ("e|", [.character("\u{301}")], "e\u{301}|"), ("one two|", [.home, .alt("d")], "| two"),
  ])
  func aPromptIsEdited(before: String, keys: [Key], after: String) {
    var prompt = LinePrompt(text: String(before.dropLast()))

    for key in keys { #expect(prompt.handle(key) == .edited) }

    var shown = Array(prompt.text)
    shown.insert("|", at: prompt.cursor)
    #expect(String(shown) == after)
  }

  @Test func aPromptEndsAcceptedOrCancelled() {
    var prompt = LinePrompt()

    #expect(prompt.handle(.enter) == .accepted)
    #expect(prompt.handle(.escape) == .cancelled)
    #expect(prompt.handle(.backspace) == .cancelled)
    #expect(prompt.handle(.function(1)) == .ignored)
  }

  @Test func aMegabyteThatIsPastedIsCut() {
    var prompt = LinePrompt(text: "/")

    _ = prompt.handle(.paste(String(repeating: "可\n", count: 1 << 18)))
    #expect(prompt.text.count == LinePrompt.maximum)

    _ = prompt.handle(.backspace)
    #expect(prompt.text.count == LinePrompt.maximum - 1)
  }

  @Test func historyIsWalkedAndWhatWasTypedComesBack() {
    var prompt = LinePrompt(text: "new", history: ["first", "second"])

    _ = prompt.handle(.up)
    #expect(prompt.text == "second")
    _ = prompt.handle(.up)
    _ = prompt.handle(.up)
    #expect(prompt.text == "first")
    _ = prompt.handle(.down)
    _ = prompt.handle(.down)
    _ = prompt.handle(.down)
    #expect(prompt.text == "new")
  }

  @Test func aLongPromptScrollsToItsCursor() {
    var surface = Surface(size: Size(rows: 1, columns: 6))

    let cursor = LinePrompt(text: "abcdefgh").draw(on: &surface, in: surface.bounds)

    #expect(surface.description == "defgh")
    #expect(cursor == Point(row: 0, column: 5))
  }

  @Test func aFrameHasATitleAndAnInside() {
    var surface = Surface(size: Size(rows: 3, columns: 12))

    let inside = surface.frame(surface.bounds, title: "可")
    surface.write("hello", row: 0, in: inside)

    #expect(surface.description == "┌─ 可 ─────┐\n│hello     │\n└──────────┘")
    #expect(surface.frame(Rect(Size(rows: 1, columns: 1))).isEmpty)
  }
}
