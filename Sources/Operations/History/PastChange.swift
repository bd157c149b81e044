import Client
package import Extensions
import HTTP
import Manifest
package import Platform

/// An entry of the past as every list shows it: who changed what, and the result.
package struct PastChange: Hashable, Sendable, Identifiable {
  package let `extension`: String
  package let entry: ExtensionHistory.Entry
  /// Whether a rollback goes to it: the newest entry that was Installed and is not the current one.
  package let isLastGood: Bool
  /// Stays the same for an entry whenever the list is made again.
  package let id: String
  /// The configs that this computer has written, as texts.
  private let written: WrittenConfigs

  /// The result of the change.
  package enum Result: Hashable, Sendable {
    case good, failed
    /// It is not known, or the change has not ended yet.
    case open
  }

  /// The entries of `history`, newest first.
  package static func all(of name: String, _ history: ExtensionHistory) -> [PastChange] {
    let good = history.lastGood
    var counts: [String: Int] = [:]
    return history.entries.map { entry in
      let key = "\(name) \(entry.time) \(entry.what)"
      counts[key, default: 0] += 1
      return PastChange(
        extension: name, entry: entry, isLastGood: entry == good, id: "\(key) \(counts[key] ?? 0)",
        written: history.written)
    }
  }

  /// The entries of all extensions, newest first, from what is known without a request.
  package static func all(_ lines: [HistoryLine], _ installations: Installations) -> [PastChange] {
    let byName = Dictionary(grouping: lines, by: \.extension)
    let names = Set(byName.keys).union(installations.extensions)
    let all = names.sorted().flatMap { name in
      PastChange.all(
        of: name, ExtensionHistory(.init(lines: byName[name] ?? [], installation: installations.of(name))))
    }
    return all.sorted { ($0.entry.time, $1.extension) > ($1.entry.time, $0.extension) }
  }

  /// Who made the change; the author called `ownName` is the user of this program.
  package func who(ownName: String) -> Sentence {
    entry.who == "this user" || (!ownName.isEmpty && entry.who.english == ownName) ? "you" : entry.who
  }

  package var result: Result {
    switch entry.wasInstalled {
    case true?: .good
    case false?: .failed
    case nil: .open
    }
  }

  /// Whether it was not made, because the cluster refused it or could not be asked.
  package var isRefused: Bool {
    let refusals = ["refused:", "not sent:"]
    return entry.wasInstalled == false && refusals.contains { entry.outcome.english.hasPrefix($0) }
  }

  /// `ok`, or why it failed, or what is known of the result.
  package var resultWords: Sentence {
    guard entry.wasInstalled == true else { return entry.outcome }
    return entry.source == .helm ? entry.outcome : "ok"
  }
}

// The change in words.
extension PastChange {
  /// `version 1.0.1 → 1.1.0`, `config warnDays 30 → 14`, `enabled → disabled`; only what was asked for if no more is
  /// known.
  package var sentence: Sentence {
    if let specs = entry.specs { return Self.words(specs) ?? Change.phrase(entry.what) }
    let from = entry.former?.version ?? entry.formerVersion
    if !entry.version.isEmpty, !from.isEmpty, from != entry.version {
      let move: Sentence = "version \(from) → \(entry.version)"
      return entry.source == .helm ? "\(move), \(Change.phrase(entry.what))" : move
    }
    return SpecWriter.sentence(entry.what) ?? Change.phrase(entry.what)
  }

  /// `sentence` in English.
  package var words: String { sentence.english }

  private static func words(_ specs: ExtensionHistory.SpecChange) -> Sentence? {
    guard let after = specs.after else { return specs.before.map { "uninstalled \($0.version)" } }
    guard let before = specs.before else { return "installed \(after.version)" }
    var words: [Sentence] = []
    if before.version != after.version { words.append("version \(before.version) → \(after.version)") }
    if before.config != after.config { words.append("config \(ConfigDifference(before.config, after.config).words)") }
    if before.isEnabled != after.isEnabled {
      words.append(after.isEnabled ? "disabled → enabled" : "enabled → disabled")
    }
    if before.clusters != after.clusters {
      words.append(after.clusters.isEmpty ? "agents removed" : "agents on \(after.clusters.joined(separator: ", "))")
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// The configs before and after, if both are known.
  package var configs: (before: String, after: String)? {
    guard let specs = entry.specs else { return nil }
    return (specs.before?.config ?? "", specs.after?.config ?? "")
  }
}

// Undoing the change.
extension PastChange {
  /// The change that leads from `installation` back to the state before this entry.
  package func wayBack(from installation: Installation?) -> Undo {
    guard let specs = entry.specs else {
      guard let former = entry.former else {
        return .refused("what \(self.extension) was before that is not known here")
      }
      let now = installation.map(RequestedSpec.init)
      let before = RequestedSpec(
        version: former.version, config: written.text(of: former.config, at: entry.time, installation),
        isEnabled: now?.isEnabled ?? true, clusters: now?.clusters ?? [])
      return .leading(to: before, from: installation, self.extension)
    }
    var before = specs.before
    if let config = before?.config { before?.config = written.text(of: config, at: entry.time, installation) }
    return .leading(to: before, from: installation, self.extension)
  }
}

/// The differences between two configs, key by key.
package struct ConfigDifference: Hashable, Sendable {
  /// A key with its values before and after; `nil` if it is not set.
  package struct Line: Hashable, Sendable {
    package var key: String
    package var before: String?
    package var after: String?
  }

  /// Removed keys first, then added and changed ones, in the order of the texts.
  package private(set) var lines: [Line] = []

  package init(_ before: String, _ after: String) {
    let (old, new) = (Self.values(before), Self.values(after))
    let was = Dictionary(old.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    let present = Set(new.map(\.path))
    lines = old.filter { !present.contains($0.path) }.map { Line(key: $0.key, before: Self.text($0), after: nil) }
    for entry in new where was[entry.path]?.value != entry.value {
      lines.append(Line(key: entry.key, before: was[entry.path].map(Self.text), after: Self.text(entry)))
    }
  }

  private static func values(_ config: String) -> [EffectiveValues.Entry] {
    EffectiveValues(defaults: .mapping([:]), config: (try? YAML.parse(config)) ?? .mapping([:])).entries
  }

  private static func text(_ entry: EffectiveValues.Entry) -> String {
    let shown = SecretKeys.masked(entry.value, at: entry.path)
    return shown.string ?? JSON.text(shown)
  }

  /// `warnDays 30 → 14`, and how many more; texts with equal values differ in comments.
  package var words: String {
    guard let first = lines.first else { return "comments" }
    let words =
      switch (first.before, first.after) {
      case (let before?, let after?): "\(first.key) \(before) → \(after)"
      case (nil, let after?): "+ \(first.key) \(after)"
      case (_, nil): "- \(first.key)"
      }
    return lines.count == 1 ? words : "\(words), \(lines.count - 1) more"
  }
}
