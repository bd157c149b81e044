package import Extensions

/// The changes under way: sent, and not finished by the cluster yet.
package struct ChangeTracker: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var progress: ChangeProgress
    /// The cluster took the write; until then the installation's state says nothing about it.
    package var isAccepted = false
    /// Since when nothing more has been heard of a rest, in seconds of the caller's clock.
    var restingSince: Double?

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

  /// The cluster took the change of `name`, over what was `before`; `nil` is what it was begun with.
  package mutating func accepted(_ name: String, over before: Installation? = nil) {
    guard let entry = entries[name] else { return }
    if let before { entries[name]?.progress = ChangeProgress(entry.change, since: before) }
    entries[name]?.isAccepted = true
  }

  package mutating func abandon(_ name: String) {
    entries[name] = nil
  }

  /// Takes in what is installed at `now`, in seconds, and returns the changes that have ended.
  package mutating func see(_ installations: Installations, at now: Double = 0) -> [Ended] {
    var ended: [Ended] = []
    for name in names {
      guard var entry = entries[name], entry.isAccepted else { continue }
      let outcome = entry.see(installations.of(name), at: now)
      entries[name] = outcome == nil ? entry : nil
      if let outcome { ended.append(Ended(name: name, progress: entry.progress, outcome: outcome)) }
    }
    return ended
  }

  /// When `see` has something to say though nothing is heard.
  package var nextLook: Double? {
    entries.values.compactMap(\.restingSince).min().map { $0 + Double(ChangeProgress.patience) }
  }
}

extension ChangeTracker.Entry {
  fileprivate mutating func see(_ installation: Installation?, at now: Double) -> ChangeProgress.Outcome? {
    let former = progress
    if let outcome = progress.see(installation) { return outcome }
    guard progress.isResting else {
      restingSince = nil
      return nil
    }
    guard progress == former, let since = restingSince else {
      restingSince = now
      return nil
    }
    return now - since >= Double(ChangeProgress.patience) ? progress.atRest : nil
  }
}
