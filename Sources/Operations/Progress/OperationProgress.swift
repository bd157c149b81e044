package import Client
package import Extensions
package import KubernetesAPI
import Manifest
package import Platform

/// The details of a change in progress: its steps, and the pods, log and events.
package struct OperationProgress: Hashable, Sendable {
  /// One step of the change.
  package struct Step: Hashable, Sendable {
    package enum Mark: Hashable, Sendable {
      case done, underWay, waiting, failed
    }

    package var mark: Mark
    /// `job helm-install-…`, `Deployment backup-vault`.
    package var name: Sentence
    /// `0/1 ready: readiness probe failed`, or how long it took.
    package var note: Sentence
  }

  /// A pod as a list shows it.
  package struct Pod: Hashable, Sendable {
    package var name: String
    package var phase: String
    package var restarts: Int
    /// Why it does not run, or empty.
    package var reason: String
  }

  package private(set) var steps: [Step] = []
  package private(set) var pods: [Pod] = []
  /// The last lines of the log of the Job's newest pod.
  package private(set) var log: [String] = []
  package private(set) var events: [EventLine] = []
  /// What could not be read, and why.
  package private(set) var gaps: [Sentence] = []

  /// The objects that the details are derived from, as far as they exist and may be read.
  package struct Sources: Hashable, Sendable {
    package var job: Object?
    package var pods: [Object] = []
    /// Deployments, StatefulSets, DaemonSets, and Jobs other than helm's.
    package var workloads: [Object] = []
    package var events: [Object] = []
    package var log = ""
    package var gaps: [Sentence] = []

    package init() {}
  }

  /// The log without the places in helm's code that it lists after an error.
  package var bareLog: [String] {
    let isCodeLocation = log.map(Self.isPlaceInCode)
    return log.indices.filter { index in
      let isFunction = index + 1 < log.count && isCodeLocation[index + 1] && !log[index].contains(" ")
      return !isCodeLocation[index] && !isFunction
    }.map { log[$0] }
  }

  /// Whether a line is a file and a line number alone, such as `runtime/proc.go:272`.
  private static func isPlaceInCode(_ line: String) -> Bool {
    let text = line.drop(while: \.isWhitespace)
    guard let colon = text.lastIndex(of: ":"), !text.contains(" ") else { return false }
    let (file, number) = (text[..<colon], text[text.index(after: colon)...])
    return (file.hasSuffix(".go") || file.hasSuffix(".s")) && !number.isEmpty && number.allSatisfy(\.isNumber)
  }

  package init(_ installation: Installation, _ sources: Sources, at now: Timestamp) {
    steps = Self.states(installation, now) + Self.job(installation, sources, now)
    steps += sources.workloads.compactMap { Self.workload($0, sources.pods) }
    pods = sources.pods.map(Self.pod).sorted { $0.name < $1.name }
    log = Array(sources.log.shownLines.filter { !$0.isEmpty }.suffix(200))
    events = sources.events.map(EventLine.init).sorted()
    gaps = sources.gaps
  }

  /// The states of the current attempt, each with its duration.
  private static func states(_ installation: Installation, _ now: Timestamp) -> [Step] {
    let history = installation.history
    let start = (history.lastIndex { !$0.state.isBusy && $0.state != .none } ?? -1)
    let isOver = !installation.observed.state.isBusy
    // If no attempt is in progress, the last one is shown with its result.
    let first = isOver ? history[..<max(0, history.count - 1)].lastIndex { !$0.state.isBusy } ?? -1 : start
    let shown = Array(history[(first + 1)...])
    return shown.enumerated().map { position, transition in
      let next = position + 1 < shown.count ? Timestamp.seconds(shown[position + 1].time) : nil
      let began = Timestamp.seconds(transition.time)
      let end = next ?? now.secondsSince1970
      let seconds = began.map { max(0, end - $0) }
      let isLast = position == shown.count - 1
      let mark: Step.Mark =
        transition.state.isFailure ? .failed : isLast && transition.state.isBusy ? .underWay : .done
      let note: Sentence = transition.state.isBusy ? seconds.map { "\($0) s" } ?? "" : ""
      return Step(mark: mark, name: transition.state.name, note: note)
    }
  }

  private static func job(_ installation: Installation, _ sources: Sources, _ now: Timestamp) -> [Step] {
    guard !installation.jobName.isEmpty, let job = sources.job else { return [] }
    let observedJob = ExaminedInstallation.ObservedJob(
      job, pods: sources.pods.filter { $0.labels["job-name"] == job.name })
    let name: Sentence = "job \(job.name)"
    if observedJob.isComplete { return [Step(mark: .done, name: name, note: "")] }
    if (job.status["failed"]?.integer ?? 0) > 0, !observedJob.isActive {
      return [Step(mark: .failed, name: name, note: "it failed")]
    }
    let began = Timestamp.seconds(job.status["startTime"]?.string ?? job.creationTimestamp ?? "")
    let wait = observedJob.waiting ?? "runs"
    let note: Sentence = began.map { "\(wait) for \(max(0, now.secondsSince1970 - $0)) s" } ?? wait
    return [Step(mark: .underWay, name: name, note: note)]
  }

  private static func workload(_ object: Object, _ pods: [Object]) -> Step? {
    let name = Sentence(verbatim: "\(object.kind) \(object.name)")
    if object.kind == "Job" {
      let isComplete = (object.status["succeeded"]?.integer ?? 0) > 0
      return Step(mark: isComplete ? .done : .underWay, name: name, note: isComplete ? "" : "it runs")
    }
    let wanted = object.status["desiredNumberScheduled"]?.integer ?? object.spec["replicas"]?.integer ?? 1
    let ready = object.status["readyReplicas"]?.integer ?? object.status["numberReady"]?.integer ?? 0
    let reason = ready >= wanted ? "" : obstacle(object, pods)
    let note: Sentence =
      reason.isEmpty ? "\(ready)/\(wanted) ready" : "\(ready)/\(wanted) ready: \(reason)"
    return Step(mark: ready >= wanted ? .done : .underWay, name: name, note: note)
  }

  /// Why pods of a workload do not run; their names begin with that of the workload.
  private static func obstacle(_ workload: Object, _ pods: [Object]) -> String {
    pods.lazy.filter { $0.name.hasPrefix(workload.name + "-") }.map { pod($0).reason }.first { !$0.isEmpty } ?? ""
  }

  private static func pod(_ object: Object) -> Pod {
    let containers = ["initContainerStatuses", "containerStatuses"].flatMap { object.status[$0]?.sequence ?? [] }
    let waiting = containers.compactMap { $0[path: "state", "waiting"] }.first
    let ended = containers.compactMap { $0[path: "state", "terminated"] }.first { $0["reason"]?.string != "Completed" }
    let words = (waiting ?? ended).map { state in
      CredentialText.removed(
        from: [state["reason"]?.string, state["message"]?.string].compactMap { $0 }.joined(separator: ": "))
    }
    let condition = (object.status["conditions"]?.sequence ?? []).first {
      $0["status"]?.string == "False" && $0["message"]?.string?.isEmpty == false
    }
    return Pod(
      name: object.name, phase: object.status["phase"]?.string ?? "",
      restarts: containers.reduce(0) { $0 + ($1["restartCount"]?.integer ?? 0) },
      reason: words ?? (object.status["phase"]?.string == "Running" ? "" : condition?["message"]?.string ?? ""))
  }
}

extension ClusterReader {
  /// Reads the details of the current change of the extension `name`; `nil` if it is not installed.
  package func progress(of name: String, at now: Timestamp) async throws(ClusterError) -> OperationProgress? {
    guard let installation = Installations(try await installations().map(Installation.init)).of(name) else {
      return nil
    }
    let namespace =
      installation.targetNamespace.isEmpty ? Change.usualNamespace(of: name) : installation.targetNamespace
    var sources = OperationProgress.Sources()
    sources.pods = await all(.pods, namespace, &sources.gaps)
    for resource in Resource.workloads { sources.workloads += await all(resource, namespace, &sources.gaps) }
    let jobs = await all(.jobs, namespace, &sources.gaps)
    sources.job = jobs.first { $0.name == installation.jobName }
    // Jobs of hooks belong to the change; helm Jobs of earlier changes do not.
    sources.workloads += jobs.filter { !$0.name.hasPrefix("helm-") && $0.name != installation.jobName }
    sources.events = await all(.events, namespace, &sources.gaps)
    await readLog(of: installation, in: namespace, &sources)
    return OperationProgress(installation, sources, at: now)
  }

  /// Reads the log of the newest pod of its Job.
  private func readLog(
    of installation: Installation, in namespace: String, _ sources: inout OperationProgress.Sources
  ) async {
    let pods = sources.pods.filter { $0.labels["job-name"] == installation.jobName && !installation.jobName.isEmpty }
    guard let newest = pods.max(by: { ($0.creationTimestamp ?? "") < ($1.creationTimestamp ?? "") }) else { return }
    let target = Resource.pods.path(namespace: namespace, name: newest.name, subresource: "log") + "?tailLines=200"
    switch await answer(within: Self.factTimeout, { () throws(ClusterError) in try await cluster.text(target) }) {
    case .success(let text): sources.log = MaskedLog.tail(text)
    case .failure(let error): sources.gaps.append("the log of \(newest.name): \(error.words)")
    }
  }

  private func all(_ resource: Resource, _ namespace: String, _ gaps: inout [Sentence]) async -> [Object] {
    let found = await answer(within: Self.factTimeout) { () throws(ClusterError) in
      try await cluster.list(resource, namespace: namespace, skipping: JSONPaths(["metadata", "managedFields"]))
    }
    switch found {
    case .success(let objects):
      return objects.map { $0.kind.isEmpty ? Object($0.value.setting(["kind"], to: .string(resource.kind))) : $0 }
    case .failure(let error):
      // A kind that the cluster does not serve is not a gap.
      if !error.isOfMissingKind { gaps.append("\(resource.plural) in \(namespace): \(error.words)") }
      return []
    }
  }
}
