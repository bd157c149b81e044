import Terminal

extension App {
  /// A key that is bound to nothing: text, or an alt chord, which is an escape and then the key.
  ///
  /// Terminals send both alike, and a user who presses two keys in a hurry means two.
  mutating func pressUnbound(_ key: Key) {
    guard case .alt(let character) = key else { return type(key) }
    let isTypingLine = top.prompt != nil || top.sections.isEmpty
    if isTypingLine, LinePrompt.knows(key) { return type(key) }
    press(.escape)
    press(character == "\u{7F}" ? .backspace : .character(character))
  }
}
