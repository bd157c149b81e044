import Extensions
import Packages
import Platform

// Failed attempts, and pods that do not run.
extension Diagnosis {
  /// A failed attempt; used only if no other finding explains it.
  var failureFinding: Finding? {
    guard state == .installFailed || state == .upgradeFailed, !installation.isBeingDeleted else { return nil }
    var evidence = [
      stateEvidence, Finding.Evidence(name, "status.conditions", installation.reason, time: installation.conditionTime),
    ]
    if isLastJobOfAnotherVersion, let failed = examined.job.value?.version {
      evidence.append(Finding.Evidence("Job \(installation.jobName)", "chart version", failed))
      return finding(
        .upgradeFailed,
        "\(failed) failed; \(installation.version), requested since, was never attempted: \(installation.reason)",
        evidence, .certain, [remedies.retry])
    }
    if failedBeforeJob {
      return finding(
        .upgradeFailed,
        "an attempt failed before it had a job, and \(installation.version), which is asked for, still runs: \(installation.reason)",
        evidence, .certain, [remedies.resyncFromRelease])
    }
    return finding(
      state == .installFailed ? .installFailed : .upgradeFailed,
      "\(installation.version) failed: \(installation.reason)", evidence, .certain, failureRemedies)
  }

  /// Whether the last Job was for another version than the spec asks for now, so that its failure is not about this
  /// one.
  ///
  /// KubeSphere's controllers stay in this state if the old version is put back while an upgrade fails. If a chart
  /// cannot be fetched there is no new Job, and the status names the one that succeeded before.
  var isLastJobOfAnotherVersion: Bool {
    guard let job = examined.job.value, !job.version.isEmpty, !job.isActive, !job.isComplete else { return false }
    return state == .upgradeFailed && VersionText(job.version) != VersionText(installation.version)
  }

  /// Whether the failed attempt had no Job, and was for something else: what is asked for is what the last Job
  /// installed, and runs.
  private var failedBeforeJob: Bool {
    guard state == .upgradeFailed, examined.job.value?.isComplete == true, installation.isObserved,
      !installation.observed.configHash.isEmpty, let runs = examined.releases.value?.deployed
    else { return false }
    return VersionText(runs.chartVersion) == VersionText(installation.version)
  }

  /// The remedies for a failed attempt: its log, a retry, and the way back.
  ///
  /// A retry comes last if it cannot succeed before the cluster serves a kind.
  private var failureRemedies: [Remedy] {
    let hasLog = !installation.jobName.isEmpty || installation.isManagedByStandalone
    let logs = hasLog ? [Remedy("read why", [.manual("ksx logs \(installation.extension)")])] : []
    let canRetry =
      installation.canBeTriedAgain || examined.dialect.name == .subscription && installation.isManagedByStandalone
    let retry = canRetry ? remedies.retry : nil
    let running =
      examined.releases.value?.deployed?.chartVersion
      ?? ExtensionStatus(installation.extension, nil, installation).running
    var back =
      running.isEmpty || VersionText(running) == VersionText(installation.version) ? [] : [remedies.version(running)]
    if back.isEmpty, let former = examined.former { back = [remedies.back(to: former)] }
    if let kind = Self.missingKind(in: installation.reason) {
      return logs + back + [remedies.installing(kind, thenRetry: retry)]
    }
    return logs + [retry].compactMap { $0 } + back
  }

  /// The kind that a chart needs and the cluster does not serve, from an error message of helm or ksxd.
  static func missingKind(in message: String) -> String? {
    for (start, end) in [("the cluster does not serve ", " of "), ("no matches for kind \"", "\"")] {
      guard let begin = message.rangeOfText(start)?.upperBound else { continue }
      let rest = message[begin...]
      guard let stop = rest.rangeOfText(end)?.lowerBound, stop > begin else { continue }
      return String(rest[..<stop])
    }
    return nil
  }

  /// One finding for each reason and image, however many pods have it.
  var podFindings: [Finding] {
    let byReason = Dictionary(grouping: examined.pods) { $0.reason + "\n" + $0.image }
    return byReason.sorted { $0.key < $1.key }.map { _, pods in
      let pods = pods.sorted { $0.name < $1.name }
      let first = pods[0]
      let count: Sentence = pods.count == 1 ? "its pod \(first.name)" : "\(pods.count) pods of it"
      let evidence = pods.prefix(5).map { pod in
        Finding.Evidence("Pod \(pod.namespace)/\(pod.name)", pod.field, pod.message, time: pod.since)
      }
      let replacements = pods.first { !$0.heldSet.isEmpty }.map { [remedies.replacing($0)] } ?? []
      return finding(first.cause, sentence(first, count), evidence, .certain, replacements + [remedy(first)])
    }
  }

  private func sentence(_ pod: PodProblem, _ which: Sentence) -> Sentence {
    switch pod.cause {
    case .imagePull: "\(which) cannot pull the image \(pod.image): \(pod.message)"
    case .crashLoop: "\(which) crashes repeatedly (\(pod.restarts) restarts): \(pod.message)"
    default: "\(which) does not run: \(pod.message)"
    }
  }

  private func remedy(_ pod: PodProblem) -> Remedy {
    switch pod.cause {
    case .imagePull:
      Remedy(
        "make the image available",
        [
          .manual(
            "see that \(pod.image) can be pulled by the nodes; ksx inside \(installation.extension) --images lists all")
        ]
      )
    case .crashLoop:
      Remedy(
        "read its log",
        [.manual(Sentence(verbatim: "kubectl -n \(pod.namespace) logs \(pod.name) -c \(pod.container) --previous"))])
    default:
      Remedy(
        "read its events", [.manual(Sentence(verbatim: "kubectl -n \(pod.namespace) describe pod \(pod.name)"))])
    }
  }
}
