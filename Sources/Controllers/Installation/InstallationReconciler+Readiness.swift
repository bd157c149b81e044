import Client
import Extensions
import KubernetesAPI
import Packages

// Waits until everything that a release made is ready.
extension InstallationReconciler {
  /// Ends the installation or upgrade once everything is ready, and what the new revision lacks is removed; until then,
  /// reports what is missing.
  func awaitReadiness(
    _ snapshot: InstallationSnapshot, _ record: ReleaseRecord
  ) async throws(StepError) -> ReconcileResult {
    // After `ready()` only hooks have run, and readiness is not checked again.
    let missing = record.isReady ? [] : try await unreadyParts(of: record)
    guard let first = missing.first else {
      let applier = try await applier(snapshot)
      do {
        let removal = try await applier.remove(record.leftovers)
        guard removal.remaining.isEmpty else { return .after(settings.pollInterval) }
        for line in removal.words { snapshot.log?.note(line) }
        let opensHooks = !record.isReady && record.isOpen(record.isUpgrade ? .postUpgrade : .postInstall)
        try await save(opensHooks ? record.ready() : record.succeeding(at: settings.now()), snapshot)
      } catch {
        throw .transient(error)
      }
      return .atOnce
    }
    return try await wait(for: first, andOthers: missing.count - 1, snapshot, record)
  }

  /// Says what is not ready yet, and gives up when that has taken too long.
  private func wait(
    for first: (words: String, object: Object), andOthers count: Int, _ snapshot: InstallationSnapshot,
    _ record: ReleaseRecord
  ) async throws(StepError) -> ReconcileResult {
    let what = first.words
    let others = count > 0 ? " and \(count) more" : ""
    let seconds = settings.stopwatch.seconds(record.name, since: record.since)
    guard seconds < settings.readyTimeout else {
      let cause = await PodCause(cluster: target).of(first.object)
      let pod = cause.isEmpty ? "" : "; \(cause)"
      throw .permanent("not ready after \(settings.readyTimeout) s: \(what)\(others)\(pod)")
    }
    let reported = record.waiting(for: "waiting for \(what)\(others)", at: settings.now())
    if reported.conditions.first?.message != record.conditions.first?.message {
      try await throwingTransient { () throws(ClusterError) in try await save(reported, snapshot) }
      return .atOnce
    }
    return .after(settings.pollInterval)
  }

  /// The objects that are not ready yet, with what is missing; throws if one has failed.
  private func unreadyParts(of record: ReleaseRecord) async throws(StepError) -> [(words: String, object: Object)] {
    var missing: [(words: String, object: Object)] = []
    for part in record.parts where Readiness.kinds(simulated: settings.simulatesWorkloads).contains(part.resource.kind)
    {
      let object: Object?
      do {
        object = try await target.find(part.resource, namespace: part.object.namespace, part.object.name)
      } catch {
        throw StepError(error, part.title)
      }
      guard let object else { throw .permanent("\(part.title) was deleted by another client") }
      switch Readiness(of: object) {
      case .ready: break
      case .waiting(let what): missing.append(("\(part.title): \(what)", object))
      case .failed(let why):
        let cause = await PodCause(cluster: target).of(object)
        throw .permanent("\(part.title) failed: \(why)" + (cause.isEmpty ? "" : "; \(cause)"))
      }
    }
    return missing
  }
}
