import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// The edges of the state machine that `Lifecycle` shows.
extension ReleaseRecord {
  /// An attempt begins: → Preparing.
  func preparing(_ attempt: Attempt, at time: Timestamp) -> ReleaseRecord {
    var next = entering(.preparing, at: time)
    next.attempt = attempt
    next.revision += 1
    next.isApplied = false
    next.isReady = false
    next.appliedEnabled = nil
    next.refusedOffer = nil
    next.hookProgress = HookProgress(run: hookProgress.run + 1)
    return next.saying("Initialized", true, "Initialized", "preparing version \(attempt.version)", at: time)
  }

  /// The objects are known: Preparing → Installing or Upgrading.
  func beginning(
    _ parts: [Part], tests: [Part] = [], hooks: [Hook] = [], notes: [String] = [], at time: Timestamp
  ) -> ReleaseRecord {
    var next = entering(isUpgrade ? .upgrading : .installing, at: time)
    next.earlier = Self.merged(earlier, with: self.parts)
    next.parts = parts
    next.tests = tests
    next.hooks = hooks
    next.notes = notes
    next.isApplied = false
    return next
  }

  /// All objects have been applied at `time`, when the timeout for their readiness begins.
  func applied(at time: Timestamp) -> ReleaseRecord {
    var next = self
    next.isApplied = true
    next.since = time
    return next
  }

  /// Everything is ready and nothing is left over; hooks are next.
  func ready() -> ReleaseRecord {
    var next = self
    next.isReady = true
    return next
  }

  /// One more hook of the current event has succeeded.
  func passingHook() -> ReleaseRecord {
    var next = self
    next.hookProgress.count += 1
    return next
  }

  /// All hooks of `event` have succeeded, and those with that policy are deleted; the next timeout begins.
  func ending(_ event: HookEvent, at time: Timestamp) -> ReleaseRecord {
    var next = self
    next.hookProgress.ended.insert(event)
    next.hookProgress.count = 0
    next.since = time
    return next
  }

  /// All objects of the release are gone; hooks are next.
  func cleared() -> ReleaseRecord {
    var next = self
    (next.parts, next.tests, next.earlier) = ([], [], [])
    return next
  }

  /// Says what the attempt waits for.
  func waiting(for message: String, at time: Timestamp) -> ReleaseRecord {
    saying(isUpgrade ? "Upgraded" : "Installed", false, isUpgrade ? "Upgrading" : "Installing", message, at: time)
  }

  /// Everything is ready and nothing is left over: Installing or Upgrading → Installed.
  func succeeding(at time: Timestamp) -> ReleaseRecord {
    let type = isUpgrade ? "Upgraded" : "Installed"
    let reason = isUpgrade ? "UpgradeSuccessful" : "InstallSuccessful"
    var next = entering(.installed, at: time)
      .saying(
        type, true, reason, (["version \(attempt.version), revision \(revision)"] + notes).joined(separator: "; "),
        at: time)
    next.deployed = attempt
    next.earlier = []
    return next
  }

  /// The attempt failed: Preparing, Installing or Upgrading → InstallFailed or UpgradeFailed.
  ///
  /// `offer` identifies the ExtensionVersion whose chart was not available.
  func failing(_ message: String, refused offer: String? = nil, at time: Timestamp) -> ReleaseRecord {
    let (type, state, reason) =
      isUpgrade
      ? ("Upgraded", InstallationState.upgradeFailed, "UpgradeFailed")
      : ("Installed", InstallationState.installFailed, "InstallFailed")
    var next = entering(state, at: time).saying(type, false, reason, message, at: time)
    next.refusedOffer = offer
    return next
  }

  /// Records whether the gateway was told to serve the extension.
  func toggled(_ isEnabled: Bool) -> ReleaseRecord {
    var next = self
    next.appliedEnabled = isEnabled
    return next
  }

  /// The removal begins: any state → Uninstalling.
  func uninstalling(at time: Timestamp) -> ReleaseRecord {
    var next = entering(.uninstalling, at: time)
    next.hookProgress = HookProgress(run: hookProgress.run + 1)
    return next
  }

  /// The removal does not proceed: Uninstalling → UninstallFailed.
  func failingToUninstall(_ message: String, at time: Timestamp) -> ReleaseRecord {
    entering(.uninstallFailed, at: time).saying("Uninstalled", false, "UninstallFailed", message, at: time)
  }

  /// Says which objects the removal waits for.
  func removing(_ message: String, at time: Timestamp) -> ReleaseRecord {
    saying("Uninstalled", false, "Uninstalling", message, at: time)
  }

  /// Everything is gone: Uninstalling or UninstallFailed → Uninstalled.
  func uninstalled(at time: Timestamp) -> ReleaseRecord {
    entering(.uninstalled, at: time)
      .saying("Uninstalled", true, "UninstallSuccessful", "everything it made is gone", at: time).cleared()
  }

  private func entering(_ state: InstallationState, at time: Timestamp) -> ReleaseRecord {
    var next = self
    next.state = state
    next.since = time
    // The history stays in order, even if clocks disagree (docs/KUBESPHERE.md: Changes).
    let latest = history.last?.time.secondsSince1970 ?? 0
    let moment = Timestamp(secondsSince1970: max(time.secondsSince1970, latest))
    next.history = (history + [Transition(state: state, time: moment)]).suffix(Self.longestHistory)
    return next
  }

  private func saying(
    _ type: String, _ isTrue: Bool, _ reason: String, _ message: String, at time: Timestamp
  ) -> ReleaseRecord {
    var next = self
    // Shorter than the 32 kB that the API allows, for the user's sake.
    let condition = Condition(
      type: type, isTrue: isTrue, reason: reason, message: String(message.prefix(4000)), time: time)
    next.conditions = [condition] + conditions.filter { $0.type != type }
    return next
  }

  /// The objects that may exist after `later` was attempted over `earlier`, each with the keys of both.
  private static func merged(_ earlier: [Part], with later: [Part]) -> [Part] {
    let before = Dictionary(earlier.map { ($0.reference, $0.object.value) }, uniquingKeysWith: { $1 })
    let overlaid = later.map { part in
      guard let old = before[part.reference] else { return part }
      return Part(
        resource: part.resource, object: Object(MergePatch.apply(part.object.value, to: old)), file: part.file)
    }
    let known = Set(later.map(\.reference))
    return earlier.filter { !known.contains($0.reference) } + overlaid
  }
}
