import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Reads chart repositories and publishes their contents (docs/KUBESPHERE.md: Repositories).
struct RepositoryReconciler: Reconciler {
  static let finalizer = "kubesphere.io/repository-protection"

  var cluster: Cluster
  var dialect: Dialect
  var settings: ControllerSettings
  var memory = RepositoryMemory()

  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult {
    try await ReconcileError.reporting { () throws(ClusterError) in try await reconcileRepository(name) }
  }

  private func reconcileRepository(_ name: String) async throws(ClusterError) -> ReconcileResult {
    guard let object = try await cluster.find(dialect.repositories, name) else { return .whenChanged }
    if object.isBeingDeleted {
      try await deleteContents(object)
      memory.forget(object.uid)
      return .whenChanged
    }
    guard object.finalizers.contains(Self.finalizer) else {
      try await setFinalizers(object, object.finalizers + [Self.finalizer])
      return .atOnce
    }
    let visit = RepositoryVisit(object, dialect)
    // The schedule in memory takes precedence over the object's, which is patched only when something has changed.
    let known = memory.remainingDelay(object.uid, syncKey: visit.syncKey)
    if let known, known > .zero { return .after(known) }
    let seconds = visit.mayPublishMore(memory.nameConflicts) ? 0 : visit.schedule.remainingSeconds(at: settings.now())
    if seconds > 0, known == nil { return .after(.seconds(seconds)) }
    return try await synchronize(visit)
  }

  private func synchronize(_ visit: RepositoryVisit) async throws(ClusterError) -> ReconcileResult {
    let (start, uid) = (ContinuousClock.now, visit.object.uid)
    let contents: RepositoryContents?
    do throws(RepositoryError) {
      contents = try await visit.read(
        in: cluster, settings, isForced: memory.isReadPending(uid) || visit.mayPublishMore(memory.nameConflicts))
    } catch {
      return try await fail(visit, error)
    }
    if let contents { return try await publish(contents, visit, readFrom: start) }
    return .after(
      memory.noteRead(uid, syncKey: visit.syncKey, interval: .seconds(visit.schedule.interval), from: start))
  }

  private func publish(
    _ contents: RepositoryContents, _ visit: RepositoryVisit, readFrom start: ContinuousClock.Instant
  ) async throws(ClusterError) -> ReconcileResult {
    let (object, now) = (visit.object, settings.now())
    let outcome = try await Publisher(
      cluster: cluster, dialect: dialect, repository: object, charts: contents.charts, now: now
    ).publish(contents.index)
    if memory.nameConflicts.note(object, conflicts: outcome.nameConflicts) { memory.readSoon(object.uid) }
    let syncKey = try await record(outcome, contents, visit, at: now)
    for problem in outcome.problems { settings.report("repository \(object.name): \(problem)") }
    let events = RepositoryEvents(cluster: cluster, repository: object, now: settings.now)
    await events.synced(outcome, visit.address)
    let interval = Duration.seconds(visit.schedule.interval)
    guard outcome.isTransient else {
      return .after(memory.noteRead(object.uid, syncKey: syncKey, interval: interval, from: start))
    }
    return .after(
      memory.noteFailure(
        object.uid, syncKey: syncKey, retryDelay: settings.retryDelay, interval: interval, retryAfter: nil))
  }

  /// Writes what came of a sync to the Repository if that differs from what it says, and returns the sync key.
  private func record(
    _ outcome: Publisher.Outcome, _ contents: RepositoryContents, _ visit: RepositoryVisit, at now: Timestamp
  ) async throws(ClusterError) -> String {
    let (object, schedule) = (visit.object, visit.schedule)
    // After a temporary failure, the next sync reads everything again.
    let revision = outcome.isTransient ? RepositoryRevision() : contents.revision
    let synced = LastSync(
      specFingerprint: LastSync.fingerprint(of: object), revision: revision,
      publishedFingerprint: LastSync.fingerprint(of: outcome.names), nameConflicts: outcome.nameConflicts.count)
    var conditions = RepositoryConditions(of: object, dialect: dialect)
    conditions.synced(outcome, interval: schedule.interval, at: now)
    conditions.noted(schedule.problems, interval: schedule.interval, at: now)
    // The sync key stays the same unless the object is patched; a later change of its spec gives another key.
    guard synced != schedule.known || conditions.hasChanged || !schedule.isSynced else { return visit.syncKey }
    try await write(schedule.record(synced, conditions, at: now), to: object)
    return visit.syncKey(readAt: now.description)
  }

  /// Patches the object at the resource version that was read.
  ///
  /// If its spec was changed meanwhile, this is a conflict, and the retry syncs the new spec.
  private func write(_ record: Value, to object: Object) async throws(ClusterError) {
    let patch = record.setting(["metadata", "resourceVersion"], to: .string(object.resourceVersion))
    _ = try await cluster.patch(dialect.repositories, object.name, .merge(patch))
  }

  private func fail(_ visit: RepositoryVisit, _ error: RepositoryError) async throws(ClusterError) -> ReconcileResult {
    if Task.isCancelled { return .whenChanged }
    let object = visit.object
    settings.report("repository \(object.name): \(error)")
    let delay = memory.noteFailure(
      object.uid, syncKey: visit.syncKey, retryDelay: settings.retryDelay,
      interval: .seconds(visit.schedule.interval), retryAfter: error.retryAfter)
    let events = RepositoryEvents(cluster: cluster, repository: object, now: settings.now)
    await events.failed("failed to sync extensions from \(visit.address): \(error)")
    var conditions = RepositoryConditions(of: object, dialect: dialect)
    conditions.failed("\(error)", hasAnswered: error.hasAnswered, delay: delay, at: settings.now())
    conditions.noted(visit.schedule.problems, interval: visit.schedule.interval, at: settings.now())
    if conditions.hasChanged {
      let state: Mapping = dialect.name == .subscription ? ["state": "notReady"] : [:]
      _ = try await cluster.patch(dialect.repositories, object.name, .merge(conditions.patch(dialect, status: state)))
    }
    return .after(delay)
  }

  /// Deletes the objects of a repository, except installed extensions with their version, which are marked and deleted
  /// once they are not installed (`Leftovers`).
  private func deleteContents(_ object: Object) async throws(ClusterError) {
    guard object.finalizers.contains(Self.finalizer) else { return }
    let selector = Selector(labels: "\(dialect.repositoryLabel)=\(object.name)")
    var present = try await PublishedObjects(cluster: cluster, dialect: dialect, repository: object.name)
    try await present.readRunning(in: cluster) { _ in false }
    let kept = present.versions.values.filter(present.isInstalled)
    for version in kept where !version.isGone { try await annotateAsGone(dialect.extensionVersions, version.name) }
    let charts = Set(kept.map(\.chartName))
    for name in present.charts.keys where !charts.contains(name) {
      try await cluster.remove(.configMaps, namespace: PackageSource.namespace, name)
    }
    for version in present.versions.values where !present.isInstalled(version) {
      try await cluster.remove(dialect.extensionVersions, version.name)
    }
    for `extension` in try await cluster.list(dialect.extensions, selector: selector, skipping: Extension.bulkyFields) {
      if !present.hasInstallation(of: `extension`.name) {
        try await cluster.remove(dialect.extensions, `extension`.name)
      } else if `extension`.annotations[Publisher.goneAnnotation] == nil {
        try await annotateAsGone(dialect.extensions, `extension`.name)
      }
    }
    try await setFinalizers(object, object.finalizers.filter { $0 != Self.finalizer })
  }

  private func annotateAsGone(_ resource: Resource, _ name: String) async throws(ClusterError) {
    try await Publisher.setGoneAnnotation(resource, name, since: settings.now(), in: cluster)
  }

  private func setFinalizers(_ object: Object, _ finalizers: [String]) async throws(ClusterError) {
    let metadata: Value = [
      "resourceVersion": .string(object.resourceVersion),
      "finalizers": finalizers.isEmpty ? .null : .sequence(finalizers.map(Value.string)),
    ]
    _ = try await cluster.patch(dialect.repositories, object.name, ["metadata": metadata])
  }
}
