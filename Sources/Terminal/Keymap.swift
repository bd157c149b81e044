/// The key bindings of one view.
///
/// A binding may be a sequence of keys, as in `g g`. A command may have several bindings; a sequence of
/// keys has one command, and no binding is a prefix of another.
package struct Keymap<Command: Hashable & Sendable>: Sendable {
  /// One line of help.
  package struct Binding: Hashable, Sendable {
    /// The sequence of keys.
    package var keys: [Key]
    /// Their command.
    package var command: Command
  }

  /// The meaning of the keys typed so far.
  package enum Match: Hashable, Sendable {
    case command(Command)
    /// The keys begin a longer binding.
    case pending
    case none
  }

  /// All bindings, in the order in which they were added.
  package private(set) var bindings: [Binding] = []
  /// The commands that are bound here, or unbound on purpose.
  private var mentioned: Set<Command> = []

  /// A keymap without bindings.
  package init() {}

  /// Binds `keys`, and removes bindings of the same keys, of a prefix or of a continuation of them.
  package mutating func bind(_ keys: [Key], to command: Command) {
    guard let first = keys.first else { return }
    bindings.removeAll { $0.keys[0] == first && ($0.keys.starts(with: keys) || keys.starts(with: $0.keys)) }
    bindings.append(Binding(keys: keys, command: command))
    mentioned.insert(command)
  }

  /// Binds `keys` like `bind`, if the caller knows that there is no conflicting binding.
  mutating func add(_ keys: [Key], for command: Command) {
    bindings.append(Binding(keys: keys, command: command))
    mentioned.insert(command)
  }

  /// Removes all keys of `command`.
  package mutating func unbind(_ command: Command) {
    bindings.removeAll { $0.command == command }
    mentioned.insert(command)
  }

  /// Whether `command` is bound here, or unbound on purpose.
  func mentions(_ command: Command) -> Bool { mentioned.contains(command) }

  /// The command of `keys`, or whether a longer binding begins with them.
  package func match(_ keys: [Key]) -> Match {
    guard let first = keys.first else { return .none }
    var match = Match.none
    // No binding is a prefix of another, so a complete match is the only match.
    for binding in bindings where binding.keys[0] == first && binding.keys.starts(with: keys) {
      if binding.keys.count == keys.count { return .command(binding.command) }
      match = .pending
    }
    return match
  }

  /// The key sequences of `command`, for help.
  package func keys(for command: Command) -> [[Key]] {
    bindings.filter { $0.command == command }.map(\.keys)
  }

  /// The possible continuations of `keys`: the rest of each binding that begins with them.
  package func continuations(of keys: [Key]) -> [Binding] {
    bindings.filter { $0.keys.count > keys.count && $0.keys.starts(with: keys) }
      .map { Binding(keys: Array($0.keys.dropFirst(keys.count)), command: $0.command) }
  }

  /// This keymap merged over `base`.
  ///
  /// A command that this one mentions has only the keys it has here; a key that is bound here loses its
  /// binding in `base`.
  package func over(_ base: Keymap) -> Keymap {
    var result = base
    result.bindings.removeAll { mentioned.contains($0.command) }
    result.mentioned.formUnion(mentioned)
    for binding in bindings { result.bind(binding.keys, to: binding.command) }
    return result
  }

  /// The bindings of the commands that `transform` maps, bound to its results.
  package func compactMap<Other>(_ transform: (Command) -> Other?) -> Keymap<Other> {
    var result = Keymap<Other>()
    for binding in bindings {
      if let command = transform(binding.command) { result.bind(binding.keys, to: command) }
    }
    return result
  }
}

extension [Key] {
  /// The spelling of the keys in keymap files and help.
  package var spelling: String { map(\.description).joined(separator: " ") }
}
