package import Terminal

/// How this user wants to see and drive the console.
package struct Settings: Sendable {
  package var theme: Theme
  package var keymaps: Keymaps<Action>
  /// `en` or `zh`.
  package var language: String
  /// What of a row shows that it is selected.
  package var selection = RowSelection.auto
  /// Every theme that can be chosen, by name.
  package var themes: [String: Theme]
  /// Every keymap that can be chosen, by name.
  package var keymapsByName: [String: Keymaps<Action>]
  /// What was wrong with the user's files, each with file and line; the defaults hold there.
  package var problems: [String] = []

  /// The keys of `command`, the nearest section first, as help spells them.
  func keys(for command: Command, in sections: [KeySection]) -> [String] {
    keys(for: .command(command), in: sections)
  }

  /// The keys of `action`, the nearest section first, as help spells them.
  func keys(for action: Action, in sections: [KeySection]) -> [String] {
    for section in sections {
      let keys = keymaps[section.rawValue].keys(for: action)
      if !keys.isEmpty { return keys.map(\.spelling) }
    }
    return []
  }

  /// What `keys` mean where `sections` hold.
  func match(_ keys: [Key], in sections: [KeySection]) -> Keymap<Action>.Match {
    var isPending = false
    for section in sections {
      switch keymaps[section.rawValue].match(keys) {
      case .command(let action): return .command(action)
      case .pending: isPending = true
      case .none: break
      }
    }
    return isPending ? .pending : .none
  }
}
