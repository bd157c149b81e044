import Extensions
import Platform
import Terminal

extension App {
  /// A key that is bound to nothing: text, or an alt chord, which is an escape and then the key.
  ///
  /// Terminals send both alike, and a user who presses two keys in a hurry means two.
  mutating func pressUnbound(_ key: Key) {
    guard case .alt(let character) = key else { return top.takesText || key.isReport ? type(key) : sayUnbound(key) }
    let isTypingLine = top.prompt != nil || top.sections.isEmpty
    if isTypingLine, LinePrompt.knows(key) { return type(key) }
    press(.escape)
    press(character == "\u{7F}" ? .backspace : .character(character))
  }
}

extension App {
  /// Says once that `key` is bound to nothing where one is.
  private mutating func sayUnbound(_ key: Key) {
    guard saidUnbound.insert(key).inserted else { return }
    state.say(.note, "\(key): nothing here\(wayToKeys)")
  }

  /// Says that `command`, which `keys` ask for, has no meaning where one is; a cursor key at an edge needs no words.
  mutating func sayUseless(_ command: Command, _ keys: String) {
    if command.isMove { return }
    let asked = keys.isEmpty ? command.spokenName : keys
    guard let kind = command.change else { return state.say(.warning, "\(asked): nothing here\(wayToKeys)") }
    state.say(.warning, "\(asked): nothing to \(Sentence(stringLiteral: kind.row.verb)) here\(wayToKeys)")
  }

  private var wayToKeys: Sentence {
    state.settings.keys(for: .help, in: top.sections).first.map { " · \($0) shows the keys" } ?? "."
  }
}

extension Key {
  /// Comes from no key that could be bound.
  fileprivate var isReport: Bool {
    switch self {
    case .mouse, .paste: true
    default: false
    }
  }
}
