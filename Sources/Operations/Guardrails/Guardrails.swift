package import Extensions
package import Platform

/// The rules for what may be changed from this computer, and in which clusters.
///
/// The rules are in `/etc/ksx/config.yaml`, which belongs to root, and in the user's own `config.yaml`. All of them
/// apply: the user's rules add to root's and cannot relax them. They prevent mistakes, not attacks: a user who may
/// write to a cluster can do so with other programs.
package struct Guardrails: Hashable, Sendable {
  /// One rule, for some clusters.
  package struct Rule: Hashable, Sendable {
    /// The file that it is from, for messages.
    package var file: String
    /// Patterns for the name and the server of a cluster; a rule without any applies to all clusters.
    package var contexts: [String] = []
    package var servers: [String] = []
    package var isReadOnly = false
    /// The refused verbs, such as `uninstall`; `safe-mode` includes all that begin with that word.
    package var denied: [String] = []
    /// The verbs that must be confirmed by typing; `all` includes every verb.
    package var typedVerbs: [String] = []
    /// How many objects a command may change at most.
    package var maximum: Int?
    /// When changes may be made; empty means always.
    package var windows: [ChangeWindow] = []
    /// Why the file cannot be parsed; every change is refused then.
    package var flaw: Sentence?

    package init(file: String) { self.file = file }
  }

  package var rules: [Rule] = []

  package init() {}

  /// A cluster, as rules identify it.
  package struct Scope: Hashable, Sendable {
    package var context: String
    package var server: String

    package init(context: String, server: String) { (self.context, self.server) = (context, server) }
  }

  /// Why `action` is refused at `scope`, or `nil`; a typed confirmation is not checked here.
  package func refusal(of action: IntendedAction, at scope: Scope, now: Timestamp) -> Sentence? {
    rules(about: scope).lazy.compactMap { $0.refusal(of: action, at: scope, now: now) }.first
  }

  /// Whether an action with these `verbs` must be confirmed by typing.
  package func mustBeTyped(_ verbs: [String], at scope: Scope) -> Bool {
    fileThatRequiresTyping(verbs, at: scope) != nil
  }

  /// The file of the rule that requires a typed confirmation; `nil` if no rule does.
  private func fileThatRequiresTyping(_ verbs: [String], at scope: Scope) -> String? {
    rules(about: scope).first { rule in
      rule.typedVerbs.contains("all") || verbs.contains { Rule.isListed($0, in: rule.typedVerbs) }
    }?.file
  }

  /// The verdict on `action` at `scope`; `nil` if no rule applies to that cluster.
  package func verdict(on action: IntendedAction, at scope: Scope, now: Timestamp) -> GuardVerdict? {
    if rules(about: scope).isEmpty { return nil }
    if let refusal = refusal(of: action, at: scope, now: now) { return .denied(refusal) }
    guard let file = fileThatRequiresTyping(action.verbs, at: scope) else { return .allowed }
    return .typedConfirmation("it is confirmed by typing in \(scope.context) (\(file))")
  }

  /// Whether every change at `scope` is refused.
  package func isReadOnly(_ scope: Scope) -> Bool {
    rules(about: scope).contains { $0.isReadOnly || $0.flaw != nil }
  }

  /// How many objects one action may change at `scope`, and the file that says so.
  func maximum(at scope: Scope) -> (count: Int, file: String)? {
    rules(about: scope).compactMap { rule in rule.maximum.map { ($0, rule.file) } }.min { $0.0 < $1.0 }
  }

  private func rules(about scope: Scope) -> [Rule] {
    rules.filter { rule in
      (rule.contexts.isEmpty && rule.servers.isEmpty)
        || rule.contexts.contains { Wildcard.matches($0, scope.context) }
        || rule.servers.contains { Wildcard.matches($0, scope.server) }
    }
  }
}

extension Guardrails.Rule {
  fileprivate func refusal(of action: IntendedAction, at scope: Guardrails.Scope, now: Timestamp) -> Sentence? {
    if let flaw { return "\(file) cannot be understood, and so nothing is changed: \(flaw)" }
    if isReadOnly { return "\(scope.context) is read-only (\(file))" }
    if let verb = action.verbs.first(where: { Self.isListed($0, in: denied) }) {
      return "\(verb) is denied in \(scope.context) (\(file))"
    }
    if let maximum, action.names.count > maximum {
      return
        "it is about \(action.names.count) objects, and at most \(maximum) may be changed at once in \(scope.context) (\(file))"
    }
    guard !windows.isEmpty, !windows.contains(where: { $0.contains(now) }), let first = windows.first else {
      return nil
    }
    let words = windows.map(\.words).joined(separator: "; ")
    return "changes of \(scope.context) are made \(words) only (\(file)), and now it is \(first.clock(at: now)) there"
  }

  /// Whether `names` contains `verb`, or the first words of it.
  fileprivate static func isListed(_ verb: String, in names: [String]) -> Bool {
    names.contains { $0 == verb || verb.hasPrefix($0 + " ") }
  }
}

/// Patterns in which `*` matches any text and `?` one character.
enum Wildcard {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    matches(Array(pattern)[...], Array(text)[...])
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
    var (pattern, text) = (pattern, text)
    // Where to resume if matching fails: the last star then matches one more character. Only the last star needs this.
    var retry: (pattern: ArraySlice<Character>, text: ArraySlice<Character>)?
    while !text.isEmpty || !pattern.isEmpty {
      if pattern.first == "*" {
        pattern = pattern.dropFirst()
        retry = (pattern, text)
      } else if let wanted = pattern.first, let found = text.first, wanted == "?" || wanted == found {
        (pattern, text) = (pattern.dropFirst(), text.dropFirst())
      } else if let last = retry, !last.text.isEmpty {
        retry = (last.pattern, last.text.dropFirst())
        (pattern, text) = (last.pattern, last.text.dropFirst())
      } else {
        return false
      }
    }
    return true
  }
}
