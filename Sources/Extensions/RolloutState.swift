import Packages
package import Platform

/// Whether the controllers have done what an installation asks for.
package enum RolloutState: Hashable, Sendable {
  /// They have not finished, or not begun.
  case underWay
  /// What is asked for is what there is.
  case settled
  /// They gave up; the text says why, as far as the cluster does.
  case failed(String)
}

extension Installation {
  /// Whether what is asked for is what there is (docs/KUBESPHERE.md: Changes).
  ///
  /// `Installed` alone is not enough: it stays on the screen for a moment after a change, before
  /// the controller has looked. Clusters that keep no version, hash or switch are taken at their word.
  package var isSettled: Bool {
    state == .installed && !isBeingDeleted && isTaken && (appliedEnabled ?? isEnabled) == isEnabled
  }

  /// The controller has begun with this version and this config.
  package var isTaken: Bool {
    hasTakenVersion && isConfigTaken
  }

  /// What is asked for and not applied yet, in words; empty while the controllers work on it.
  ///
  /// Only what the cluster reports in the status: its fingerprint of the config is FNV-1a (docs/KUBESPHERE.md: Reconciling).
  package var pending: [Sentence] {
    guard !state.isBusy, !isBeingDeleted, state != .none else { return [] }
    var words: [Sentence] = []
    if !hasTakenVersion {
      words.append("version \(version) not yet applied, \(attemptedVersion) is")
    }
    if !isConfigTaken { words.append("config not yet applied") }
    if let appliedEnabled, appliedEnabled != isEnabled {
      words.append(isEnabled ? "enabling not yet applied" : "disabling not yet applied")
    }
    if !wantedNamespace.isEmpty, wantedNamespace != targetNamespace {
      words.append("namespace \(wantedNamespace) is refused, the release stays in \(targetNamespace)")
    }
    return words
  }

  /// It failed, and an empty fingerprint in its status has the controllers try the same once more.
  ///
  /// The config keeps its text (docs/KUBESPHERE.md: Changes). Clusters that keep no fingerprint know no such thing.
  package var canBeTriedAgain: Bool {
    (state == .installFailed || state == .upgradeFailed) && !isBeingDeleted && !configHash.isEmpty
  }

  var hasTakenVersion: Bool {
    attemptedVersion.isEmpty || VersionText(attemptedVersion) == VersionText(version)
  }

  var isConfigTaken: Bool {
    if configHash.isEmpty, let account { return account.configHash == StatusAccount.fingerprint(config) }
    return configHash.isEmpty || configForm == .object || configHash == ConfigHash.of(config)
  }

  /// How things stand; a failure that an earlier version or config left behind is not one of this.
  package var rolloutState: RolloutState {
    if isSettled { return .settled }
    guard state.isFailure, isTaken else { return .underWay }
    return .failed(message.isEmpty ? state.word : message)
  }

  /// How things stand with a change that was asked for when the installation was `before`.
  ///
  /// Where the cluster keeps neither version nor hash (docs/KUBESPHERE.md: Eras), what it says of an
  /// earlier version looks like what it says of this one, until the newest condition is another.
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
