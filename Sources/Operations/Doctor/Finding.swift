import Extensions
package import KubernetesAPI
package import Manifest
package import Platform

/// A problem that the doctor found: its cause, the evidence, how certain it is, and its remedies.
package struct Finding: Hashable, Sendable {
  /// The stable identifier of the problem, for scripts.
  package var cause: Cause
  /// What has the problem: an extension's name, `Repository main`, or `cluster`.
  package var subject: String
  package var sentence: Sentence
  /// `sentence` in English.
  package var text: String { sentence.english }
  package var evidence: [Evidence]
  package var certainty: Certainty
  package var remedies: [Remedy]

  /// A fact that was observed in the cluster, and where.
  package struct Evidence: Hashable, Sendable {
    package var object: String
    package var field: String
    package var value: Sentence
    /// RFC 3339, or empty.
    package var time: String

    /// Evidence in the words of the cluster.
    init(_ object: String, _ field: String, _ value: String, time: String = "") {
      self.init(object, field, saying: Sentence(verbatim: value), time: time)
    }

    /// A time that is evidence itself.
    init(_ object: String, _ field: String, at time: String) { self.init(object, field, time, time: time) }

    /// Evidence in the words of ksx.
    init(_ object: String, _ field: String, saying value: Sentence, time: String = "") {
      self.object = object
      self.field = field
      self.value = value
      self.time = time
    }
  }

  package enum Certainty: String, Sendable {
    case certain, likely, possible
    /// Normal behaviour that is worth knowing.
    case note
  }

  /// All known problems; docs/DOCTOR.md describes each of them.
  package enum Cause: String, CaseIterable, Sendable {
    case webhookDown = "webhook-down"
    case otherWebhookDown = "other-webhook-down"
    case controllersDown = "controllers-down"
    case versionGone = "version-gone"
    case versionGoneTerminating = "version-gone-terminating"
    case versionKept = "version-kept"
    case versionUnknown = "version-unknown"
    case notNoticed = "not-noticed"
    case namespaceTerminating = "namespace-terminating"
    case planName = "plan-name"
    case preparingForEver = "preparing-for-ever"
    case repositoryHangs = "repository-hangs"
    case chartUnreadable = "chart-unreadable"
    case upgradeLoop = "upgrade-loop"
    case versionMismatch = "version-mismatch"
    case jobGone = "job-gone"
    case podNeverRuns = "pod-never-runs"
    case executorClockBehind = "executor-clock-behind"
    case clockAhead = "clock-ahead"
    case helmPending = "helm-pending"
    case installFailed = "install-failed"
    case upgradeFailed = "upgrade-failed"
    case uninstallFailed = "uninstall-failed"
    case uninstallStands = "uninstall-stands"
    case uninstallHeld = "uninstall-held"
    case uninstallingByHand = "uninstalling-by-hand"
    case inheritedStatus = "inherited-status"
    case releaseGone = "release-gone"
    case releaseDiffers = "release-differs"
    case agentSkipped = "agent-skipped"
    case agentFailed = "agent-failed"
    case agentHindered = "agent-hindered"
    case agentHoldsDeletion = "agent-holds-deletion"
    case noPlacement = "no-placement"
    case mirrorStale = "mirror-stale"
    case configRefused = "config-refused"
    case changeWaits = "change-waits"
    case switchWaits = "switch-waits"
    case dependencyMissing = "dependency-missing"
    case constraintUnmet = "constraint-unmet"
    case constraintReadTwoWays = "constraint-read-two-ways"
    case imagePull = "image-pull"
    case crashLoop = "crash-loop"
    case podWaits = "pod-waits"
    case notServed = "not-served"
    case noAnswer = "no-answer"
    case waysDiffer = "ways-differ"
    case gatewaySilent = "gateway-silent"
    case fieldPassedOver = "field-passed-over"
    case repositoryUnreachable = "repository-unreachable"
    case repositoryNeverRead = "repository-never-read"
    case repositoryOwnsNothing = "repository-owns-nothing"
  }
}

/// A way to solve a problem, step by step, with its cost.
package struct Remedy: Hashable, Sendable {
  package var name: Sentence
  package var steps: [Step]
  /// Side effects, or what the user must know before.
  package var cost: Sentence

  package enum Step: Hashable, Sendable {
    case send(RemedyRequest)
    /// Nothing is sent: ksx waits for this.
    case wait(Sentence)
    /// Something that the user must do, because no request does it.
    case manual(Sentence)
  }

  init(_ name: Sentence, _ steps: [Step], cost: Sentence = "") {
    self.name = name
    self.steps = steps
    self.cost = cost
  }
}

/// One request of a remedy.
package struct RemedyRequest: Hashable, Sendable {
  package enum Action: Hashable, Sendable {
    case merge(Value)
    case create(Object)
    /// If a Job is deleted without its dependents, its pod, and helm in it, keep running.
    case delete(withDependents: Bool)
  }

  package var resource: Resource
  package var namespace: String?
  package var name: String
  package var action: Action
  /// The `resourceVersion` that the request was made for; the API server refuses it if the object has changed since.
  package var version: String?
  /// The fingerprint of the object's spec at that time: if only the status has changed since, the request is sent
  /// again.
  package var specMark: String?

  /// The fingerprint of an object's spec, which reveals no secret of it.
  package static func mark(of spec: Value) -> String { ConfigHash.of(JSON.text(spec)) }

  /// The kubectl command that sends the same request, for a POSIX shell.
  package func kubectl(flags: [String] = []) -> String {
    let start = ["kubectl"] + flags + (namespace.map { ["-n", $0] } ?? [])
    switch action {
    case .merge(let body):
      return Shell.line(start + ["patch", resource.qualifiedName, name, "--type=merge", "-p", JSON.text(body)])
    case .create(let object):
      return Shell.line(["printf", "%s", JSON.text(object.value)]) + " | " + Shell.line(start + ["create", "-f", "-"])
    case .delete(let withDependents):
      let cascade = withDependents ? ["--cascade=background", "--wait=false"] : ["--wait=false"]
      return Shell.line(start + ["delete", resource.qualifiedName, name] + cascade)
    }
  }
}
