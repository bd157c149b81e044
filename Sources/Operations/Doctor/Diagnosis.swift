import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Finds what is wrong with one installation, only from what was read about it.
///
/// The rules are ordered: causes that make all others pointless come first. The same facts always give the same
/// findings.
package struct Diagnosis {
  /// Everything that was read about the installation.
  let examined: ExaminedInstallation
  /// The remedies for the installation.
  let remedies: Remedies

  private init(_ examined: ExaminedInstallation) {
    self.examined = examined
    remedies = Remedies(dialect: examined.dialect, installation: examined.installation, finalizers: examined.finalizers)
  }

  /// The findings in `examined`.
  package static func findings(in examined: ExaminedInstallation) -> [Finding] {
    let own = Diagnosis(examined)
    // The controllers of a standalone backend do not get stuck in these ways, and their status lacks these fields.
    let isStuckable = examined.dialect.name == .installPlan && !examined.installation.isManagedByStandalone
    var findings = [own.namespaceFinding ?? own.versionFinding].compactMap { $0 }
    if isStuckable {
      let stuck = [
        own.nameFinding, own.loopFinding, own.clockAhead, own.jobFinding, own.clockFinding, own.helmFinding,
        own.preparingFinding, own.removalFinding, own.releaseFinding, own.placementFinding, own.mirrorFinding,
      ].compactMap { $0 }
      findings += stuck
    }
    if !isStuckable { findings += [own.heldFinding].compactMap { $0 } }
    findings += [own.finalizerFinding].compactMap { $0 }
    if findings.isEmpty { findings += [own.failureFinding].compactMap { $0 } }
    findings += own.podFindings + own.surroundings
    return findings + own.notes
  }

  /// The installation that is examined.
  var installation: Installation { examined.installation }
  /// The state in its status.
  var state: InstallationState { installation.observed.state }
  /// The installation's kind and name, as findings show them.
  var name: String { "\(examined.dialect.installations.kind) \(installation.name)" }
  /// When its current state began.
  var lastTime: String { installation.history.last?.time ?? "" }

  /// A finding about the installation.
  func finding(
    _ cause: Finding.Cause, _ sentence: Sentence, _ evidence: [Finding.Evidence],
    _ certainty: Finding.Certainty = .certain,
    _ remedies: [Remedy]
  ) -> Finding {
    Finding(
      cause: cause, subject: installation.extension, sentence: sentence, evidence: evidence, certainty: certainty,
      remedies: remedies)
  }

  /// The state, as evidence.
  var stateEvidence: Finding.Evidence {
    Finding.Evidence(name, "status.state", saying: state.word.isEmpty ? "nothing" : state.name, time: lastTime)
  }

  /// The deletion, as evidence.
  var deletion: Finding.Evidence { Finding.Evidence(name, "metadata.deletionTimestamp", saying: "set") }
  private var jobEvidence: Finding.Evidence { Finding.Evidence(name, "status.jobName", installation.jobName) }

  /// Seconds since `time`; `nil` if it cannot be parsed.
  func age(_ time: String) -> Int? { Timestamp.seconds(time).map { examined.now.secondsSince1970 - $0 } }
}

// Loops, clocks and Jobs.
extension Diagnosis {
  /// The number of state changes and the seconds they took, if there were at least six within 30 s and they still
  /// continue.
  private func pace(of history: [Installation.Transition]) -> (changes: Int, seconds: Int)? {
    let times = history.compactMap { Timestamp.seconds($0.time) }
    guard times.count >= 6, let first = times.first, let last = times.last, last - first <= 30 else { return nil }
    // The loop continues if the last change is at most several average intervals old.
    let rest = 10 + 4 * (last - first) / (times.count - 1)
    return age(lastTime).map { $0 <= rest } == true ? (times.count, last - first) : nil
  }

  /// The part of the history that is about the present request: after the last Installed, and after the request.
  private var presentHistory: [Installation.Transition] {
    let asked = Timestamp.seconds(askedForVersion)
    let failing = installation.history.reversed().prefix { $0.state != .installed }.reversed()
    return failing.filter { transition in
      asked.flatMap { asked in Timestamp.seconds(transition.time).map { $0 >= asked } } ?? true
    }
  }

  /// A loop of the controllers: at least six changes of state within half a minute that continue.
  private var loopFinding: Finding? {
    if isLastJobOfAnotherVersion { return nil }
    let hasFailures = installation.history.contains(where: \.state.isFailure)
    let history = hasFailures ? presentHistory : installation.history
    guard let (changes, seconds) = pace(of: history) else { return nil }
    let pace = Finding.Evidence(
      name, "status.stateHistory", saying: "\(changes) changes in \(seconds) s", time: lastTime)
    let deployed = examined.releases.value?.deployed?.chartVersion ?? ""
    let back = deployed.isEmpty ? nil : deployed
    return history.contains(where: \.state.isFailure)
      ? failingLoop(at: pace, back) : back.flatMap { succeedingLoop(at: pace, $0) }
  }

  /// A chart that calls itself another version than the catalogue does.
  private func succeedingLoop(at pace: Finding.Evidence, _ deployed: String) -> Finding? {
    guard isUpgradedInVain else { return nil }
    return finding(
      .versionMismatch,
      "its chart calls itself \(deployed), not \(installation.version), so that it is upgraded again and again",
      [pace, Finding.Evidence("helm release", "chart version", deployed)], .certain,
      toItsOwn(deployed) + [remedies.delete])
  }

  /// An attempt that fails before helm has noted it; `back` is the version that runs.
  private func failingLoop(at pace: Finding.Evidence, _ back: String?) -> Finding? {
    let evidence = [pace, Finding.Evidence(name, "status.conditions", installation.message)]
    if installation.message.containsText("failed to load chart data") {
      let mend = Remedy("mend the repository", [.manual("make the chart at its URL answer")])
      return finding(
        .chartUnreadable, "its chart cannot be fetched, and the controller tries without end", evidence, .certain,
        [mend] + (back.map { [remedies.version($0)] } ?? []))
    }
    // The controllers retry a release that helm marked as failed a few times, then stop; a pending release has a
    // finding of its own.
    let newest = examined.releases.value?.newest
    if state == .installed || newest?.status == "failed" || newest?.isPending == true { return nil }
    return finding(
      .upgradeLoop, "an upgrade fails before helm notes it, and is tried again without end", evidence, .certain,
      back.map { back in
        [
          Remedy(
            "go back to \(back), then retry", remedies.version(back).steps + [.wait("it rests")] + remedies.retry.steps)
        ]
      } ?? [remedies.delete])
  }

  /// The version that a chart calls itself, if that is offered: it is what helm has deployed.
  private func toItsOwn(_ version: String) -> [Remedy] {
    examined.offered.filter { VersionText($0) == VersionText(version) }.prefix(1).map(remedies.version)
  }

  /// Whether helm has deployed several revisions since this version was requested, all with another chart version.
  private var isUpgradedInVain: Bool {
    let asked = askedForVersion
    let since = (examined.releases.value ?? []).filter { $0.time > asked }
    return !asked.isEmpty && since.count > 1
      && since.allSatisfy { VersionText($0.chartVersion) != VersionText(installation.version) }
  }

  /// When the requested version was written to the spec, or empty.
  private var askedForVersion: String {
    installation.writers.filter { $0.fields.contains("extension") }.map(\.time).max() ?? ""
  }

  private var clockAhead: Finding? {
    guard let age = age(lastTime), age < -60 else { return nil }
    return finding(
      .clockAhead,
      "its last state is from the future, and every later one is passed over until then: what it says cannot be believed",
      [Finding.Evidence(name, "status.stateHistory", saying: "\(-age) s ahead of this computer", time: lastTime)],
      .likely,
      [remedies.forgetClock])
  }

  /// In seconds: how long a pod may take to start, unless something is known to prevent it.
  private static let beginning = 60

  private var jobFinding: Finding? {
    guard state.isBusy, !installation.jobName.isEmpty else { return nil }
    switch examined.job {
    case .unknown: return nil
    case .missing where state == .preparing: return nil
    case .missing:
      let gone = Finding.Evidence("Job \(installation.jobName)", "", saying: "not there")
      if installation.isBeingDeleted {
        return finding(
          .uninstallStands, "the job that uninstalls it is gone", [stateEvidence, gone], .certain,
          [remedies.uninstallAgain, remedies.force])
      }
      if examined.releases.value?.newest?.isPending == true { return nil }
      return finding(
        .jobGone, "the job that helm ran in is gone, and the state waits for it for ever", [stateEvidence, gone],
        .certain,
        state == .uninstalling ? [remedies.startOver] : [remedies.startOver, remedies.delete])
    case .there(let job):
      guard let waiting = job.waiting else { return nil }
      if job.isBeginning, let age = age(job.created), age < Self.beginning { return nil }
      let endings =
        installation.isBeingDeleted ? [remedies.endJob, remedies.force] : [remedies.endJob, remedies.delete]
      return finding(
        .podNeverRuns, "the pod of its job does not run, and nothing ends it: \(waiting)",
        [stateEvidence, jobEvidence, Finding.Evidence("Job \(installation.jobName)", "pod", saying: waiting)], .certain,
        endings)
    }
  }

  /// The clock of the executor is behind: its release is older than the last state, so the controller ignores it.
  private var clockFinding: Finding? {
    // In Preparing there is no Job yet: the status still names the one of the release before.
    guard state.isBusy, state != .uninstalling, state != .preparing, examined.job.value?.isComplete == true,
      let release = examined.releases.value?.newest, release.status == "deployed",
      release.chartVersion.isEmpty || VersionText(release.chartVersion) == VersionText(installation.version),
      let released = Timestamp.seconds(release.time), let last = Timestamp.seconds(lastTime), released < last
    else { return nil }
    return finding(
      .executorClockBehind,
      "its job is complete and its release deployed, but \(last - released) s before its last state by the clocks: it is passed over",
      [
        stateEvidence,
        Finding.Evidence("helm revision \(release.revision)", "deployed", release.status, time: release.time),
        Finding.Evidence("Job \(installation.jobName)", "status.completionTime", examined.job.value?.completed ?? ""),
      ], .certain, [remedies.forgetClock])
  }

  private var helmFinding: Finding? {
    guard let release = examined.releases.value?.newest, release.isPending, examined.job.value?.isActive != true,
      examined.job != .unknown || installation.jobName.isEmpty, !installation.isBeingDeleted
    else { return nil }
    return finding(
      .helmPending, "helm was killed at its work: its release is \(release.status), and every further try is refused",
      [
        stateEvidence,
        Finding.Evidence("Secret \(release.secretName)", "label status", release.status, time: release.time),
      ], .certain, [remedies.unlock(release)])
  }

  private var preparingFinding: Finding? {
    guard state == .preparing, !installation.isBeingDeleted, examined.job.value?.isActive != true else { return nil }
    guard let age = age(lastTime.isEmpty ? installation.created : lastTime), age > 150 else { return nil }
    let good = examined.releases.value?.deployed != nil
    return finding(
      .preparingForEver,
      "it is Preparing for \(age) s and has no job: what went wrong was not written down, or the chart is still being fetched",
      [stateEvidence], examined.untouched > 0 ? .possible : .likely,
      [remedies.startOver] + (good ? [remedies.resyncFromRelease] : [remedies.delete]))
  }
}

// Deletions and missing releases.
extension Diagnosis {
  /// A deletion that does not finish, or an uninstall that was not requested by deleting this installation.
  private var removalFinding: Finding? {
    if installation.isBeingDeleted { return deletionFinding }
    switch state {
    case .uninstalling, .uninstallFailed:
      if examined.job.value?.isActive == true { return nil }
      let left = examined.releases.value?.newest.flatMap { $0.status == "uninstalling" ? $0 : nil }
      return finding(
        .uninstallingByHand,
        "it is \(state.name) and nobody asked for that here: helm was used by hand, or a second installation deleted",
        [stateEvidence], .certain, left.map { [remedies.unlock($0)] } ?? [remedies.startOver, remedies.delete])
    case .uninstalled:
      return finding(
        .inheritedStatus, "it was made at once after its predecessor and was given its last state: nothing happens",
        [stateEvidence, Finding.Evidence(name, "metadata.creationTimestamp", at: installation.created)], .certain,
        [remedies.startOver, remedies.delete])
    default: return nil
    }
  }

  private var releaseFinding: Finding? {
    guard state == .installed, examined.releases == .there([]), !installation.isBeingDeleted else { return rolledBack }
    return finding(
      .releaseGone,
      "it is Installed and helm has no release of it: the next change fails, and a deletion would forget everything and leave its objects",
      [stateEvidence, Finding.Evidence("helm", "releases", saying: "none")], .certain, [remedies.startOver])
  }

  private var mirrorFinding: Finding? {
    guard state == .installed, let found = examined.extension.value, found.state == .none else { return nil }
    return finding(
      .mirrorStale, "it is installed, but the extension says it is not: it was made anew since",
      [stateEvidence, Finding.Evidence("Extension \(found.name)", "status.state", saying: "nothing")], .certain,
      [remedies.writeStatus])
  }
}
