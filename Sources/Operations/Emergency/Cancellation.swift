package import Extensions
import KubernetesAPI
import Manifest
import Packages
package import Platform

/// Ends the current attempt and goes back to what ran before it (docs/KUBESPHERE.md: Changes).
///
/// KubeSphere's controllers wait for the attempt's Job, however long it hangs. So the Job is ended, helm's lock is
/// removed, and what ran before is tried again. Each step is derived from the current state, so asking again continues
/// an interrupted cancellation.
package struct Cancellation: Hashable, Sendable {
  /// Records on the installation which Job is to be ended; the Job after it is that of the way back.
  package static let annotation = "ksx.dev/cancelled-job"
  /// The record if there is no Job.
  static let noJob = "none"

  /// The current state of the attempt.
  package struct Facts: Hashable, Sendable {
    package var installation: Installation
    /// The Job that is to be ended, or empty.
    package var marked: String
    /// Whether the Job of the current attempt is active.
    package var isJobActive: Bool
    /// Whether the Job that the status names has succeeded: what failed after it had none of its own.
    var isJobComplete = false
    /// The chart version of that Job; empty if that is not known.
    var jobVersion = ""
    /// The Secret of a Helm revision that was left pending, or `nil`.
    package var pendingSecret: String?
    /// Whether nothing has changed for seconds.
    var isStill = false
    /// Whether the controllers were made to go by helm's release before.
    var hasResynced = false

    package init(
      _ installation: Installation, marked: String = "", isJobActive: Bool = false, pendingSecret: String? = nil
    ) {
      self.installation = installation
      self.marked = marked
      self.isJobActive = isJobActive
      self.pendingSecret = pendingSecret
    }
  }

  /// The next step of a cancellation.
  package enum Step: Hashable, Sendable {
    /// Set the spec to what ran before.
    case putBack
    case endJob(String)
    /// Delete the Secret with which a helm that was killed still locks its release.
    case unlock(secret: String)
    /// Make the controllers try what ran before again.
    case retry
    /// Make the controllers go by helm's release: what ran before still runs, and no Job has touched it.
    case resyncFromRelease
    /// The controllers are working on it.
    case wait
    /// The cancellation is finished.
    case done
    /// There is nothing to cancel, or it cannot be done this way.
    case refused(Sentence)
  }

  package let name: String
  /// The spec that ran before; `nil` if none did or it is not known.
  package let former: RequestedSpec?
  /// Whether the user named the version to go back to, which may never have run.
  let isVersionGiven: Bool
  /// The source of the config in `former`.
  let origin: ConfigOrigin

  package init(
    _ name: String, former: RequestedSpec?, _ origin: ConfigOrigin = .kept, isVersionGiven: Bool = false
  ) {
    self.name = name
    self.former = former
    self.origin = origin
    self.isVersionGiven = isVersionGiven
  }

  /// Cancels the current attempt of `installation`.
  ///
  /// What ran before is taken from `memory`; `version` is the version to go back to, if the user named one.
  package init(_ installation: Installation, _ memory: ReleaseMemory, to version: String? = nil) {
    let entry =
      version.map { version in
        let known = memory.target(from: installation, version: version)
        return ReleaseMemory.Entry(
          version: version, config: known?.config ?? installation.config, time: "", what: "",
          known?.origin ?? .present)
      } ?? Self.wayBack(from: installation, memory)
    let former = entry.map { RequestedSpec(version: $0.version, config: $0.config) }
    self.init(installation.extension, former: former, entry?.origin ?? .kept, isVersionGiven: version != nil)
  }

  /// The same cancellation, which stays at the version that is asked for if that is what runs.
  ///
  /// The last Job has installed it, and the present attempt has none: what is recorded of an earlier change does not
  /// count then.
  package func corrected(by facts: Facts) -> Cancellation {
    let installation = facts.installation
    let isWithoutJob = installation.observed.state == .preparing || installation.observed.state.isFailure
    guard !isVersionGiven, let former, !installation.isManagedByStandalone, isWithoutJob, facts.isJobComplete,
      VersionText(facts.jobVersion) == VersionText(installation.version),
      VersionText(former.version) != VersionText(installation.version)
    else { return self }
    return Cancellation(name, former: RequestedSpec(version: installation.version, config: installation.config))
  }

  /// The step that follows from `facts`.
  package func next(_ facts: Facts) -> Step {
    let installation = facts.installation
    if installation.isBeingDeleted { return .refused("\(name) is being uninstalled, which cannot be taken back") }
    if former == nil, installation.observed.state == .upgrading { return .refused(unknown) }
    if installation.isManagedByStandalone { return standalone(installation) }
    if former == nil { return installation.hasBeenInstalled ? .refused(unknown) : first(facts) }
    // A mark of an earlier cancellation is not about an attempt that was asked for later.
    if facts.marked.isEmpty || !isPutBack(installation) { return unmarked(facts) }
    return wayBack(facts)
  }

  /// The step after what ran before was asked for again.
  private func wayBack(_ facts: Facts) -> Step {
    let installation = facts.installation
    let isEnded = namesEndedJob(facts)
    if facts.isJobActive { return isEnded ? .endJob(installation.jobName) : .wait }
    if let secret = facts.pendingSecret { return .unlock(secret: secret) }
    if installation.observed.state.isFailure {
      // Without a Job nothing was changed; with the chart of the other version that of this one may be missing too.
      if facts.isJobComplete, !facts.hasResynced { return .resyncFromRelease }
      // The way back is tried once; if it fails again, that is its own failure.
      return isEnded ? .retry : .done
    }
    if isLeftPreparing(facts) { return .resyncFromRelease }
    return installation.isSettled ? .done : .wait
  }

  /// Whether the Job in the status is that of the cancelled attempt, or of one before it.
  private func namesEndedJob(_ facts: Facts) -> Bool {
    let job = facts.installation.jobName
    if job.isEmpty || job == facts.marked { return true }
    // The attempt was Preparing when it was cancelled, and has made its Job since.
    return !facts.jobVersion.isEmpty && VersionText(facts.jobVersion) != VersionText(former?.version ?? "")
  }

  /// Whether the controllers wait for a Job that they will never make: one write of theirs was lost against ours, and
  /// what they have to do is what they have done (docs/KUBESPHERE.md: Changes).
  private func isLeftPreparing(_ facts: Facts) -> Bool {
    let installation = facts.installation
    guard facts.isStill, installation.observed.state == .preparing, installation.isObserved else { return false }
    // If the last Job has succeeded, whichever it was, no other try is needed.
    if facts.isJobComplete { return !facts.hasResynced }
    // Another try empties the fingerprint, which is written with its Job.
    return namesEndedJob(facts) && !installation.observed.configHash.isEmpty
  }

  /// Whether the controllers finish without a further step of ksx.
  func isLeftToControllers(_ facts: Facts) -> Bool {
    guard former != nil else { return true }
    guard isPutBack(facts.installation) else { return false }
    return facts.installation.isManagedByStandalone
      || !facts.marked.isEmpty && !namesEndedJob(facts) && facts.pendingSecret == nil
  }

  private var unknown: Sentence {
    "what \(name) was before is not known here; say with --version which version it shall go back to, with its config as it is"
  }

  private func unmarked(_ facts: Facts) -> Step {
    let state = facts.installation.observed.state
    guard state.isBusy || facts.isJobActive || isPutBackUntried(facts) else { return idle(facts.installation) }
    // Before there is a Job, none must be ended: the controllers start with the spec of that time.
    return isPutBack(facts.installation) && facts.installation.jobName.isEmpty ? .wait : .putBack
  }

  /// Whether the spec asks for what its last Job has installed, and shows the failure of an attempt without a Job.
  ///
  /// KubeSphere's controllers write annotations back as they had read them, and the mark of a cancellation may be lost
  /// with that (docs/KUBESPHERE.md: Changes).
  private func isPutBackUntried(_ facts: Facts) -> Bool {
    isPutBack(facts.installation) && facts.installation.observed.state.isFailure && facts.isJobComplete
      && VersionText(facts.jobVersion) == VersionText(facts.installation.version)
  }

  /// A first installation has nothing to go back to: its Job is ended, and its state is InstallFailed.
  private func first(_ facts: Facts) -> Step {
    if facts.isJobActive, !facts.installation.jobName.isEmpty { return .endJob(facts.installation.jobName) }
    let state = facts.installation.observed.state
    if let loop = facts.installation.loop { return .refused("\(name) is \(state.name): \(loop)") }
    if state.isFailure { return .done }
    return state.isBusy ? .wait : idle(facts.installation)
  }

  /// A standalone backend has no Jobs; it abandons the attempt when the state is emptied.
  private func standalone(_ installation: Installation) -> Step {
    guard former != nil else {
      return installation.observed.state == .installing || installation.observed.state == .preparing
        ? .refused("nothing of \(name) ran before: ksx uninstall \(name) interrupts its installation")
        : idle(installation)
    }
    let state = installation.observed.state
    guard isPutBack(installation) else { return state.isBusy ? .putBack : idle(installation) }
    return state.isBusy || state == .none ? .wait : idle(installation)
  }

  private func idle(_ installation: Installation) -> Step {
    if isPutBack(installation), installation.isSettled { return .done }
    let state = installation.observed.state
    if state == .none { return .refused("\(name) is not begun with: nothing is under way that could be cancelled") }
    if !isPutBack(installation), state.isFailure, let loop = installation.loop {
      // What is tried again and again is under way, whether or not it rests between two tries.
      return installation.isManagedByStandalone ? .refused("\(name) is \(state.name): \(loop)") : .putBack
    }
    return .refused("\(name) is \(state.name): nothing is under way that could be cancelled")
  }

  private func isPutBack(_ installation: Installation) -> Bool {
    guard let former else { return false }
    return VersionText(installation.version) == VersionText(former.version) && installation.hasConfig(former.config)
  }
}

extension Cancellation {
  /// The spec that ran before the current attempt of `installation`; `nil` if none did or it is not known.
  ///
  /// The version is the one that the object records, or that the controllers note during an upgrade, or that was last
  /// seen Installed. The config is the one that `memory` has for it, which includes what the cluster records.
  package static func former(to installation: Installation, _ memory: ReleaseMemory) -> RequestedSpec? {
    wayBack(from: installation, memory).map { RequestedSpec(version: $0.version, config: $0.config) }
  }

  private static func wayBack(from installation: Installation, _ memory: ReleaseMemory) -> ReleaseMemory.Entry? {
    let noted = installation.observed.attemptedVersion
    let recorded = PreviousRelease.version(of: installation)
    let isNoted = recorded == nil && !noted.isEmpty && VersionText(noted) != VersionText(installation.version)
    // A first installation whose config was changed in the meantime has nothing that ran before either.
    let hasRun = installation.observed.state == .upgrading || installation.hasBeenInstalled || recorded != nil
    // The spec already asks for what ran last: anything tried in between is not what to go back to.
    if hasRun, let ran = memory.ranLast,
      VersionText(ran.version) == VersionText(installation.version), installation.hasConfig(ran.config)
    {
      return entry(installation.version, installation, .kept)
    }
    let version = recorded ?? (isNoted ? noted : nil)
    let known = memory.former(to: installation).first { entry in
      (hasRun ? entry.wasInstalled != false : entry.wasInstalled == true)
        && version.map { VersionText(entry.version) == VersionText($0) } ?? true
    }
    return known ?? (isNoted ? entry(noted, installation, .present) : nil)
  }

  private static func entry(
    _ version: String, _ installation: Installation, _ origin: ConfigOrigin
  ) -> ReleaseMemory.Entry {
    .init(version: version, config: installation.config, time: "", what: "", origin)
  }

  /// The write of a step to `installation`, its Job or its release; `nil` if the step writes nothing.
  package func write(_ step: Step, _ facts: Facts, in capabilities: Capabilities) -> Write? {
    let installation = facts.installation
    let (resource, namespace) = (capabilities.dialect.installations, installation.targetNamespace)
    switch step {
    case .putBack: return putBack(installation, capabilities)
    case .endJob(let job):
      return .patch(.jobs, namespace: namespace, name: job, ["spec": ["activeDeadlineSeconds": 1]])
    case .unlock(let secret): return .delete(.secrets, namespace: namespace, name: secret, uid: nil)
    case .retry:
      // The mark stays until the end: it distinguishes the Job of the way back from the one that was ended.
      return .patch(resource, name: installation.name, ["status": Retry.anotherTry])
    case .resyncFromRelease: return .patch(resource, name: installation.name, Retry.resyncFromRelease)
    case .done where !facts.marked.isEmpty:
      return .patch(resource, name: installation.name, ["metadata": Self.mark(.null)])
    case .done, .wait, .refused: return nil
    }
  }

  private func putBack(_ installation: Installation, _ capabilities: Capabilities) -> Write? {
    guard let former else { return nil }
    let change = Change.rollback(to: former.version, config: former.config)
    let write = change.write(to: name, installation: installation, in: capabilities)
    guard case .patch(let resource, _, let object, let body) = write else { return nil }
    let more =
      installation.isManagedByStandalone
      ? body.setting(["status", "state"], to: "")
      : body.setting(
        ["metadata", "annotations", Self.annotation],
        to: .string(Self.mark(of: installation)))
    return .patch(resource, name: object, more)
  }

  /// The mark with which the attempt of `installation` is cancelled: the name of its Job.
  static func mark(of installation: Installation) -> String {
    installation.jobName.isEmpty ? noJob : installation.jobName
  }

  private static func mark(_ job: Value) -> Value { ["annotations": .mapping([annotation: job])] }
}
