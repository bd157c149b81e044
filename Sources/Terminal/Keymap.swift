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

  private indirect enum Entry: Sendable {
    case command(Command)
    case prefix([Key: Entry])
  }

  /// Every binding, in the order in which they were made.
  package private(set) var bindings: [Binding] = []
  /// Commands this keymap has an opinion about: bound here, or unbound on purpose.
  private var mentioned: Set<Command> = []
  private var entries: [Key: Entry] = [:]

  /// A keymap without bindings.
  package init() {}

  /// Binds `keys`, and unbinds what they, a beginning or a continuation of them were bound to.
  package mutating func bind(_ keys: [Key], to command: Command) {
    guard !keys.isEmpty else { return }
    bindings.removeAll { $0.keys.starts(with: keys) || keys.starts(with: $0.keys) }
    bindings.append(Binding(keys: keys, command: command))
    mentioned.insert(command)
    index()
  }

  /// Leaves `command` without a key.
  package mutating func unbind(_ command: Command) {
    bindings.removeAll { $0.command == command }
    mentioned.insert(command)
    index()
  }

  /// Whether `command` is bound here, or unbound on purpose.
  func mentions(_ command: Command) -> Bool { mentioned.contains(command) }

  /// The command of `keys`, or whether they can still become one.
  package func match(_ keys: [Key]) -> Match {
    var entries = entries
    for (position, key) in keys.enumerated() {
      switch entries[key] {
      case nil: return .none
      case .command(let command)?: return position == keys.count - 1 ? .command(command) : .none
      case .prefix(let rest)?: entries = rest
      }
    }
    return keys.isEmpty ? .none : .pending
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
    for command in mentioned { result.unbind(command) }
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

  private mutating func index() {
    entries = Self.entries(bindings[...].map { ($0.keys[...], $0.command) })
  }

  private static func entries(_ bindings: [(keys: ArraySlice<Key>, command: Command)]) -> [Key: Entry] {
    var result: [Key: Entry] = [:]
    for (key, group) in Dictionary(grouping: bindings.filter { !$0.keys.isEmpty }, by: { $0.keys[$0.keys.startIndex] })
    {
      let rest = group.map { ($0.keys.dropFirst(), $0.command) }
      if let only = rest.first, only.0.isEmpty {
        result[key] = .command(only.1)
      } else {
        result[key] = .prefix(entries(rest))
      }
    }
    return result
  }
}

extension [Key] {
  /// The keys as keymap files and help spell them.
  package var spelling: String { map(\.description).joined(separator: " ") }
}
