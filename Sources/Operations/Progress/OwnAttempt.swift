import Extensions

/// Tells the attempt that a change begins from what the controllers were at, or were asked for, before it.
///
/// They carry out one attempt after another. What was under way when the change was sent, and what had been asked for and
/// was not begun, may come first, and its end says nothing of the change. KubeSphere's controllers do not say which attempt
/// a state is about (docs/KUBESPHERE.md: Extension status), so there it takes a job that was not seen before; those of
/// `ksxd` name version and config of what they are at.
struct OwnAttempt: Hashable, Sendable {
  /// The installation as it was when the change was sent.
  let before: Installation?
  /// Something else may be carried out first.
  let isPreceded: Bool
  /// What is seen first may be left of an attempt before it.
  let mayRest: Bool
  /// The controllers are at this change, or have been.
  private(set) var hasBegun = false
  /// What may come first has ended.
  private var isPredecessorOver: Bool
  private var formerJobs: Set<String>
  private let removes: Bool

  init(_ change: Change, since before: Installation?, removes: Bool) {
    self.before = before
    self.removes = removes
    let runsJob = change.version != nil || change.config != nil
    let isBusy = before?.observed.state.isBusy == true
    isPreceded = runsJob && before.map { isBusy || $0.observed.state == .none || !$0.isTaken } ?? false
    mayRest = isPreceded || runsJob && before?.leavesFailure(to: change) == true
    isPredecessorOver = !isBusy && !isPreceded
    formerJobs = before.map { [$0.jobName] } ?? []
  }

  /// Takes in what there is; `asks` is that it asks for what the change does.
  mutating func see(_ installation: Installation, asks: Bool) {
    let wasOver = isPredecessorOver
    if !wasOver { formerJobs.insert(installation.jobName) }
    if !installation.observed.state.isBusy, isNews(installation) || !isPreceded { isPredecessorOver = true }
    if wasOver, begins(installation) || hasJobOfItsOwn(installation) { hasBegun = true }
    if asks && isNamed(installation) || removes && installation.observed.state == .none { hasBegun = true }
  }

  /// Whether it says anything that was not said when the change was sent; of what is made, all is new.
  func isNews(_ installation: Installation) -> Bool {
    guard let before else { return true }
    return installation.observed.state != before.observed.state || installation.message != before.message
      || installation.conditionTime != before.conditionTime || installation.history != before.history
  }

  /// It is at something of another change, as it says itself.
  func isForeign(_ installation: Installation) -> Bool { installation.namesAttempts && !installation.isTaken }

  /// The controllers are at something that was not under way before.
  private func begins(_ installation: Installation) -> Bool {
    let state = installation.observed.state
    guard state.isBusy, !isForeign(installation) else { return false }
    // A state may waver for as long as the job before is looked at; preparing has no job yet.
    return state == .preparing || installation.jobName.isEmpty || hasJobOfItsOwn(installation)
  }

  private func hasJobOfItsOwn(_ installation: Installation) -> Bool {
    !installation.jobName.isEmpty && !formerJobs.contains(installation.jobName) && !isForeign(installation)
  }

  /// It says itself that it is at what the change asks for.
  private func isNamed(_ installation: Installation) -> Bool {
    guard let before, installation.isTaken, isNews(installation) else { return false }
    if installation.namesAttempts { return true }
    // While a job is at work the version that runs may be named, which another job put there; a first one has none.
    let (old, new) = (before.observed, installation.observed)
    let isFirst = old.state == .installing || old.attemptedVersion.isEmpty
    guard !old.state.isBusy || isFirst, !new.attemptedVersion.isEmpty else { return false }
    return new.attemptedVersion != old.attemptedVersion || new.configHash != old.configHash
  }
}

extension Installation {
  /// It has failed at something else than `change` asks for.
  fileprivate func leavesFailure(to change: Change) -> Bool {
    observed.state.isFailure && !change.triesAgain(self)
  }

  /// Its controllers say of each state which version and config it is about.
  fileprivate var namesAttempts: Bool { isKeptByStandalone && !observed.attemptedVersion.isEmpty }
}
