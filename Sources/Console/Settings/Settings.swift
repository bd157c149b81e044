package import Platform
package import Terminal

/// How this user wants to see and drive the console.
package struct Settings: Sendable {
  package var theme: Theme
  package var keymaps: Keymaps<Action>
  /// `en` or `zh`.
  package var language: String
  /// What of a row shows that it is selected.
  package var selection = RowSelection.auto
  /// The filters that are kept under numbers.
  package var filters: [Int: String] = [:]
  /// Every theme that can be chosen, by name.
  package var themes: ReadOnDemand<Theme>
  /// Every keymap that can be chosen, by name.
  package var keymapsByName: ReadOnDemand<Keymaps<Action>>
  /// What was wrong with the user's files, each with file and line; the defaults hold there.
  package var problems: [Sentence] = []

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

/// What can be chosen by its name.
///
/// Those of the program are read when they are asked for: a start needs one of them, and reading all took longer than all
/// else before the first frame.
package struct ReadOnDemand<Choice: Sendable>: Sendable {
  private let builtIn: Set<String>
  private let read: @Sendable (String) -> Choice?
  private var own: [String: Choice] = [:]

  init(_ names: some Sequence<String>, read: @escaping @Sendable (String) -> Choice?) {
    builtIn = Set(names)
    self.read = read
  }

  /// The names of all.
  package var keys: Set<String> { builtIn.union(own.keys) }

  /// The one that is called `name`; one of the user's own hides one of the program.
  package subscript(name: String) -> Choice? {
    get { own[name] ?? (builtIn.contains(name) ? read(name) : nil) }
    set { own[name] = newValue }
  }
}

extension Settings: Hashable {
  /// Keymaps are compared by their names alone: their text is what makes them.
  package static func == (left: Settings, right: Settings) -> Bool {
    left.theme == right.theme && left.language == right.language && left.selection == right.selection
      && left.filters == right.filters && left.problems == right.problems && left.keymaps.name == right.keymaps.name
  }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(language)
    hasher.combine(filters)
  }
}
