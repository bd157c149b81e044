import Client
import Extensions
import KubernetesAPI
import Packages
import Platform

/// Runs the hooks of a chart.
extension InstallationReconciler {
  /// Advances the hooks of `event` by one step.
  func runHooks(
    _ event: HookEvent, _ snapshot: InstallationSnapshot, _ record: ReleaseRecord
  ) async throws(StepError) -> ReconcileResult {
    let hooks = record.hooks(at: event)
    let runner = try await runner(of: event, snapshot, record)
    guard record.hookProgress.count < hooks.count else {
      // As in helm, successful hooks are deleted once all of the event have succeeded.
      try await runner.deleteObjects(of: hooks.reversed(), policy: .succeeded)
      return try await store(record.ending(event, at: settings.now()), snapshot)
    }
    let hook = hooks[record.hookProgress.count]
    switch try await runner.advance(hook) {
    case .created(let object):
      snapshot.log?.note("\(event.rawValue) hook \(hook.title): started")
      return try await wait(for: "started", hook, object, event, snapshot, record, runner)
    case .present(let object, .waiting(let what)):
      return try await wait(for: what, hook, object, event, snapshot, record, runner)
    case .present(let object, .ready):
      settings.stopwatch.forget(snapshot.key, object: object.uid)
      await note("\(event.rawValue) hook \(hook.title): succeeded", object, snapshot, runner)
      return try await store(record.passingHook(), snapshot)
    case .present(let object, .failed(let why)):
      return try await fail(hook, why, object, event, snapshot, record, runner)
    case .fromEarlierRun(let object):
      return try await wait(for: "the one before it is still there", hook, object, event, snapshot, record, runner)
    }
  }

  /// Ends the running hook of an attempt that is given up; otherwise its pod would run beside what follows.
  func endHook(_ snapshot: InstallationSnapshot, _ record: ReleaseRecord) async throws(StepError) {
    // Without a site, the step sends nothing to the agent's cluster.
    guard snapshot.agent == nil || site != nil, [.installing, .upgrading].contains(record.state),
      case .hooks(let event) = Lifecycle.progress(of: record)
    else { return }
    let hooks = record.hooks(at: event)
    guard record.hookProgress.count < hooks.count else { return }
    let hook = hooks[record.hookProgress.count]
    if try await runner(of: event, snapshot, record).end(hook) {
      snapshot.log?.note("\(event.rawValue) hook \(hook.title): ended, for the attempt was given up")
    }
  }

  private func runner(
    of event: HookEvent, _ snapshot: InstallationSnapshot, _ record: ReleaseRecord
  ) async throws(StepError) -> HookRunner {
    HookRunner(
      planner: planner, mark: mark(snapshot), namespace: record.namespace,
      run: "\(snapshot.object.uid).\(record.hookProgress.run).\(event.rawValue)",
      cluster: try await executor(snapshot))
  }

  private func store(_ record: ReleaseRecord, _ snapshot: InstallationSnapshot) async throws(StepError)
    -> ReconcileResult
  {
    try await throwingTransient { () throws(ClusterError) in try await save(record, snapshot) }
    return .atOnce
  }

  private func wait(
    for what: String, _ hook: ReleaseRecord.Hook, _ object: Object, _ event: HookEvent,
    _ snapshot: InstallationSnapshot, _ record: ReleaseRecord, _ runner: HookRunner
  ) async throws(StepError) -> ReconcileResult {
    let seconds = settings.stopwatch.seconds(snapshot.key, object: object.uid, since: record.since)
    if seconds >= settings.readyTimeout {
      let cause = await PodCause(cluster: target).of(object)
      let pod = cause.isEmpty ? "" : "; \(cause)"
      let why = "not ended after \(settings.readyTimeout) s: \(what)\(pod)"
      return try await fail(hook, why, object, event, snapshot, record, runner)
    }
    let words = "waiting for \(event.rawValue) hook \(hook.title)"
    let isDeletion = snapshot.desired.isDeletion
    let reported =
      isDeletion ? record.removing(words, at: settings.now()) : record.waiting(for: words, at: settings.now())
    // A removal does not report a short wait, nor a wait after a failure, which is reported already.
    let isSilent = isDeletion && (seconds < Self.silentSeconds || record.state != .uninstalling)
    guard reported.conditions.first?.message != record.conditions.first?.message, !isSilent else {
      return .after(settings.pollInterval)
    }
    return try await store(reported, snapshot)
  }

  /// A failed hook ends the attempt; during a removal the user decides how to continue.
  private func fail(
    _ hook: ReleaseRecord.Hook, _ why: String, _ object: Object, _ event: HookEvent,
    _ snapshot: InstallationSnapshot, _ record: ReleaseRecord, _ runner: HookRunner
  ) async throws(StepError) -> ReconcileResult {
    let last = await note("\(event.rawValue) hook \(hook.title): \(why)", object, snapshot, runner)
    var output = last.isEmpty ? "" : "; it said: \(last)"
    if last.isEmpty, !why.contains("; ") {
      let cause = await PodCause(cluster: target).of(object)
      output = cause.isEmpty ? "" : "; \(cause)"
    }
    let message = "\(event.rawValue) hook \(hook.title) failed: \(why)\(output)"
    if snapshot.desired.isDeletion {
      // The object is kept, whatever its policy, because it would be run again and again otherwise.
      return try await reportStuckRemoval(snapshot, record, message + "; once it is deleted it is run again")
    }
    let passed = record.hooks(at: event).prefix(record.hookProgress.count)
    try await runner.deleteObjects(of: [hook], policy: .failed)
    try await runner.deleteObjects(of: Array(passed), policy: .succeeded)
    settings.stopwatch.forget(snapshot.key, object: object.uid)
    throw .permanent(message)
  }

  /// Adds `line` and the output of the hook's pod to the log, and returns the last line of the output.
  @discardableResult
  private func note(
    _ line: String, _ object: Object, _ snapshot: InstallationSnapshot, _ runner: HookRunner
  ) async -> String {
    let output = await PodOutput(cluster: target).of(object)
    snapshot.log?.note(line)
    for outputLine in output.lines where !outputLine.isEmpty { snapshot.log?.note("| " + outputLine) }
    return output.lines.last { !$0.isEmpty }.map { String($0.prefix(500)) } ?? ""
  }
}

extension InstallationReconciler {
  /// Writes an Event if `cause` is that the namespace is being terminated, because the record cannot be written then.
  func reportTermination(_ cause: ClusterError, _ snapshot: InstallationSnapshot) async {
    guard case .refused(let status) = cause, status.isOfTerminatingNamespace else { return }
    await EventRecorder(cluster: cluster, object: snapshot.object, now: settings.now).write(
      "Warning", "NamespaceTerminating",
      snapshot.prefix
        + "namespace \(snapshot.namespace) is being terminated, and nothing can be made in it; once it is gone this goes on"
    )
  }
}
