import Terminal
import Testing

@Suite struct KeyTests {
  @Test(arguments: [
    ("a", Key.character("a")), ("G", .character("G")), ("/", .character("/")), ("-", .character("-")),
    ("可", .character("可")), ("ctrl-a", .control("a")), ("<ctrl+a>", .control("a")), ("Ctrl-A", .control("a")),
    ("<c-a>", .control("a")), ("ctrl-i", .tab), ("ctrl-m", .enter), ("ctrl-[", .escape), ("ctrl-space", .control(" ")),
    ("alt-x", .alt("x")), ("<M-X>", .alt("X")), ("enter", .enter), ("<Enter>", .enter), ("esc", .escape),
    ("f5", .function(5)), ("space", .space), ("pgup", .pageUp), ("PageDown", .pageDown), ("shift-tab", .backTab),
    ("shift-left", .shift(.left)), ("ctrl-end", .ctrl(.end)), ("alt-backspace", .alt("\u{7F}")), ("del", .delete),
    ("<", .character("<")), ("ctrl--", nil), ("ctrl", nil), ("f99", nil), ("", nil), ("ctrl-可", nil), ("hyper-a", nil),
  ])
  func namesAreRead(name: String, key: Key?) {
    #expect(Key(named: name) == key)
  }

  @Test func everyKeyIsReadAsItIsSpelled() {
    var keys: [Key] = [.insert, .delete, .enter, .escape, .tab, .backTab, .backspace, .alt("\u{7F}"), .alt(" ")]
    keys += (1...12).map { .function($0) }
    keys += Key.Direction.allCases.flatMap { [.move($0), .shift($0), .ctrl($0)] }
    for byte in UInt8(0x21)...0x7E {
      keys += [.character(Character(Unicode.Scalar(byte))), .alt(Character(Unicode.Scalar(byte)))]
    }
    for letter in "abcdefgklnopqrstuvwxyz\\]^_ " { keys.append(.control(letter)) }

    for key in keys {
      #expect(Key(named: key.description) == key)
    }
  }
}
