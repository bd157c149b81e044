import Manifest
import Platform

/// A keymap file: the keymaps of all views, by section name.
package struct Keymaps<Command: Hashable & Sendable>: Sendable {
  /// The name by which users choose it.
  package var name: String
  /// The keymap file that this one extends, if it names one.
  package var inherits: String?
  /// The keymap of each view.
  package var sections: [String: Keymap<Command>]
  /// The position of each binding in the file, by section.
  fileprivate(set) var positions: [String: [[Key]: Position]] = [:]

  /// A line and a column, from one.
  struct Position: Hashable, Sendable {
    var line: Int
    var column: Int
  }

  /// The commands that may be bound, by section and by name.
  package typealias Vocabulary = [String: [String: Command]]

  /// Keymaps of `sections`.
  package init(name: String = "", inherits: String? = nil, sections: [String: Keymap<Command>] = [:]) {
    self.name = name
    self.inherits = inherits
    self.sections = sections
  }

  /// Parses a keymap file; throws its first error.
  ///
  /// Except for `name` and `inherits`, each top-level mapping is a section. In it `command: key` or
  /// `command: [key, …]` binds, `command: <disabled>` unbinds, and a key is one or more names separated
  /// by blanks.
  package static func parse(
    _ text: String, file: String, vocabulary: Vocabulary
  ) throws(SettingsError) -> Keymaps {
    do throws(SyntaxError) {
      var reader = KeymapReader(vocabulary: vocabulary)
      return try reader.read(YAML.node(text))
    } catch {
      throw SettingsError(file: file, error)
    }
  }

  /// Reports the keys that these keymaps of `file` take from commands of `base` that they do not mention.
  ///
  /// Keys of a section also hide those of the sections that `below` returns for it.
  package func conflicts(
    from base: Keymaps, file: String, below: (String) -> [String], name: (Command) -> String
  ) -> [SettingsError] {
    var result: [SettingsError] = []
    for (section, keymap) in sections.sorted(by: { $0.key < $1.key }) {
      for binding in keymap.bindings {
        let position = positions[section]?[binding.keys] ?? Position(line: 1, column: 1)
        for other in [section] + below(section) {
          result += hiddenBindings(of: binding, in: base, other).map { hidden in
            let problem: Sentence =
              "\(hidden.keys.spelling) is the key of \(name(hidden.command)) in \(other); say which keys it keeps, or <disabled>"
            return SettingsError(file: file, line: position.line, column: position.column, problem: problem)
          }
        }
      }
    }
    return result
  }

  /// The bindings of a section of `base` that `binding` hides and whose commands this file does not mention.
  private func hiddenBindings(
    of binding: Keymap<Command>.Binding, in base: Keymaps, _ section: String
  ) -> [Keymap<Command>.Binding] {
    base[section].bindings.filter { hidden in
      hidden.command != binding.command && !self[section].mentions(hidden.command)
        && (hidden.keys.starts(with: binding.keys) || binding.keys.starts(with: hidden.keys))
    }
  }

  /// The keymap of `section`; empty if there is none.
  package subscript(section: String) -> Keymap<Command> {
    sections[section] ?? Keymap()
  }

  /// These keymaps merged over `base`, section by section.
  package func over(_ base: Keymaps) -> Keymaps {
    let sections = base.sections.merging(sections) { base, mine in mine.over(base) }
    return Keymaps(name: name, inherits: inherits, sections: sections)
  }
}

/// Builds keymaps from the nodes of a keymap file.
private struct KeymapReader<Command: Hashable & Sendable> {
  let vocabulary: Keymaps<Command>.Vocabulary
  private var taken: [Key: [TakenKey]] = [:]

  /// A binding of the present section; stored by its first key.
  private struct TakenKey {
    let keys: [Key]
    let command: String
    let position: Keymaps<Command>.Position
  }

  init(vocabulary: Keymaps<Command>.Vocabulary) {
    self.vocabulary = vocabulary
  }

  mutating func read(_ node: YAMLNode?) throws(SyntaxError) -> Keymaps<Command> {
    var result = Keymaps<Command>()
    guard let node, node.value != .null else { return result }
    guard case .mapping(let pairs) = node.content else { throw node.mistake("a keymap is a mapping of sections") }
    for pair in pairs {
      let key = pair.key.text ?? ""
      switch key {
      case "name": result.name = try scalar(pair.value)
      case "inherits": result.inherits = try scalar(pair.value)
      default:
        result.sections[key] = try section(key, pair)
        let positions = taken.values.joined().map { ($0.keys, $0.position) }
        result.positions[key] = Dictionary(positions, uniquingKeysWith: { first, _ in first })
      }
    }
    return result
  }

  private mutating func section(_ name: String, _ pair: YAMLNode.Pair) throws(SyntaxError) -> Keymap<Command> {
    guard let commands = vocabulary[name] else {
      throw pair.key.mistake("there is no section \(name)\(suggestionSentence(for: name, among: vocabulary.keys))")
    }
    taken = [:]
    var keymap = Keymap<Command>()
    for pair in try pairs(pair.value, of: name) {
      let name = pair.key.text ?? ""
      guard let command = commands[name] else {
        throw pair.key.mistake("there is no command \(name)\(suggestionSentence(for: name, among: commands.keys))")
      }
      if pair.value.text == "<disabled>" {
        keymap.unbind(command)
        continue
      }
      for node in items(pair.value) { keymap.add(try keys(node, for: name), for: command) }
    }
    return keymap
  }

  private func pairs(_ node: YAMLNode, of section: String) throws(SyntaxError) -> [YAMLNode.Pair] {
    switch node.content {
    case .mapping(let pairs): return pairs
    case .scalar("", isQuoted: false): return []
    default: throw node.mistake("the section \(section) is a mapping of commands to keys")
    }
  }

  private func items(_ node: YAMLNode) -> [YAMLNode] {
    guard case .sequence(let nodes) = node.content else { return [node] }
    return nodes
  }

  private mutating func keys(_ node: YAMLNode, for command: String) throws(SyntaxError) -> [Key] {
    var keys: [Key] = []
    for name in try scalar(node).split(separator: " ") {
      guard let key = Key(named: String(name)) else { throw node.mistake("\(name) is not a key") }
      keys.append(key)
    }
    guard let first = keys.first else { throw node.mistake("\(command) has no key; <disabled> leaves it without one") }
    for other in taken[first] ?? [] where other.keys.starts(with: keys) || keys.starts(with: other.keys) {
      guard other.keys != keys else {
        throw node.mistake("\(keys.spelling) is bound to \(other.command) already, in line \(other.position.line)")
      }
      throw node.mistake(
        "\(keys.spelling) and \(other.keys.spelling), \(other.command) in line \(other.position.line), begin alike: one could never be typed"
      )
    }
    let position = Keymaps<Command>.Position(line: node.line, column: node.column)
    taken[first, default: []].append(TakenKey(keys: keys, command: command, position: position))
    return keys
  }

  private func scalar(_ node: YAMLNode) throws(SyntaxError) -> String {
    guard let text = node.text else { throw node.mistake("one word is expected here") }
    return text
  }
}
