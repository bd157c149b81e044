package import Extensions
import Packages
package import Platform

/// Where one extension stands, in the words of every list, page and plan.
///
/// Three versions have three words: what *runs*, what is *wanted*, and what *failed*. The cluster keeps the first
/// nowhere (docs/KUBESPHERE.md: Extension status), so it is worked out here and only here.
package struct ExtensionStatus: Hashable, Sendable {
  package let name: String
  /// The version that runs, as far as can be told; empty when none does, or that is not known.
  package let running: String
  /// The version that is asked for; empty when none is.
  package let wanted: String
  /// The version that was asked for and failed, or empty.
  package let failed: String
  /// Whether its APIs and pages are served, or shall be; `nil` when nothing is installed.
  package let isEnabled: Bool?
  /// The marketplace has it.
  package let isOffered: Bool
  /// There is an installation, which need not be finished.
  package let isInstalled: Bool
  package let isBeingDeleted: Bool
  package let state: InstallationState
  /// Why the state is what it is, or empty.
  package let reason: String
  /// What is asked for and not applied yet, in words.
  package let pending: [Sentence]

  /// Something runs besides what is asked for, and what that is is not known.
  package var isRunningUnknown: Bool { running.isEmpty && (state == .upgrading || state == .upgradeFailed) }

  /// What of a cluster its user may read; what is not read is unknown, and not absent.
  package struct Sight: Hashable, Sendable {
    package var extensions = true
    package var installations = true

    package init(extensions: Bool = true, installations: Bool = true) {
      (self.extensions, self.installations) = (extensions, installations)
    }
  }

  /// `former` is what was seen running before, from the history: its newest release that was Installed.
  package init(
    _ name: String, _ extension: Extension?, _ installation: Installation?, former: String = "", sight: Sight = Sight()
  ) {
    self.name = name
    isOffered = `extension` != nil || !sight.extensions
    let noted = `extension`?.state ?? .none
    isInstalled = installation != nil || !sight.installations && noted != .none && noted != .uninstalled
    isBeingDeleted = installation?.isBeingDeleted ?? false
    reason = installation?.presentMessage ?? ""
    pending = installation?.pending ?? []
    guard let installation else {
      (state, wanted) = (`extension`?.state ?? .none, "")
      let (noted, runs) = (`extension`?.installedVersion ?? "", `extension`?.runningVersion ?? "")
      running = state == .installed ? noted : runs
      failed = state.isFailure && runs.isEmpty ? noted : ""
      isEnabled = !sight.installations || [.none, .uninstalled].contains(state) ? nil : `extension`?.isEnabled
      return
    }
    state = installation.observed.state
    wanted = installation.version
    isEnabled = installation.observed.appliedEnabled ?? installation.isEnabled
    running = Self.running(installation, `extension`, former: former)
    failed = state == .installFailed || state == .upgradeFailed ? Self.tried(installation) : ""
  }

  private static func tried(_ installation: Installation) -> String {
    let noted = installation.observed.attemptedVersion
    return noted.isEmpty || installation.isTaken ? installation.version : noted
  }

  /// While it is upgraded, and after that failed, the one before still runs: its version is what the history remembers, or
  /// what the cluster puts back into its note of the version as long as the release is the old one.
  ///
  /// Where the Extension notes what runs, that is known without any of this.
  private static func running(_ installation: Installation, _ offered: Extension?, former: String) -> String {
    let (noted, runs) = (installation.observed.attemptedVersion, offered?.runningVersion ?? "")
    // The object itself knows better than this computer, and than a note that the controllers put back and forth.
    let told = runs.isEmpty ? RanBefore.version(of: installation) : runs
    let former = told ?? former
    switch installation.observed.state {
    // The Extension hears of it a moment later.
    case .installed where !runs.isEmpty && offered?.state == .installed: return runs
    case .installed: return noted.isEmpty ? installation.version : noted
    case .uninstallFailed, .uninstalling: return noted.isEmpty ? installation.version : noted
    case .upgrading, .upgradeFailed: return told ?? (noted == installation.version || noted.isEmpty ? former : noted)
    case .none, .preparing, .installing, .installFailed, .uninstalled:
      return installation.hasBeenInstalled || !runs.isEmpty ? former : ""
    case .other: return noted
    }
  }

  /// What there is to say of one of the versions: `running`, `wanted`, `failed`.
  package func notes(on version: String) -> [String] {
    if version.isEmpty { return [] }
    // What runs is wanted unless another is.
    func isSame(_ other: String) -> Bool { VersionText(version) == VersionText(other) }
    let isWanted = isSame(wanted) && !isSame(running)
    return [(isSame(running), "running"), (isWanted, "wanted"), (isSame(failed), "failed")]
      .filter(\.0).map(\.1)
  }

  /// The state in one word; what was asked for and not begun yet is waiting.
  package var word: String {
    if isBeingDeleted, !state.isFailure { return InstallationState.uninstalling.word }
    if state == .none { return isInstalled ? "Waiting" : "" }
    return state.word
  }

  /// The controllers are at it, or it waits for them.
  package var isBusy: Bool { isInstalled && !state.isFailure && (state.isBusy || isBeingDeleted || state == .none) }

  /// The version to upgrade to: `recommended` where it is newer than what runs, and nothing is under way or has failed.
  package func update(to recommended: String) -> String? {
    guard isInstalled, !isBusy, !state.isFailure, !running.isEmpty else { return nil }
    return VersionText(running) < VersionText(recommended) ? recommended : nil
  }

  /// How much a user should look at it: the most urgent comes first.
  package enum Urgency: Int, Comparable, Sendable {
    case failed, beingDeleted, waiting, underWay, none

    /// The controllers are at it, or are to be.
    package var isUnderWay: Bool { self != .failed && self != .none }

    /// The more urgent comes first.
    package static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }
  }

  /// How much a user should look at it.
  package var urgency: Urgency {
    if state.isFailure { return .failed }
    guard isBusy else { return .none }
    if isBeingDeleted { return .beingDeleted }
    return state == .none ? .waiting : .underWay
  }

  /// The word for a title: what is installed and does not serve says so.
  package var titleWord: Sentence {
    let word = Sentence(stringLiteral: word)
    return isEnabled == false && isInstalled && state == .installed ? "\(word), disabled" : word
  }

  /// The word with what a reader must know beside it.
  package var fullWord: Sentence {
    var word = titleWord
    if isBeingDeleted, state.isFailure { word = "\(word), being deleted" }
    if state == .installed, !isBeingDeleted, !pending.isEmpty { word = "\(word), with a change pending" }
    return isInstalled && !isOffered ? "\(word), no longer offered" : word
  }
}

extension Installation {
  /// It was Installed once, as far as the cluster remembers.
  var hasBeenInstalled: Bool { history.contains { $0.state == .installed } }
}
