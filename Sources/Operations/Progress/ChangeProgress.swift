package import Extensions

/// How far one change has come, judged by what is seen of its installation.
///
/// The console and `--wait` both ask this, and nothing else decides it.
package struct ChangeProgress: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    case done
    case failed(String)
  }

  package let change: Change
  /// The installation as it was when the change was sent.
  package let before: Installation?
  /// The last state seen.
  package private(set) var state: InstallationState = .none
  private var isThere = false
  private var isTaken = false
  /// The controllers are at this change, not at one before it.
  private var hasBegun = false
  private var isRestOver: Bool

  package init(_ change: Change, since before: Installation? = nil) {
    self.change = change
    self.before = before
    isRestOver = before?.observed.state.isBusy != true
  }

  /// Takes in what there is now; `nil` is that there is nothing.
  ///
  /// Returns how the change ended, or `nil` while it goes on.
  package mutating func see(_ installation: Installation?) -> Outcome? {
    guard let installation else { return seeNothing() }
    isThere = true
    state = installation.observed.state
    // What was under way before the change has to end before anything is this change's.
    if !state.isBusy { isRestOver = true }
    if isRestOver, state.isBusy || (change.row.removes && state == .none) { hasBegun = true }
    if change.row.removes { return removal(installation) }
    guard asksForThis(installation) else {
      // A watch is behind the answer to the write for a moment; afterwards another writer has changed it.
      return isTaken ? .failed("it was changed again meanwhile") : nil
    }
    isTaken = true
    switch installation.rolloutState(since: before) {
    case .settled: return .done
    case .failed(let reason): return .failed(reason)
    case .underWay: return isNewFailure(installation) ? .failed(installation.reason) : nil
    }
  }

  private func seeNothing() -> Outcome? {
    if change.row.removes { return .done }
    // What was just made may not be seen yet.
    return isThere || change.kind != .install ? .failed("it has been deleted meanwhile") : nil
  }

  private func removal(_ installation: Installation) -> Outcome? {
    if let before, installation.uid != before.uid { return .done }
    guard installation.observed.state == .uninstallFailed, hasBegun || isNews(installation) else { return nil }
    return .failed(installation.reason)
  }

  /// What fails before its job exists leaves neither version nor hash behind (docs/KUBESPHERE.md: Reconciling).
  private func isNewFailure(_ installation: Installation) -> Bool {
    installation.observed.state.isFailure
      && (hasBegun || (isRestOver && before?.observed.state.isBusy != true && isNews(installation)))
  }

  /// Says anything that was not said before the change.
  private func isNews(_ installation: Installation) -> Bool {
    guard let before else { return change.kind == .install }
    return installation.observed.state != before.observed.state || installation.message != before.message
      || installation.conditionTime != before.conditionTime || installation.history != before.history
  }

  private func asksForThis(_ installation: Installation) -> Bool {
    if let version = change.version, installation.version != version { return false }
    if let config = change.config, !installation.hasConfig(config) { return false }
    if let clusters = change.clusters, installation.clusters != clusters { return false }
    return change.row.enables.map { installation.isEnabled == $0 } ?? true
  }
}

extension Installation {
  /// Why it is in the state it is, as far as the cluster says.
  var reason: String { message.isEmpty ? observed.state.word : message }
}
