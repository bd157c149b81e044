import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages

/// Uninstalls a release, and ends the deletion of its installation.
extension InstallationReconciler {
  /// Seconds during which remaining objects are not reported.
  static let silentSeconds = 5

  /// Deletes the objects of the release, and reports those that remain for long.
  func remove(_ snapshot: InstallationSnapshot, _ record: ReleaseRecord) async throws(StepError) -> ReconcileResult {
    let applier = try await applier(snapshot)
    let removal: Applier.Removal
    do { removal = try await applier.remove(record.inventory) } catch {
      if error.isTransient { throw .transient(error) }
      return try await reportStuckRemoval(snapshot, record, error.short)
    }
    if removal.remaining.isEmpty || snapshot.situation.isForced {
      for line in removal.words { snapshot.log?.note(line) }
      return try await removed(snapshot, record)
    }
    let seconds = settings.stopwatch.seconds(record.name, since: record.since)
    guard record.state == .uninstalling else { return .after(settings.retryDelay) }
    if seconds >= settings.readyTimeout {
      return try await reportStuckRemoval(
        snapshot, record, "still there after \(settings.readyTimeout) s: \(removal.holding)")
    }
    // A short wait is not reported.
    let reported = record.removing("waiting for \(removal.holding) to go", at: settings.now())
    guard seconds >= Self.silentSeconds, reported.conditions.first?.message != record.conditions.first?.message else {
      return .after(settings.pollInterval)
    }
    try await throwingTransient { () throws(ClusterError) in try await save(reported, snapshot) }
    return .atOnce
  }

  /// Ends the removal, or begins the hooks that follow it.
  private func removed(
    _ snapshot: InstallationSnapshot, _ record: ReleaseRecord
  ) async throws(StepError) -> ReconcileResult {
    let opensHooks = !snapshot.situation.isForced && record.isOpen(.postDelete)
    // The account is needed to look for objects, so it is deleted once the inventory is empty.
    let isAccountNext = account(snapshot) != nil && !record.inventory.isEmpty
    if !opensHooks, !isAccountNext { try await removeAccount(snapshot) }
    let next = opensHooks || isAccountNext ? record.cleared() : record.uninstalled(at: settings.now())
    try await throwingTransient { () throws(ClusterError) in try await save(next, snapshot) }
    return .atOnce
  }

  /// Reports why the removal makes no progress, and keeps trying.
  func reportStuckRemoval(_ snapshot: InstallationSnapshot, _ record: ReleaseRecord, _ message: String)
    async throws(StepError)
    -> ReconcileResult
  {
    let failed = record.failingToUninstall(message, at: settings.now())
    if record.state == .uninstallFailed, record.conditions.first?.message == failed.conditions.first?.message {
      return .after(settings.retryDelay)
    }
    try await throwingTransient { () throws(ClusterError) in try await save(failed, snapshot) }
    return .atOnce
  }

  /// Deletes the record of the uninstalled release and removes the finalizer, so that the API server deletes the
  /// installation; an agent is only forgotten.
  func finishDeletion(_ snapshot: InstallationSnapshot) async throws(StepError) {
    try await throwingTransient { () throws(ClusterError) in
      if snapshot.agent != nil { return try await snapshot.forget(in: cluster) }
      try await snapshot.resetExtensionStatus(at: settings.now(), in: cluster)
      let record = ReleaseRecord.secretName(snapshot.installation.name)
      try await cluster.remove(.secrets, namespace: snapshot.namespace, record)
      let kept = snapshot.object.finalizers.filter { $0 != dialect.installationFinalizer }
      let metadata: Value = [
        "resourceVersion": .string(snapshot.installation.resourceVersion),
        "finalizers": kept.isEmpty ? .null : .sequence(kept.map(Value.string)),
      ]
      _ = try await cluster.patch(dialect.installations, snapshot.installation.name, ["metadata": metadata])
    }
  }
}
