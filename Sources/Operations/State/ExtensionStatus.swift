package import Extensions
import Packages
package import Platform

/// The status of one extension, in the words that all lists, pages and plans use.
///
/// It distinguishes the *running*, the *wanted* and the *failed* version. KubeSphere does not record the running
/// version (docs/KUBESPHERE.md: Extension status), so it is derived here and only here.
package struct ExtensionStatus: Hashable, Sendable {
  package let name: String
  /// The version that runs; empty if none does, or that is not known.
  package let running: String
  /// The version that the spec asks for; empty if nothing is installed.
  package let wanted: String
  /// The version whose installation or upgrade failed, or empty.
  package let failed: String
  /// Whether its APIs and pages are, or are to be, served; `nil` if it is not installed.
  package let isEnabled: Bool?
  /// Whether a repository offers it.
  package let isOffered: Bool
  /// Whether there is an installation, which need not be Installed.
  package let isInstalled: Bool
  package let isBeingDeleted: Bool
  package let state: InstallationState
  /// The reason for the state, or empty.
  package let reason: String
  /// What the spec asks for and is not applied yet, in words.
  package let pending: [Sentence]
  /// Whether it is Installed, and the controllers have not taken up what was asked for since.
  package let hasUnobservedChange: Bool

  /// Whether an earlier version still runs, but is not known.
  package var isRunningUnknown: Bool { running.isEmpty && (state == .upgrading || state == .upgradeFailed) }

  /// Which kinds of objects the user may read; what is not read is unknown, not absent.
  package struct ReadableKinds: Hashable, Sendable {
    package var extensions = true
    package var installations = true

    package init(extensions: Bool = true, installations: Bool = true) {
      (self.extensions, self.installations) = (extensions, installations)
    }
  }

  /// `former` is the version that the history last saw Installed.
  package init(
    _ name: String, _ extension: Extension?, _ installation: Installation?, former: String = "",
    readable: ReadableKinds = ReadableKinds()
  ) {
    self.name = name
    isOffered = `extension` != nil || !readable.extensions
    let noted = `extension`?.state ?? .none
    isInstalled = installation != nil || !readable.installations && noted != .none && noted != .uninstalled
    isBeingDeleted = installation?.isBeingDeleted ?? false
    reason = installation?.presentMessage ?? ""
    let untried = installation?.untried
    pending = (installation?.pending ?? []) + (untried.map { [Self.reminder(of: $0, name)] } ?? [])
    hasUnobservedChange = installation?.hasUnobservedChange ?? false
    guard let installation else {
      (state, wanted) = (`extension`?.state ?? .none, "")
      let (noted, runs) = (`extension`?.installedVersion ?? "", `extension`?.runningVersion ?? "")
      running = state == .installed ? noted : runs
      failed = state.isFailure && runs.isEmpty ? noted : ""
      isEnabled = !readable.installations || [.none, .uninstalled].contains(state) ? nil : `extension`?.isEnabled
      return
    }
    state = installation.observed.state
    wanted = installation.version
    isEnabled = installation.observed.appliedEnabled ?? installation.isEnabled
    running = Self.running(installation, `extension`, former: former)
    let isFailed = state == .installFailed || state == .upgradeFailed
    failed = untried.map { $0.left ?? "" } ?? (isFailed ? Self.tried(installation, running: running) : "")
  }

  private static func reminder(of untried: PreviousRelease, _ name: String) -> Sentence {
    let version = untried.version
    guard let left = untried.left else {
      return "\(version) ran before and is asked for again: ksx doctor \(name) says what failed"
    }
    return "\(version) ran before, is asked for again and was not tried: what failed is \(left)"
  }

  /// The version that was tried last.
  ///
  /// In a loop that fails before there is a Job, the status still names what runs.
  private static func tried(_ installation: Installation, running: String) -> String {
    let noted = installation.observed.attemptedVersion
    let isLoop = installation.loop != nil && VersionText(noted) == VersionText(running)
    return noted.isEmpty || installation.isObserved || isLoop ? installation.version : noted
  }

  /// The version that runs.
  ///
  /// During an upgrade, and after it failed, the former version still runs. It is known from the Extension's status,
  /// from the annotation on the object, from the version in the installation's status as long as the release is the old
  /// one, or from the history.
  private static func running(_ installation: Installation, _ offered: Extension?, former: String) -> String {
    let (noted, runs) = (installation.observed.attemptedVersion, offered?.runningVersion ?? "")
    // The object is more reliable than this computer's history, and than the status, which the controllers may reset.
    let recorded = runs.isEmpty ? PreviousRelease.version(of: installation) : runs
    if recorded == nil, installation.hasNeverBeenInstalled { return "" }
    let before = recorded ?? (noted == installation.version || noted.isEmpty ? former : noted)
    switch installation.observed.state {
    // The status of the Extension is updated a moment later.
    case .installed where !runs.isEmpty && offered?.state == .installed: return runs
    case .installed: return noted.isEmpty ? installation.version : noted
    case .uninstallFailed, .uninstalling: return noted.isEmpty ? installation.version : noted
    case .upgrading, .upgradeFailed: return before
    case .none, .preparing, .installing, .installFailed, .uninstalled:
      guard installation.hasBeenInstalled || !runs.isEmpty else { return "" }
      // The status may name a version that failed, and that another one is asked for after.
      return recorded ?? (former.isEmpty ? before : former)
    case .other: return noted
    }
  }

  /// What `version` is: `running`, `wanted`, `failed`.
  package func notes(on version: String) -> [String] {
    if version.isEmpty { return [] }
    // The running version is not called wanted as well.
    func isSame(_ other: String) -> Bool { VersionText(version) == VersionText(other) }
    let isWanted = isSame(wanted) && !isSame(running)
    return [(isSame(running), "running"), (isWanted, "wanted"), (isSame(failed), "failed")]
      .filter(\.0).map(\.1)
  }

  /// What users are told if no repository has the running version any more, or the wanted one if none runs.
  package func absence(among versions: some Sequence<ExtensionVersion>) -> Sentence? {
    let shown = VersionText(running.isEmpty ? wanted : running)
    guard isInstalled, let found = versions.first(where: { VersionText($0.version) == shown }) else { return nil }
    return found.absence.map { "version \(found.version) is \($0)" }
  }

  /// The state in one word; an installation without a state is waiting.
  package var word: String {
    if isBeingDeleted, !state.isFailure { return InstallationState.uninstalling.word }
    if state == .none { return isInstalled ? "Waiting" : "" }
    return state.word
  }

  /// Whether the controllers are working on it, or have not begun yet.
  package var isBusy: Bool { isInstalled && !state.isFailure && (state.isBusy || isBeingDeleted || state == .none) }

  /// The version to upgrade to: `recommended` if it is newer than the running one, and nothing is in progress or has
  /// failed.
  package func update(to recommended: String) -> String? {
    guard isInstalled, !isBusy, !hasUnobservedChange, !state.isFailure, !running.isEmpty else { return nil }
    return VersionText(running) < VersionText(recommended) ? recommended : nil
  }

  /// How urgently a user should look at it, most urgent first.
  package enum Urgency: Int, Comparable, Sendable {
    case failed, beingDeleted, waiting, underWay, none

    /// Whether the controllers are working on it, or are to begin.
    package var isUnderWay: Bool { self != .failed && self != .none }

    /// More urgent values sort first.
    package static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }
  }

  package var urgency: Urgency {
    if state.isFailure { return .failed }
    if hasUnobservedChange { return .waiting }
    guard isBusy else { return .none }
    if isBeingDeleted { return .beingDeleted }
    return state == .none ? .waiting : .underWay
  }

  /// The word for titles; an installed extension that is disabled is marked as such.
  package var titleWord: Sentence {
    let word = Sentence(stringLiteral: word)
    return isEnabled == false && isInstalled && state == .installed ? "\(word), disabled" : word
  }

  /// The word, completed with everything else that the user must know.
  package var fullWord: Sentence {
    var word = titleWord
    if isBeingDeleted, state.isFailure { word = "\(word), being deleted" }
    if state == .installed, !isBeingDeleted, !pending.isEmpty { word = "\(word), with a change pending" }
    return isInstalled && !isOffered ? "\(word), no longer offered" : word
  }
}

extension Installation {
  /// Whether it was Installed once, as far as its history and its annotations tell.
  ///
  /// The controllers keep ten states, which a loop replaces in a moment by those of an upgrade.
  var hasBeenInstalled: Bool {
    if history.contains(where: { $0.state == .installed }) || PreviousRelease.version(of: self) != nil { return true }
    let isUpgrade = history.contains { [.upgrading, .upgradeFailed].contains($0.state) }
    return history.count >= 10 && isUpgrade && !history.contains { $0.state == .installFailed }
  }

  /// It never was: what the cluster remembers goes back to the first attempt.
  fileprivate var hasNeverBeenInstalled: Bool {
    guard let first = history.first?.state, observed.state != .installed, !hasBeenInstalled else { return false }
    return history.count < 10 && [.none, .preparing, .installing].contains(first)
  }
}
