import Platform
import Terminal
import Testing

@Suite struct KeymapTests {
  @Test func aPrefixWaitsForTheRest() {
    var keymap = Keymap<String>()
    keymap.bind([.character("g"), .character("g")], to: "first")

    #expect(keymap.match([.character("g")]) == .pending)
    #expect(keymap.match([.character("g"), .character("g")]) == .command("first"))
    #expect(keymap.match([.character("g"), .character("x")]) == .none)
    #expect(keymap.match([]) == .none)
  }

  @Test func bindingABeginningReplacesWhatItBegan() {
    var keymap = Keymap<String>()
    keymap.bind([.character("g"), .character("g")], to: "first")

    keymap.bind([.character("g")], to: "go")

    #expect(keymap.match([.character("g")]) == .command("go"))
    #expect(keymap.keys(for: "first").isEmpty)
  }

  @Test func whatCanFollowIsListed() {
    var keymap = Keymap<String>()
    keymap.bind([.character("g"), .character("g")], to: "first")
    keymap.bind([.character("g"), .character("e")], to: "last")
    keymap.bind([.character("j")], to: "down")

    let rest = keymap.continuations(of: [.character("g")])

    #expect(rest.map(\.keys.spelling) == ["g", "e"])
    #expect(rest.map(\.command) == ["first", "last"])
  }

  @Test func aPartOfAKeymapIsAKeymap() {
    var keymap = Keymap<String>()
    keymap.bind([.character("1")], to: "1")
    keymap.bind([.character("x")], to: "x")

    let numbers = keymap.compactMap { Int($0) }

    #expect(numbers.match([.character("1")]) == .command(1))
    #expect(numbers.match([.character("x")]) == .none)
  }

  private let vocabulary: Keymaps<String>.Vocabulary = [
    "list": ["move-down": "down", "move-up": "up", "first": "first"], "global": ["quit": "quit"],
  ]

  private func parse(_ text: String) throws(SettingsError) -> Keymaps<String> {
    try Keymaps.parse(text, file: "keys.yaml", vocabulary: vocabulary)
  }

  @Test func aFileBindsKeysBySection() throws {
    let keymaps = try parse(
      """
      name: mine
      inherits: standard
      list:
        move-down: [j, down, <ctrl+n>]
        first: g g
      global:
        quit: q
      """)

    #expect(keymaps.name == "mine")
    #expect(keymaps.inherits == "standard")
    #expect(keymaps["list"].keys(for: "down").map(\.spelling) == ["j", "down", "ctrl-n"])
    #expect(keymaps["list"].match([.character("g"), .character("g")]) == .command("first"))
    #expect(keymaps["global"].match([.character("q")]) == .command("quit"))
    #expect(keymaps["nowhere"].bindings.isEmpty)
  }

  @Test(arguments: [
    ("list:\n  move-dwon: j", "keys.yaml:2:3: there is no command move-dwon; did you mean move-down?"),
    ("list:\n  move-down: hyper-j", "keys.yaml:2:14: hyper-j is not a key"),
    ("lsit:\n  move-down: j", "keys.yaml:1:1: there is no section lsit; did you mean list?"),
    ("list:\n  move-down: j\n  move-up: [k, j]", "keys.yaml:3:16: j is bound to move-down already, in line 2"),
    (
      "list:\n  first: g g\n  move-up: g",
      "keys.yaml:3:12: g and g g, first in line 2, begin alike: one could never be typed"
    ),
    ("list:\n  move-down:", "keys.yaml:2:13: move-down has no key; <disabled> leaves it without one"),
    ("list: [j]", "keys.yaml:1:7: the section list is a mapping of commands to keys"),
    ("- j", "keys.yaml:1:1: a keymap is a mapping of sections"),
    ("list:\n  move-down: {a: b}", "keys.yaml:2:14: one word is expected here"),
  ])
  func aMistakeIsReportedAtItsPlace(text: String, message: String) {
    let error = #expect(throws: SettingsError.self) { try parse(text) }
    #expect(error?.description == message)
  }

  @Test func aFileThatIsNoYAMLIsReportedToo() {
    let error = #expect(throws: SettingsError.self) { try parse("list:\n  a: [") }
    #expect(error?.file == "keys.yaml")
    #expect(error?.line == 3 || error?.line == 2)
  }

  @Test func theUsersKeysWinOverTheDefaults() throws {
    let defaults = try parse("list: {move-down: [j, down], move-up: k, first: g g}\nglobal: {quit: q}")

    let keymaps = try parse("list: {move-down: n, move-up: <disabled>, first: j}").over(defaults)

    #expect(keymaps["list"].match([.character("n")]) == .command("down"))
    #expect(keymaps["list"].match([.down]) == .none)
    #expect(keymaps["list"].match([.character("k")]) == .none)
    #expect(keymaps["list"].match([.character("j")]) == .command("first"))
    #expect(keymaps["list"].match([.character("g")]) == .none)
    #expect(keymaps["global"].match([.character("q")]) == .command("quit"))
  }
}
