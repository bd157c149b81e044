extension Key {
  /// The key with the spelling `name`; `nil` if there is none.
  ///
  /// `ctrl-a`, `Ctrl+A` and `<c-a>` are the same key. So are keys that a terminal sends as the same byte:
  /// `ctrl-i` is `tab`, `ctrl-m` and `ctrl-j` are `enter`, `ctrl-h` is `backspace`, `ctrl-[` is `esc`.
  package init?(named name: String) {
    if name.count == 1, let character = name.first {
      guard !character.isWhitespace, character.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
      else { return nil }
      self = .character(character)
    } else if name.count > 2, name.first == "<", name.last == ">" {
      self.init(named: String(name.dropFirst().dropLast()))
    } else if let key = Self.named[name.lowercased()] {
      self = key
    } else {
      self.init(modified: name)
    }
  }

  private init?(modified name: String) {
    guard let separator = name.dropFirst().firstIndex(where: { $0 == "-" || $0 == "+" }) else { return nil }
    let rest = String(name[name.index(after: separator)...])
    let key: Key?
    switch name[..<separator].lowercased() {
    case "ctrl", "control", "c": key = Self.controlled(rest)
    case "alt", "meta", "m", "a": key = Self.alted(rest)
    case "shift", "s": key = Self.shifted(rest)
    default: key = nil
    }
    guard let key else { return nil }
    self = key
  }

  private static func controlled(_ rest: String) -> Key? {
    switch Key(named: rest) {
    case .character(let character): return controlled(character)
    case .move(let direction): return .ctrl(direction)
    default: return nil
    }
  }

  /// The key for `character` with ctrl, according to the byte that a terminal sends.
  private static func controlled(_ character: Character) -> Key? {
    guard character.isASCII, let byte = character.lowercased().utf8.first else { return nil }
    switch byte {
    case UInt8(ascii: "i"): return .tab
    case UInt8(ascii: "m"), UInt8(ascii: "j"): return .enter
    case UInt8(ascii: "h"): return .backspace
    case UInt8(ascii: "["): return .escape
    case UInt8(ascii: "@"), UInt8(ascii: " "): return .control(" ")
    case UInt8(ascii: "/"): return .control("_")
    case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x5C...0x5F: return .control(Character(Unicode.Scalar(byte)))
    default: return nil
    }
  }

  private static func alted(_ rest: String) -> Key? {
    switch Key(named: rest) {
    case .character(let character): .alt(character)
    case .backspace: .alt("\u{7F}")
    default: nil
    }
  }

  private static func shifted(_ rest: String) -> Key? {
    switch Key(named: rest) {
    case .character(let character): character.uppercased().first.map { .character($0) }
    case .move(let direction): .shift(direction)
    case .tab: .backTab
    default: nil
    }
  }

  private static let named: [String: Key] = {
    var names: [String: Key] = [
      "enter": .enter, "return": .enter, "ret": .enter, "esc": .escape, "escape": .escape, "tab": .tab,
      "backtab": .backTab, "backspace": .backspace, "bs": .backspace, "space": .space, "spc": .space,
      "ins": .insert, "insert": .insert, "del": .delete, "delete": .delete, "pageup": .pageUp,
      "pagedown": .pageDown, "pgdown": .pageDown, "minus": .character("-"), "plus": .character("+"),
    ]
    for direction in Direction.allCases { names[direction.rawValue] = .move(direction) }
    for number in 1...24 { names["f\(number)"] = .function(number) }
    return names
  }()
}
