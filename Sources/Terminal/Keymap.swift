/// What to do for which keys, in one view.
///
/// A key may also lead to more keys, as in `g g`. A command may have several bindings; a sequence of keys
/// has one command, and no binding begins another.
package struct Keymap<Command: Hashable & Sendable>: Sendable {
  /// One line of help.
  package struct Binding: Hashable, Sendable {
    /// The keys, one after the other.
    package var keys: [Key]
    /// What they do.
    package var command: Command
  }

  /// What some keys mean so far.
  package enum Match: Hashable, Sendable {
    case command(Command)
    /// The keys begin a longer binding.
    case pending
    case none
  }

  /// Every binding, in the order in which they were made.
  package private(set) var bindings: [Binding] = []
  /// Commands this keymap has an opinion about: bound here, or unbound on purpose.
  private var mentioned: Set<Command> = []

  /// A keymap without bindings.
  package init() {}

  /// Binds `keys`, and unbinds what they, a beginning or a continuation of them were bound to.
  package mutating func bind(_ keys: [Key], to command: Command) {
    guard let first = keys.first else { return }
    bindings.removeAll { $0.keys[0] == first && ($0.keys.starts(with: keys) || keys.starts(with: $0.keys)) }
    bindings.append(Binding(keys: keys, command: command))
    mentioned.insert(command)
  }

  /// Binds `keys` as `bind` does, where the caller knows that no binding begins like them.
  mutating func add(_ keys: [Key], for command: Command) {
    bindings.append(Binding(keys: keys, command: command))
    mentioned.insert(command)
  }

  /// Leaves `command` without a key.
  package mutating func unbind(_ command: Command) {
    bindings.removeAll { $0.command == command }
    mentioned.insert(command)
  }

  /// Whether `command` is bound here, or unbound on purpose.
  func mentions(_ command: Command) -> Bool { mentioned.contains(command) }

  /// The command of `keys`, or whether they can still become one.
  package func match(_ keys: [Key]) -> Match {
    guard let first = keys.first else { return .none }
    var match = Match.none
    // None begins another, so the first that is found is the only one, or one of several that go on.
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

  /// What can follow `keys`: the rest of each binding that begins with them.
  package func continuations(of keys: [Key]) -> [Binding] {
    bindings.filter { $0.keys.count > keys.count && $0.keys.starts(with: keys) }
      .map { Binding(keys: Array($0.keys.dropFirst(keys.count)), command: $0.command) }
  }

  /// This keymap on top of `base`.
  ///
  /// A command that this one mentions has only the keys it has here; a key bound here is taken away from
  /// whatever `base` bound it to.
  package func over(_ base: Keymap) -> Keymap {
    var result = base
    result.bindings.removeAll { mentioned.contains($0.command) }
    result.mentioned.formUnion(mentioned)
    for binding in bindings { result.bind(binding.keys, to: binding.command) }
    return result
  }

  /// The bindings of the commands that `transform` knows, as a keymap of what it makes of them.
  package func compactMap<Other>(_ transform: (Command) -> Other?) -> Keymap<Other> {
    var result = Keymap<Other>()
    for binding in bindings {
      if let command = transform(binding.command) { result.bind(binding.keys, to: command) }
    }
    return result
  }
}

extension [Key] {
  /// The keys as keymap files and help spell them.
  package var spelling: String { map(\.description).joined(separator: " ") }
}
