import Packages
package import Platform

/// Whether the controllers have carried out what an installation requests.
package enum RolloutState: Hashable, Sendable {
  /// They have not finished, or not begun.
  case underWay
  /// The requested state has been reached.
  case settled
  /// They gave up; the text says why, if the cluster does.
  case failed(String)
}

extension Installation {
  /// Whether the requested state has been reached (docs/KUBESPHERE.md: Changes).
  ///
  /// `Installed` alone is not enough: the status keeps it for a moment after a change, until the controller has
  /// handled the change. If a cluster reports no version, hash or switch, that part is not checked.
  package var isSettled: Bool {
    state == .installed && !isBeingDeleted && isObserved && (appliedEnabled ?? isEnabled) == isEnabled
  }

  /// Whether it is Installed and asks for something that the controllers have not taken up.
  package var hasUnobservedChange: Bool { state == .installed && !isBeingDeleted && !isSettled }

  /// Whether the controller has taken up this version and this config.
  package var isObserved: Bool {
    hasObservedVersion && hasObservedConfig
  }

  /// The requests that are not applied yet, in words; empty while the controllers are busy.
  ///
  /// Only from the status that the cluster reports; its fingerprint of the config is FNV-1a (docs/KUBESPHERE.md:
  /// Reconciling).
  package var pending: [Sentence] {
    guard !state.isBusy, !isBeingDeleted, state != .none else { return [] }
    var words: [Sentence] = []
    if !hasObservedVersion {
      words.append("version \(version) not yet applied, \(attemptedVersion) is")
    }
    if !hasObservedConfig { words.append("config not yet applied") }
    if let appliedEnabled, appliedEnabled != isEnabled {
      words.append(isEnabled ? "enabling not yet applied" : "disabling not yet applied")
    }
    if !wantedNamespace.isEmpty, wantedNamespace != targetNamespace {
      words.append("namespace \(wantedNamespace) is refused, the release stays in \(targetNamespace)")
    }
    return words
  }

  /// Whether it failed and an empty fingerprint in its status makes the controllers try the same again.
  ///
  /// The text of the config is not changed (docs/KUBESPHERE.md: Changes). Clusters without a fingerprint do not
  /// support this.
  package var canBeTriedAgain: Bool {
    (state == .installFailed || state == .upgradeFailed) && !isBeingDeleted && !configHash.isEmpty
  }

  /// That it fails again and again, and what ends that; `nil` if it did not fail three times since it was Installed.
  package var loop: Sentence? {
    let since = history.reversed().prefix { $0.state != .installed }
    guard since.count(where: \.state.isFailure) > 2, !isBeingDeleted else { return nil }
    return since.contains { $0.state == .installFailed }
      ? "it fails and is tried again and again. What ends that is what makes it succeed, or ksx uninstall \(`extension`)"
      : "it fails and is tried again and again. What ends that is another version: ksx rollback \(`extension`). Where it stands still, ksx doctor \(`extension`) says what helps"
  }

  var hasObservedVersion: Bool {
    attemptedVersion.isEmpty || VersionText(attemptedVersion) == VersionText(version)
  }

  var hasObservedConfig: Bool {
    if configHash.isEmpty, let lastAttempt { return lastAttempt.configHash == LastAttempt.fingerprint(config) }
    return configHash.isEmpty || configForm == .object || configHash == ConfigHash.of(config)
  }

  /// The state of the present request; a failure of an earlier version or config does not count.
  package var rolloutState: RolloutState {
    if isSettled { return .settled }
    guard state.isFailure, isObserved else { return .underWay }
    return .failed(message.isEmpty ? state.word : message)
  }

  /// The state of a change that was requested when the installation was `before`.
  ///
  /// If the cluster reports neither version nor hash (docs/KUBESPHERE.md: Eras), the status of an earlier version
  /// looks like that of this one until the newest condition changes.
  package func rolloutState(since before: Installation?) -> RolloutState {
    guard let before, reportsNoProgress, asksForMore(than: before), saysTheSame(as: before) else { return rolloutState }
    return .underWay
  }

  private var reportsNoProgress: Bool { attemptedVersion.isEmpty && configHash.isEmpty }

  private func asksForMore(than before: Installation) -> Bool {
    version != before.version || config != before.config
  }

  private func saysTheSame(as before: Installation) -> Bool {
    state == before.state && message == before.message && conditionTime == before.conditionTime
  }
}
