package import Extensions

/// The changes under way: sent, and not finished by the cluster yet.
package struct ChangeTracker: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var progress: ChangeProgress
    /// The cluster took the write; until then the installation's state says nothing about it.
    package var isAccepted = false

    package var change: Change { progress.change }
  }

  /// A change that has ended.
  package struct Ended: Hashable, Sendable {
    package var name: String
    package var progress: ChangeProgress
    package var outcome: ChangeProgress.Outcome

    package var change: Change { progress.change }
  }

  private var entries: [String: Entry] = [:]

  package init() {}

  package var isEmpty: Bool { entries.isEmpty }

  /// The extensions that are being changed.
  package var names: [String] { entries.keys.sorted() }

  package subscript(name: String) -> Entry? { entries[name] }

  package mutating func begin(_ change: Change, on name: String, before: Installation?) {
    entries[name] = Entry(progress: ChangeProgress(change, since: before))
  }

  package mutating func accepted(_ name: String) {
    entries[name]?.isAccepted = true
  }

  package mutating func abandon(_ name: String) {
    entries[name] = nil
  }

  /// Takes in what is installed now, and returns the changes that have ended.
  package mutating func see(_ installations: Installations) -> [Ended] {
    var ended: [Ended] = []
    for name in names where entries[name]?.isAccepted == true {
      guard let outcome = entries[name]?.progress.see(installations.of(name)), let entry = entries[name] else {
        continue
      }
      ended.append(Ended(name: name, progress: entry.progress, outcome: outcome))
      entries[name] = nil
    }
    return ended
  }
}
