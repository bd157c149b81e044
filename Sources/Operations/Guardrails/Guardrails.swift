package import Extensions
package import Platform

/// What this computer lets be done to which clusters.
///
/// Rules stand in `/etc/ksx/config.yaml`, which is root's, and in the user's own `config.yaml`. All of them hold: the
/// user's add to root's and take nothing away. They keep mistakes away, not attackers: who may write to a cluster can do
/// so with other programs.
package struct Guardrails: Hashable, Sendable {
  /// One rule, about some clusters.
  package struct Rule: Hashable, Sendable {
    /// The file that it stands in, for what is said of it.
    package var file: String
    /// Patterns for the name of a cluster, and for its server; without any it is about all clusters.
    package var contexts: [String] = []
    package var servers: [String] = []
    package var isReadOnly = false
    /// The verbs that are refused, such as `uninstall`; `safe-mode` is all that begins with it.
    package var denied: [String] = []
    /// The verbs whose confirmation is typed out; `all` is all of them.
    package var typed: [String] = []
    /// How many objects a command may change.
    package var most: Int?
    /// When changes are made; without any, always.
    package var windows: [ChangeWindow] = []
    /// Why the file cannot be understood: then nothing is changed.
    package var flaw: Sentence?

    package init(file: String) { self.file = file }
  }

  package var rules: [Rule] = []

  package init() {}

  /// A cluster, as rules are about it.
  package struct Place: Hashable, Sendable {
    package var context: String
    package var server: String

    package init(context: String, server: String) { (self.context, self.server) = (context, server) }
  }

  /// Why `deed` must not be done at `place`, or `nil`; whether it was typed out is not asked.
  package func refusal(of deed: Deed, at place: Place, now: Timestamp) -> Sentence? {
    rules(about: place).lazy.compactMap { $0.refusal(of: deed, at: place, now: now) }.first
  }

  /// Whether the confirmation of something that is called `verbs` must be typed out.
  package func mustBeTyped(_ verbs: [String], at place: Place) -> Bool { typing(of: verbs, at: place) != nil }

  /// The file that has something called `verbs` typed out, or `nil`.
  private func typing(of verbs: [String], at place: Place) -> String? {
    rules(about: place).first { rule in
      rule.typed.contains("all") || verbs.contains { Rule.names(rule.typed, $0) }
    }?.file
  }

  /// What will be said to `deed` at `place`; `nil` where no rule is about that cluster.
  package func verdict(on deed: Deed, at place: Place, now: Timestamp) -> GuardVerdict? {
    if rules(about: place).isEmpty { return nil }
    if let refusal = refusal(of: deed, at: place, now: now) { return .denied(refusal) }
    guard let file = typing(of: deed.verbs, at: place) else { return .allowed }
    return .typed("it is confirmed by typing in \(place.context) (\(file))")
  }

  /// Whether nothing at all may be changed at `place`.
  package func isReadOnly(_ place: Place) -> Bool {
    rules(about: place).contains { $0.isReadOnly || $0.flaw != nil }
  }

  /// How many objects one deed may change there.
  func most(at place: Place) -> (count: Int, file: String)? {
    rules(about: place).compactMap { rule in rule.most.map { ($0, rule.file) } }.min { $0.0 < $1.0 }
  }

  private func rules(about place: Place) -> [Rule] {
    rules.filter { rule in
      (rule.contexts.isEmpty && rule.servers.isEmpty)
        || rule.contexts.contains { Wildcard.matches($0, place.context) }
        || rule.servers.contains { Wildcard.matches($0, place.server) }
    }
  }
}

extension Guardrails.Rule {
  fileprivate func refusal(of deed: Deed, at place: Guardrails.Place, now: Timestamp) -> Sentence? {
    if let flaw { return "\(file) cannot be understood, and so nothing is changed: \(flaw)" }
    if isReadOnly { return "\(place.context) is read-only (\(file))" }
    if let verb = deed.verbs.first(where: { Self.names(denied, $0) }) {
      return "\(verb) is denied in \(place.context) (\(file))"
    }
    if let most, deed.names.count > most {
      return
        "it is about \(deed.names.count) objects, and at most \(most) may be changed at once in \(place.context) (\(file))"
    }
    guard !windows.isEmpty, !windows.contains(where: { $0.contains(now) }), let first = windows.first else {
      return nil
    }
    let words = windows.map(\.words).joined(separator: "; ")
    return "changes of \(place.context) are made \(words) only (\(file)), and now it is \(first.clock(at: now)) there"
  }

  /// Whether `names` has `verb`, or the first of its two words.
  fileprivate static func names(_ names: [String], _ verb: String) -> Bool {
    names.contains { $0 == verb || verb.hasPrefix($0 + " ") }
  }
}

/// Patterns in which `*` stands for anything and `?` for one character.
enum Wildcard {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    matches(Array(pattern)[...], Array(text)[...])
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
    var (pattern, text) = (pattern, text)
    // Where the last star may take in one more: a later star makes an earlier one's choice good.
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
