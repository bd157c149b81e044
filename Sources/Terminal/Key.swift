/// A keystroke, or another event of the terminal.
///
/// Written in keymap files as `a`, `ctrl-a`, `alt-x`, `enter`, `f5`; see `init(named:)`.
package enum Key: Hashable, Sendable {
  case character(Character)
  case control(Character)
  case alt(Character)
  case function(Int)
  case move(Direction)
  case shift(Direction)
  case ctrl(Direction)
  case insert, delete
  case enter, escape, tab, backTab, backspace
  /// Pasted text.
  case paste(String)
  case mouse(Mouse, Point)
  /// The terminal's size has changed.
  case resized
  /// The terminal was closed, or a signal asked the program to end: save and leave.
  case closed

  /// The direction of a cursor key.
  package enum Direction: String, Hashable, Sendable, CaseIterable {
    case up, down, left, right, home, end
    case pageUp = "pgup"
    case pageDown = "pgdn"
  }

  /// An action of the mouse.
  package enum Mouse: Hashable, Sendable {
    case click, wheelUp, wheelDown
  }

  /// The arrow up.
  package static let up = Key.move(.up)
  /// The arrow down.
  package static let down = Key.move(.down)
  /// The arrow to the left.
  package static let left = Key.move(.left)
  /// The arrow to the right.
  package static let right = Key.move(.right)
  /// The home key.
  package static let home = Key.move(.home)
  /// The end key.
  package static let end = Key.move(.end)
  /// The page up key.
  package static let pageUp = Key.move(.pageUp)
  /// The page down key.
  package static let pageDown = Key.move(.pageDown)
  /// The space bar.
  package static let space = Key.character(" ")
}

extension Key: CustomStringConvertible {
  /// The spelling of the key in keymap files and help.
  package var description: String {
    switch self {
    case .character(let character): Self.spelling(character)
    case .control(let character): "ctrl-" + Self.spelling(character)
    case .alt(let character): "alt-" + Self.spelling(character)
    case .function(let number): "f\(number)"
    case .move(let direction): direction.rawValue
    case .shift(let direction): "shift-" + direction.rawValue
    case .ctrl(let direction): "ctrl-" + direction.rawValue
    case .insert: "ins"
    case .delete: "del"
    case .enter: "enter"
    case .escape: "esc"
    case .tab: "tab"
    case .backTab: "shift-tab"
    case .backspace: "backspace"
    case .paste: "paste"
    case .mouse(.click, _): "click"
    case .mouse(.wheelUp, _): "wheel-up"
    case .mouse(.wheelDown, _): "wheel-down"
    case .resized: "resized"
    case .closed: "closed"
    }
  }

  private static func spelling(_ character: Character) -> String {
    switch character {
    case " ": "space"
    case "\u{7F}": "backspace"
    default: String(character)
    }
  }
}
