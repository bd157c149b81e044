package import Extensions
package import Platform

/// The progress of one change, derived from what is seen of its installation.
///
/// Console and `--wait` both use this. It follows the attempt, not just the last state: an operation that was in
/// progress when the change was sent ends first, and its end is not that of the change.
package struct ChangeProgress: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    case done
    case failed(Sentence)
  }

  package let change: Change
  /// The installation as it was when the change was sent.
  package let before: Installation?
  /// The last state seen.
  package private(set) var state: InstallationState = .none
  /// What is seen may still be the result of the time before the change: the controllers have not begun with the
  /// change, and may never do so.
  package private(set) var isLeftUntried = false
  private var last: Installation?
  private var wasAsked = false
  private var attempt: OwnAttempt
  /// The `resourceVersion` that the write created, or empty; older versions are ignored.
  private let written: String
  /// Whether the change was sent once more, because the controllers had left it untried.
  private var isSecondTry = false

  /// Seconds without news, while `isLeftUntried`, after which `outcomeWhenQuiet` is the outcome.
  package static let quietLimit = 8
  /// Seconds without news after which `secondTry` is sent.
  package static let secondTryDelay = 4

  package init(_ change: Change, since before: Installation? = nil, written: String = "") {
    self.change = change
    self.before = before
    self.written = written
    let removes = change.row.removes || (change.row.triesAgain && before?.isBeingDeleted == true)
    attempt = OwnAttempt(change, since: before, removes: removes)
  }

  /// Takes the current installation; `nil` if it does not exist.
  ///
  /// Returns the outcome of the change, or `nil` while it is in progress.
  package mutating func observe(_ installation: Installation?, at now: Timestamp = .now()) -> Outcome? {
    isLeftUntried = false
    if let seconds = installation?.lead(at: now), !change.row.removes {
      return .failed(
        "what came of it cannot be told: its last state is \(seconds) s ahead of this computer's clock, and every later one is passed over; ksx doctor says what helps"
      )
    }
    if let installation, isOlder(installation) { return nil }
    let wasThere = last != nil
    last = installation ?? last
    guard let installation else { return nothing(wasThere) }
    state = installation.observed.state
    let asks = asksForThis(installation)
    attempt.observe(installation, asks: asks && !removes)
    if isUnanswered(installation) { return nil }
    if removes { return removal(installation) }
    guard asks else {
      // For a moment a watch may be behind the response to the write; later, another client has changed the spec.
      return wasAsked ? .failed("it was changed again meanwhile") : nil
    }
    wasAsked = true
    return end(installation)
  }

  /// The outcome if nothing new was seen for `quietLimit` while `isLeftUntried`.
  package var outcomeWhenQuiet: Outcome? {
    guard isLeftUntried, let last else { return nil }
    if last.isSettled { return .done }
    if last.observed.state == .preparing { return nil }
    return .failed(
      "\(last.observed.state.name) is from the attempt before this change (\(last.reason)), and the controllers have begun no new one; a retry has it tried"
    )
  }

  /// The installation of which the controllers are to be told to try once more what it asks for.
  ///
  /// A version that is put back while another one fails is left untried by KubeSphere's: there is nothing new to them,
  /// and the failure is the other's (docs/KUBESPHERE.md: Reconciling). One that was put back while another was
  /// Preparing may stay so. `nil` where that is not so, or was done.
  package var secondTry: Installation? {
    guard isLeftUntried, !isSecondTry, let last, !last.isManagedByStandalone else { return nil }
    if last.observed.state == .preparing { return last }
    return last.observed.state.isFailure && change.triesAgain(last) ? last : nil
  }

  /// The same change, which was tried again over `installation`; what is older than `written` says nothing of it.
  package func triedAgain(over installation: Installation, written: String = "") -> ChangeProgress {
    var next = ChangeProgress(change, since: installation, written: written)
    (next.state, next.last, next.wasAsked, next.isSecondTry) = (state, last, wasAsked, true)
    return next
  }

  /// Whether `installation` is older than the write.
  private func isOlder(_ installation: Installation) -> Bool {
    guard let seen = Int(installation.resourceVersion), let written = Int(written) else { return false }
    return seen < written
  }

  private mutating func end(_ installation: Installation) -> Outcome? {
    let mayBeFormer = attempt.mayBeLeftUntried && !attempt.hasBegun
    switch installation.rolloutState(since: before) {
    case .settled:
      isLeftUntried = mayBeFormer && !(isSecondTry && before?.observed.state == .preparing)
      return isLeftUntried ? nil : placementEnd(installation)
    case .failed(let reason):
      isLeftUntried = mayBeFormer
      return isLeftUntried ? nil : .failed(Sentence(verbatim: reason))
    case .underWay:
      if isLeftPreparing(installation) { isLeftUntried = true }
      guard state.isFailure, !attempt.isForeign(installation) else { return nil }
      isLeftUntried = mayBeFormer
      return isNewFailure(installation) ? .failed(Sentence(verbatim: installation.reason)) : nil
    }
  }

  /// Whether the last attempt of a loop was begun before the change, and the controllers have nothing to begin after
  /// it: what the status names is what is asked for.
  private func isLeftPreparing(_ installation: Installation) -> Bool {
    state == .preparing && attempt.isPrecededByLoop && !attempt.hasBegun && installation.isObserved
  }

  /// The outcome of a placement: it has ended when every agent has, and none is left that is not asked for.
  ///
  /// An agent that fails or is skipped has ended, but the others may still be in progress.
  private func placementEnd(_ installation: Installation) -> Outcome? {
    guard let clusters = change.clusters else { return .done }
    let agents = installation.agents.sorted { $0.key < $1.key }
    let hasEnded = clusters.allSatisfy { installation.agents[$0]?.hasEnded == true }
    guard hasEnded, agents.allSatisfy({ clusters.contains($0.key) || $0.value.state.isFailure }) else { return nil }
    let problems = agents.compactMap { name, agent -> Sentence? in
      if agent.isSkipped { return "it has no agent in \(name): \(agent.message)" }
      guard agent.state.isFailure else { return nil }
      return agent.message.isEmpty
        ? "its agent in \(name) is \(agent.state.name)"
        : "its agent in \(name) is \(agent.state.name): \(agent.message)"
    }
    return problems.isEmpty ? .done : .failed(problems.joined(separator: "; "))
  }

  private func nothing(_ wasThere: Bool) -> Outcome? {
    if removes { return .done }
    // A new object may not be seen yet.
    return wasThere || change.kind != .install ? .failed("it has been deleted meanwhile") : nil
  }

  private var removes: Bool { change.row.removes || (change.row.triesAgain && before?.isBeingDeleted == true) }

  /// A retry empties status fields.
  ///
  /// Until the controllers fill them again, the status is that of the attempt before.
  private func isUnanswered(_ installation: Installation) -> Bool {
    guard change.row.triesAgain || change.triesAgain(before), !attempt.hasBegun, let before else { return false }
    if installation.resourceVersion == before.resourceVersion { return true }
    let isFingerprinted = !before.observed.configHash.isEmpty && !before.isBeingDeleted
    return isFingerprinted ? installation.observed.configHash.isEmpty : state == .none
  }

  private func removal(_ installation: Installation) -> Outcome? {
    if let before, installation.uid != before.uid { return .done }
    let isOwn = attempt.hasBegun || before.map { _ in attempt.isStatusNew(installation) } ?? false
    guard installation.observed.state == .uninstallFailed, isOwn else { return nil }
    return .failed(Sentence(verbatim: installation.reason))
  }

  /// An attempt that fails before its Job exists records neither version nor hash (docs/KUBESPHERE.md: Reconciling).
  private func isNewFailure(_ installation: Installation) -> Bool {
    if attempt.hasBegun { return true }
    return !attempt.isPreceded && !attempt.isPrecededByLoop && (before != nil || change.kind == .install)
      && attempt.isStatusNew(installation)
  }

  private func asksForThis(_ installation: Installation) -> Bool {
    if let version = change.version, installation.version != version { return false }
    if let config = change.config, !installation.hasConfig(config) { return false }
    if let clusters = change.clusters, installation.clusters != clusters { return false }
    return change.row.enables.map { installation.isEnabled == $0 } ?? true
  }
}

extension Installation {
  /// The reason for its state in one line, as far as the status has one.
  package var reason: String { message.isEmpty ? observed.state.word : message.shownWords }

  /// The message about its present state; empty while KubeSphere's controllers still show that of the attempt before.
  var presentMessage: String {
    guard observed.state.isBusy, let said = Timestamp.seconds(conditionTime),
      let began = history.last.flatMap({ Timestamp.seconds($0.time) })
    else { return message }
    return said < began ? "" : message
  }

  /// How many seconds its last state is ahead of `now`; `nil` if not more than a minute.
  ///
  /// Its controllers ignore every later state until then (docs/KUBESPHERE.md: Reconciling).
  func lead(at now: Timestamp) -> Int? {
    let seconds = history.last.flatMap { Timestamp.seconds($0.time) }.map { $0 - now.secondsSince1970 }
    return seconds.flatMap { $0 > 60 ? $0 : nil }
  }
}
