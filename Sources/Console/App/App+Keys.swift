import Platform
import Terminal

// Handling of keys and mouse clicks.
extension App {
  /// Whether the topmost question was not painted yet, so that a key must not answer it.
  var isAskingUnseen: Bool { top.question.map { !$0.isCovered(by: shownQuestion) } ?? false }

  mutating func press(_ key: Key) {
    switch key {
    case .resized: return
    case .closed: return finish()
    case .mouse(let action, let position): return point(action, at: position)
    case .paste where top.question != nil:
      state.say(.warning, "Pasted text is not an answer here: type it.")
      return
    default: break
    }
    // If the window is too small to show anything, only keys that leave it are handled.
    if !Self.hasRoom(state.size), !leadsOut(key) { return pendingKeys = [] }
    pendingKeys.append(key)
    act(state.settings.match(pendingKeys, in: top.sections), key)
  }

  private func leadsOut(_ key: Key) -> Bool {
    switch state.settings.match(pendingKeys + [key], in: [.everywhere]) {
    case .command(.command(let command)): [.close, .quit, .suspend, .redraw].contains(command)
    case .command(.edit), .pending, .none: false
    }
  }

  /// Handles the pending keys, of which `key` is the last.
  private mutating func act(_ match: Keymap<Action>.Match, _ key: Key) {
    switch match {
    case .pending: break
    case .command(.command(let command)):
      let keys = pendingKeys.spelling
      pendingKeys = []
      perform(command, byKeys: keys)
    case .command(.edit(let command)):
      pendingKeys = []
      carryOut(onTop { $0.edit(command, &$1) })
    case .none:
      let isAlone = pendingKeys.count == 1
      pendingKeys = []
      // An unbound second key of a sequence is dropped, except keys that close something.
      if !isAlone, key != .escape, key != .control("c") { return }
      if isAlone { pressUnbound(key) } else { press(key) }
    }
  }

  /// Converts `point` to coordinates of the screen.
  private mutating func point(_ action: Key.Mouse, at point: Point) {
    if action == .click, point.row == state.size.rows - 1 { return clickHint(at: point.column) }
    guard state.body.contains(point) else { return }
    let row = point.row - state.body.origin.row
    type(.mouse(action, Point(row: row, column: point.column)))
  }

  private mutating func clickHint(at column: Int) {
    switch Footer(state, top, pendingKeys).action(at: column) {
    case .command(let command)?: perform(command)
    case .edit(let command)?: carryOut(onTop { $0.edit(command, &$1) })
    case nil: break
    }
  }

  mutating func type(_ key: Key) {
    if !isAskingUnseen { carryOut(onTop { $0.type(key, &$1) }) }
  }
}
