package import Editor

/// An action of a key: a command of the console, or one of the editor.
package enum Action: Hashable, Sendable {
  case command(Command)
  case edit(EditorCommand)

  /// The name in keymap files.
  package var name: String {
    switch self {
    case .command(let command): command.rawValue
    case .edit(let command): command.rawValue
    }
  }

  /// A one-line summary of the action.
  package var summary: String {
    switch self {
    case .command(let command): command.summary
    case .edit(let command): command.summary.prefix(1).uppercased() + command.summary.dropFirst()
    }
  }

  /// A word for the footer.
  var hint: String {
    switch self {
    case .command(let command): command.hint
    case .edit(.editOutside): "own editor"
    case .edit(let command): command.rawValue.spoken
    }
  }

  /// All actions that keymap files may bind in `section`.
  static func all(in section: KeySection) -> [Action] {
    let commands = Command.allCases.filter { !$0.needsArgument }.map(Action.command)
    return section == .editor ? EditorCommand.allCases.map(Action.edit) + commands : commands
  }
}
