import Extensions

/// Distinguishes the attempt for a change from those for earlier changes.
///
/// The controllers carry out one attempt after another. One that was in progress when the change was sent, or that was
/// asked for but not begun, may come first, and its end is not that of the change. The status of KubeSphere's
/// controllers does not say which attempt a state is about (docs/KUBESPHERE.md: Extension status), so a Job that was
/// not seen before is the sign there. The controllers of `ksxd` record the version and config of the attempt.
struct OwnAttempt: Hashable, Sendable {
  /// The installation when the change was sent.
  let before: Installation?
  /// Whether an earlier attempt may come first.
  let isPreceded: Bool
  /// What is seen first may be left of an attempt before it.
  let mayBeLeftUntried: Bool
  /// The attempts before it fail before they have a Job, and KubeSphere's controllers begin another at once: one with
  /// the spec of before may still be under way, or begin, after the change was sent.
  let isPrecededByLoop: Bool
  /// Whether the controllers have begun with this change.
  private(set) var hasBegun = false
  /// Whether the earlier attempt has ended.
  private var isPredecessorOver: Bool
  private var formerJobs: Set<String>
  /// Whether the controllers were seen Preparing since the change was sent.
  private var hasPrepared = false
  private let removes: Bool

  init(_ change: Change, since before: Installation?, removes: Bool) {
    self.before = before
    self.removes = removes
    let runsJob = change.version != nil || change.config != nil
    let isBusy = before?.observed.state.isBusy == true
    isPreceded = runsJob && before.map { isBusy || $0.observed.state == .none || !$0.isObserved } ?? false
    isPrecededByLoop = runsJob && before?.failsWithoutJob == true && !change.triesAgain(before)
    mayBeLeftUntried = isPreceded || isPrecededByLoop || runsJob && before?.leavesFailure(to: change) == true
    isPredecessorOver = !isBusy && !isPreceded && !isPrecededByLoop
    formerJobs = before.map { [$0.jobName] } ?? []
  }

  /// Takes the current installation; `asks` is whether its spec is what the change asks for.
  mutating func observe(_ installation: Installation, asks: Bool) {
    let wasOver = isPredecessorOver
    if isPrecededByLoop {
      seeLoop(installation)
    } else {
      if !wasOver { formerJobs.insert(installation.jobName) }
      if !installation.observed.state.isBusy, isStatusNew(installation) || !isPreceded { isPredecessorOver = true }
    }
    if wasOver, begins(installation) || hasJobOfItsOwn(installation) { hasBegun = true }
    if asks && isNamed(installation) || removes && installation.observed.state == .none { hasBegun = true }
  }

  /// The last attempt of a loop ends with a failure after it was seen Preparing; a new Job for what is asked for ends
  /// the loop.
  private mutating func seeLoop(_ installation: Installation) {
    let state = installation.observed.state
    if hasJobOfItsOwn(installation), installation.isObserved { hasBegun = true }
    if state.isFailure && hasPrepared || !state.isFailure && !state.isBusy { isPredecessorOver = true }
    if state == .preparing { hasPrepared = true }
  }

  /// Whether the status differs from that at the time of sending; always true for a new installation.
  func isStatusNew(_ installation: Installation) -> Bool {
    guard let before else { return true }
    return installation.observed.state != before.observed.state || installation.message != before.message
      || installation.conditionTime != before.conditionTime || installation.history != before.history
  }

  /// Whether its status says that the attempt is for another change.
  func isForeign(_ installation: Installation) -> Bool { installation.namesAttempts && !installation.isObserved }

  /// Whether the controllers are working on an attempt that was not in progress before.
  private func begins(_ installation: Installation) -> Bool {
    let state = installation.observed.state
    guard state.isBusy, !isForeign(installation) else { return false }
    // The state may alternate while the controllers look at the former Job; while Preparing there is no Job yet.
    return state == .preparing || installation.jobName.isEmpty || hasJobOfItsOwn(installation)
  }

  private func hasJobOfItsOwn(_ installation: Installation) -> Bool {
    !installation.jobName.isEmpty && !formerJobs.contains(installation.jobName) && !isForeign(installation)
  }

  /// Whether its status says that the attempt is for this change.
  private func isNamed(_ installation: Installation) -> Bool {
    guard let before, installation.isObserved, isStatusNew(installation) else { return false }
    if installation.namesAttempts { return true }
    // While a Job runs, the status may name the version that an earlier Job installed; a first installation has none.
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

  /// Whether the last attempts failed, or are about to fail, before they had a Job.
  fileprivate var failsWithoutJob: Bool {
    guard observed.state.isFailure || observed.state == .preparing, !isManagedByStandalone,
      let failure = history.lastIndex(where: \.state.isFailure), failure > 0
    else { return false }
    return history[failure - 1].state == .preparing
  }

  /// Whether its status records which version and config each state is about.
  fileprivate var namesAttempts: Bool { isManagedByStandalone && !observed.attemptedVersion.isEmpty }
}
