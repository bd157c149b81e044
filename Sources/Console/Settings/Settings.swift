package import Platform
package import Terminal

/// The settings of the console for one user.
package struct Settings: Sendable {
  package var theme: Theme
  package var keymaps: Keymaps<Action>
  /// `en` or `zh`.
  package var language: String
  /// How the selected row is highlighted.
  package var selection = RowSelection.auto
  /// The filters saved under numbers.
  package var filters: [Int: String] = [:]
  /// All themes that can be chosen, by name.
  package var themes: ReadOnDemand<Theme>
  /// All keymaps that can be chosen, by name.
  package var keymapsByName: ReadOnDemand<Keymaps<Action>>
  /// The errors in the user's files, each with file and line; the defaults are used instead.
  package var problems: [Sentence] = []

  /// The keys of `command` in the first of `sections` that has any, as help spells them.
  func keys(for command: Command, in sections: [KeySection]) -> [String] {
    keys(for: .command(command), in: sections)
  }

  /// The keys of `action` in the first of `sections` that has any, as help spells them.
  func keys(for action: Action, in sections: [KeySection]) -> [String] {
    for section in sections {
      let keys = keymaps[section.rawValue].keys(for: action)
      if !keys.isEmpty { return keys.map(\.spelling) }
    }
    return []
  }

  /// The match of `keys` in `sections`, of which the first takes precedence.
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

/// Choices by name, such as themes.
///
/// The built-in ones are read on demand: a start needs only one, and reading all took longer than everything else
/// before the first frame.
package struct ReadOnDemand<Choice: Sendable>: Sendable {
  private let builtIn: Set<String>
  private let read: @Sendable (String) -> Choice?
  private var own: [String: Choice] = [:]

  init(_ names: some Sequence<String>, read: @escaping @Sendable (String) -> Choice?) {
    builtIn = Set(names)
    self.read = read
  }

  /// The names of all choices.
  package var keys: Set<String> { builtIn.union(own.keys) }

  /// The choice called `name`; the user's own one takes precedence over a built-in one.
  package subscript(name: String) -> Choice? {
    get { own[name] ?? (builtIn.contains(name) ? read(name) : nil) }
    set { own[name] = newValue }
  }
}

extension Settings: Hashable {
  /// Compares the settings in use; keymaps are compared by name only.
  package static func == (left: Settings, right: Settings) -> Bool {
    left.theme == right.theme && left.language == right.language && left.selection == right.selection
      && left.filters == right.filters && left.problems == right.problems && left.keymaps.name == right.keymaps.name
  }

  /// Hashes a part of the values that equality compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(language)
    hasher.combine(filters)
  }
}
