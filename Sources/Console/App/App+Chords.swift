import Extensions
import Platform
import Terminal

extension App {
  /// Handles a key that is not bound: text, or an alt chord, which terminals send as escape followed by the key.
  ///
  /// A terminal sends an alt chord and two keys that are pressed quickly in the same way; here two keys are assumed.
  mutating func pressUnbound(_ key: Key) {
    guard case .alt(let character) = key else { return top.takesText || key.isReport ? type(key) : sayUnbound(key) }
    let isTypingLine = top.prompt != nil || top.sections.isEmpty
    if isTypingLine, LinePrompt.knows(key) { return type(key) }
    press(.escape)
    press(character == "\u{7F}" ? .backspace : .character(character))
  }
}

extension App {
  /// Shows a note, once for each key, that `key` is not bound on this screen.
  private mutating func sayUnbound(_ key: Key) {
    guard saidUnbound.insert(key).inserted else { return }
    state.say(.note, "\(key): nothing here\(wayToKeys)")
  }

  /// Shows that `command`, which `keys` are bound to, has no effect here; cursor keys at an edge show nothing.
  mutating func reportNoEffect(_ command: Command, _ keys: String) {
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
  /// Whether it is not a key that can be bound.
  fileprivate var isReport: Bool {
    switch self {
    case .mouse, .paste: true
    default: false
    }
  }
}
