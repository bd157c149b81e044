import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest

/// Reads chart repositories and publishes what is in them (docs/KUBESPHERE.md: Repositories).
struct RepositoryReconciler: Reconciler {
  static let finalizer = "kubesphere.io/repository-protection"

  var cluster: Cluster
  var dialect: Dialect
  var settings: ControllerSettings

  func reconcile(_ name: String) async throws(ReconcileError) -> NextLook {
    try await ReconcileError.reporting { () throws(ClusterError) in try await look(at: name) }
  }

  private func look(at name: String) async throws(ClusterError) -> NextLook {
    guard let object = try await cluster.find(dialect.repositories, name) else { return .whenChanged }
    if object.isBeingDeleted {
      try await leave(object)
      return .whenChanged
    }
    guard object.finalizers.contains(Self.finalizer) else {
      try await setFinalizers(object, object.finalizers + [Self.finalizer])
      return .atOnce
    }
    let schedule = SyncSchedule(object, dialect: dialect)
    let rest = schedule.rest(at: settings.now())
    guard rest == 0 else { return .after(.seconds(rest)) }
    return try await synchronize(object, schedule)
  }

  private func synchronize(_ object: Object, _ schedule: SyncSchedule) async throws(ClusterError) -> NextLook {
    let source = RepositorySource(object)
    let events = RepositoryEvents(cluster: cluster, repository: object, now: settings.now)
    let index: ChartIndex
    do { index = try source.index() } catch {
      settings.report("repository \(object.name): \(error)")
      await events.failed("failed to sync extensions from \(source.address): \(error)")
      return .after(settings.patience)
    }
    let outcome = try await Publisher(cluster: cluster, dialect: dialect, repository: object, source: source)
      .publish(index)
    try await schedule.record(object, source, in: cluster, at: settings.now())
    for problem in outcome.problems { settings.report("repository \(object.name): \(problem)") }
    await events.synced(outcome, source.address)
    return .after(.seconds(schedule.interval))
  }

  /// What came from the repository goes, except for extensions that are installed.
  private func leave(_ object: Object) async throws(ClusterError) {
    guard object.finalizers.contains(Self.finalizer) else { return }
    let selector = Selector(labels: "\(dialect.repositoryLabel)=\(object.name)")
    for version in try await cluster.list(dialect.extensionVersions, selector: selector, skipping: Extension.unread) {
      try await cluster.remove(dialect.extensionVersions, version.name)
    }
    let charts = try await cluster.list(
      .configMaps, namespace: PackageSource.namespace, selector: selector, skipping: JSONPaths(["binaryData"]))
    for chart in charts { try await cluster.remove(.configMaps, namespace: chart.namespace, chart.name) }
    for shelf in try await cluster.list(dialect.extensions, selector: selector, skipping: Extension.unread) {
      guard InstallationState(shelf.status["state"]?.string ?? "") == .none else { continue }
      try await cluster.remove(dialect.extensions, shelf.name)
    }
    try await setFinalizers(object, object.finalizers.filter { $0 != Self.finalizer })
  }

  private func setFinalizers(_ object: Object, _ finalizers: [String]) async throws(ClusterError) {
    let metadata: Value = [
      "resourceVersion": .string(object.resourceVersion),
      "finalizers": finalizers.isEmpty ? .null : .sequence(finalizers.map(Value.string)),
    ]
    _ = try await cluster.patch(dialect.repositories, object.name, ["metadata": metadata])
  }
}
