package import Extensions

/// The changes in progress: sent, and not finished by the controllers yet.
package struct ChangeTracker: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var progress: ChangeProgress
    /// Whether the API server accepted the write; until then the installation's state is not about the change.
    package var isAccepted = false
    /// When the last news arrived while the change rests, in seconds of the caller's clock.
    var leftUntriedSince: Double?
    /// The user has typed out the confirmation of it.
    var isTyped = false
    /// It is being sent a second time.
    var isTryingAgain = false
    /// It is being cancelled, so that what is seen is no end of it.
    var isBeingCancelled = false

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

  package mutating func begin(_ change: Change, on name: String, before: Installation?, isTyped: Bool = false) {
    entries[name] = Entry(progress: ChangeProgress(change, since: before), isTyped: isTyped)
  }

  /// Marks the change of `name` as accepted; `before` is the installation before it, if it differs from that given to
  /// `begin`.
  package mutating func accepted(_ name: String, over before: Installation? = nil) {
    guard let entry = entries[name] else { return }
    if let before { entries[name]?.progress = ChangeProgress(entry.change, since: before) }
    entries[name]?.isAccepted = true
  }

  package mutating func abandon(_ name: String) {
    entries[name] = nil
  }

  /// The change of `name` is being cancelled, or the cancellation has failed and it goes on.
  package mutating func cancel(_ name: String, _ isBeingCancelled: Bool) {
    entries[name]?.isBeingCancelled = isBeingCancelled
  }

  /// Takes the installations at `now`, in seconds, and returns the changes that have ended.
  package mutating func observe(_ installations: Installations, at now: Double = 0) -> [Ended] {
    var ended: [Ended] = []
    for name in names {
      guard var entry = entries[name], entry.isAccepted, !entry.isBeingCancelled else { continue }
      let outcome = entry.observe(installations.of(name), at: now)
      entries[name] = outcome == nil ? entry : nil
      if let outcome { ended.append(Ended(name: name, progress: entry.progress, outcome: outcome)) }
    }
    return ended
  }

  /// The changes that the controllers ignore at `now` because an earlier attempt has failed, and that are to be sent
  /// again; each is returned once.
  package mutating func secondTries(at now: Double) -> [SecondTry] {
    names.compactMap { name in
      guard let entry = entries[name], !entry.isTryingAgain, !entry.isBeingCancelled,
        let since = entry.leftUntriedSince,
        now - since >= Double(ChangeProgress.secondTryDelay), let over = entry.progress.secondTry
      else { return nil }
      entries[name]?.isTryingAgain = true
      return SecondTry(change: entry.change, over: over, isTyped: entry.isTyped)
    }
  }

  /// Records that a second try was sent, and the object that it wrote; `nil` if another client wrote first.
  package mutating func sent(_ again: SecondTry, _ written: Installation?) {
    let name = again.over.extension
    guard let entry = entries[name], entry.isTryingAgain, entry.change == again.change else { return }
    entries[name]?.isTryingAgain = false
    entries[name]?.leftUntriedSince = nil
    if let written {
      entries[name]?.progress = entry.progress.triedAgain(over: again.over, written: written.resourceVersion)
    }
  }

  /// When a change times out or must be sent again if no event arrives before.
  package var nextLook: Double? { entries.values.compactMap(\.nextLook).min() }
}

/// A change to send again over the installation `over`, in which the controllers have left it untried.
package struct SecondTry: Hashable, Sendable {
  package let change: Change
  package let over: Installation
  package let isTyped: Bool
}

extension ChangeTracker.Entry {
  fileprivate var nextLook: Double? {
    if isBeingCancelled { return nil }
    let isDue = !isTryingAgain && progress.secondTry != nil
    guard isDue || progress.outcomeWhenQuiet != nil else { return nil }
    let delay = isDue ? ChangeProgress.secondTryDelay : ChangeProgress.quietLimit
    return leftUntriedSince.map { $0 + Double(delay) }
  }

  fileprivate mutating func observe(_ installation: Installation?, at now: Double) -> ChangeProgress.Outcome? {
    let former = progress
    if let outcome = progress.observe(installation) { return outcome }
    guard progress.isLeftUntried else {
      leftUntriedSince = nil
      return nil
    }
    guard progress == former, let since = leftUntriedSince else {
      leftUntriedSince = now
      return nil
    }
    return now - since >= Double(ChangeProgress.quietLimit) ? progress.outcomeWhenQuiet : nil
  }
}
