import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Runs the tests of an installed chart, one after another, like `helm test`.
///
/// Level-triggered, so that a restarted controller continues: results are in an annotation, and the object of a running
/// test has the run's id.
struct ChartTester: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var settings: ControllerSettings

  /// Advances the requested run by one step.
  func step(_ snapshot: InstallationSnapshot, _ record: ReleaseRecord) async throws(StepError) -> ReconcileResult {
    let id = snapshot.installation.testRequest
    var run = snapshot.installation.testRun.flatMap { $0.id == id ? $0 : nil } ?? TestRun(id: id)
    run.isSimulated = settings.simulatesWorkloads
    guard record.state == .installed, let tests = record.tests else {
      let reason =
        record.state == .installed
        ? "an earlier ksxd installed it, which kept no tests; upgrade or configure it first"
        : "\(record.name) is \(record.state.word); only what is Installed is tested"
      return try await end(run, .refused, reason, snapshot)
    }
    run.count = tests.count
    guard run.outcomes.count < tests.count else { return try await end(run, .passed, "", snapshot) }
    return try await go(on: run, with: tests[run.outcomes.count], snapshot)
  }

  private func go(
    on run: TestRun, with test: ReleaseRecord.Part, _ snapshot: InstallationSnapshot
  ) async throws(StepError) -> ReconcileResult {
    let label = (key: dialect.extensionLabel, value: snapshot.installation.extension)
    let present = try await StepError.prefixingErrors(test.title) { () throws(ClusterError) in
      try await cluster.find(test.resource, namespace: test.object.namespace, test.object.name)
    }
    guard let present else { return try await start(test, run, label, snapshot) }
    guard present.labels[label.key] == label.value else {
      return try await end(
        run, .refused, "\(test.title) is there already, and this extension has not made it", snapshot)
    }
    guard present.annotations[TestRun.requestAnnotation] == run.id else {
      // Like helm without a delete policy: the object of an earlier run is deleted first.
      try await remove(test, uid: present.uid)
      return .after(settings.pollInterval)
    }
    switch Readiness(ofHook: present) {
    case .waiting(let what): return try await wait(for: what, test, present, run, snapshot)
    case .ready: return try await finish(test, nil, run, snapshot)
    case .failed(let why): return try await finish(test, why, run, snapshot)
    }
  }

  private func start(
    _ test: ReleaseRecord.Part, _ run: TestRun, _ label: (key: String, value: String), _ snapshot: InstallationSnapshot
  ) async throws(StepError) -> ReconcileResult {
    let value = test.object.value.setting(["metadata", "labels", label.key], to: .string(label.value))
      .setting(["metadata", "annotations", TestRun.requestAnnotation], to: .string(run.id))
    _ = try await StepError.prefixingErrors(test.title) { () throws(ClusterError) in
      try await cluster.notingUnknownFields.create(test.resource, Object(value))
    }
    return try await say("\(test.title): started", run, snapshot)
  }

  private func wait(
    for what: String, _ test: ReleaseRecord.Part, _ present: Object, _ run: TestRun, _ snapshot: InstallationSnapshot
  ) async throws(StepError) -> ReconcileResult {
    let since = present.creationTimestamp.flatMap(Timestamp.init) ?? Timestamp(secondsSince1970: 0)
    let seconds = settings.stopwatch.seconds(snapshot.key, object: present.uid, since: since)
    if seconds >= settings.readyTimeout {
      return try await finish(test, "not ended after \(settings.readyTimeout) s: \(what)", run, snapshot)
    }
    return try await say("\(test.title): \(what)", run, snapshot)
  }

  /// Records how a test ended; the first failure ends the run, as in helm.
  private func finish(
    _ test: ReleaseRecord.Part, _ failure: String?, _ run: TestRun, _ snapshot: InstallationSnapshot
  ) async throws(StepError) -> ReconcileResult {
    var run = run
    let output = await PodOutput(cluster: cluster).of(test.object)
    run.outcomes.append(
      TestRun.Outcome(name: test.title, hasPassed: failure == nil, message: failure ?? "", output: output))
    run.message = ""
    let policies = HookAnnotation.deletePolicies(test.object.annotations["helm.sh/hook-delete-policy"] ?? "")
    if policies.contains(failure == nil ? .succeeded : .failed) { try await remove(test, uid: nil) }
    if failure != nil { return try await end(run, .failed, "", snapshot) }
    try await write(run, snapshot)
    return .atOnce
  }

  private func end(
    _ run: TestRun, _ state: TestRun.State, _ message: String, _ snapshot: InstallationSnapshot
  ) async throws(StepError) -> ReconcileResult {
    var run = run
    (run.state, run.message) = (state, message)
    try await write(run, snapshot)
    return .whenChanged
  }

  private func say(
    _ message: String, _ run: TestRun, _ snapshot: InstallationSnapshot
  ) async throws(StepError) -> ReconcileResult {
    var run = run
    run.message = message
    if snapshot.installation.testRun != run { try await write(run, snapshot) }
    return .after(settings.pollInterval)
  }

  private func write(_ run: TestRun, _ snapshot: InstallationSnapshot) async throws(StepError) {
    let metadata: Value = [
      "resourceVersion": .string(snapshot.installation.resourceVersion),
      "annotations": .mapping([TestRun.resultAnnotation: .string(run.text)]),
    ]
    do {
      _ = try await cluster.patch(dialect.installations, snapshot.installation.name, ["metadata": metadata])
    } catch {
      throw .transient(error)
    }
  }

  private func remove(_ test: ReleaseRecord.Part, uid: String?) async throws(StepError) {
    do {
      try await cluster.remove(test.resource, namespace: test.object.namespace, test.object.name, uid: uid)
    } catch {
      throw StepError(error, test.title)
    }
  }
}
