package import Client
package import Extensions
import KubernetesAPI
import Platform

/// Runs all controllers of a cluster.
///
/// The controllers are clients of the API like any other: they list, watch and patch. All state is in the cluster, so
/// they can be stopped at any time and continue after a restart.
package enum ControllerManager {
  /// Runs all controllers until the surrounding task is cancelled.
  package static func run(cluster: Cluster, dialect: Dialect, settings: ControllerSettings) async {
    var cluster = cluster
    cluster.fieldManager = "ksxd"
    // Streaming lists reduce the load of the many long watches on the API server.
    await cluster.findInitialEventsSupport()
    let all = Set(cluster: cluster, dialect: dialect, settings: settings)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await all.repositories.run() }
      group.addTask { await all.extensions.run() }
      group.addTask { await all.categories.run() }
      group.addTask { await all.installations.run() }
      if dialect.hasAgents { group.addTask { await all.agents.run() } }
      if settings.simulatesWorkloads { group.addTask { await all.workloads.run() } }
    }
  }

  /// The controllers with their triggers.
  private struct Set {
    var cluster: Cluster
    var dialect: Dialect
    var settings: ControllerSettings

    var repositories: Controller<RepositoryReconciler> {
      let reconciler = RepositoryReconciler(cluster: cluster, dialect: dialect, settings: settings)
      let servers = settings.runsRepositoryImages ? [RepositoryServer.trigger(cluster, reconciler.memory)] : []
      return Controller(
        title: "repository", reconciler: reconciler,
        triggers: [Trigger(dialect.repositories, in: cluster) { [$0.name] }] + servers
          + reconciler.memory.nameConflicts.triggers(cluster, dialect, reconciler.memory),
        // A repository that does not answer must not delay others.
        workers: nil, report: settings.report, metrics: settings.metrics)
    }

    var extensions: Controller<ExtensionReconciler> {
      let cache = VersionCache()
      let dialect = dialect
      return Controller(
        title: "extension",
        reconciler: ExtensionReconciler(cluster: cluster, dialect: dialect, settings: settings, cache: cache),
        triggers: [
          Trigger(dialect.extensions, in: cluster) {
            cache.leftovers.note($0)
            return [$0.name]
          },
          cache.trigger(cluster, dialect),
          // What was kept for an installation goes with it.
          Trigger(dialect.installations, in: cluster) { cache.leftovers.of($0) },
        ],
        report: settings.report, metrics: settings.metrics)
    }

    var categories: Controller<CategoryReconciler> {
      let count = CategoryCount()
      return Controller(
        title: "category", reconciler: CategoryReconciler(cluster: cluster, dialect: dialect, count: count),
        triggers: [Trigger(dialect.categories, in: cluster) { [$0.name] }, count.trigger(cluster, dialect)],
        report: settings.report, metrics: settings.metrics)
    }

    var installations: Controller<InstallationReconciler> {
      let dialect = dialect
      let owned = Selector(labels: dialect.extensionLabel)
      let names = InstallationNames()
      return Controller(
        title: "installation",
        reconciler: InstallationReconciler(cluster: cluster, dialect: dialect, settings: settings),
        triggers: [
          Trigger(dialect.installations, in: cluster) { names.note($0) },
          // The offered versions, and status fields that another client may have overwritten.
          Trigger(dialect.extensions, in: cluster) { names.of($0.name) },
          // A finished workload is noticed at once, not at the next poll.
          Trigger(.deployments, in: cluster, selector: owned) { names.of($0.labels[dialect.extensionLabel]) },
          Trigger(.jobs, in: cluster, selector: owned) { names.of($0.labels[dialect.extensionLabel]) },
        ],
        // Enough that charts which are slow to arrive do not delay others; rendering has its own limit.
        workers: 32, report: settings.report, metrics: settings.metrics)
    }

    var agents: Controller<AgentReconciler> {
      let names = AgentNames()
      let members = MemberClusters(home: cluster, settings: settings)
      return Controller(
        title: "agent",
        reconciler: AgentReconciler(cluster: cluster, dialect: dialect, settings: settings, members: members),
        triggers: [names.installations(cluster, dialect), names.clusters(cluster)],
        // A cluster that does not answer must not delay agents of others; each cluster has its own limit.
        workers: nil, report: settings.report, metrics: settings.metrics)
    }

    var workloads: Controller<WorkloadReconciler> {
      let work = WorkloadReconciler(cluster: cluster)
      return Controller(
        title: "workload", reconciler: work,
        triggers: WorkloadReconciler.kinds.map { resource in
          Trigger(resource, in: cluster) { ["\(resource.plural)/\($0.namespace ?? "")/\($0.name)"] }
        }, workers: 2, report: settings.report, metrics: settings.metrics)
    }
  }
}

/// The names of each extension's installations; a Subscription's name may differ from its extension's.
final class InstallationNames: Sendable {
  private let known = Locked<[String: Set<String>]>([:])

  /// Records an installation, and returns its name and those of the same extension's others, which may proceed now if
  /// it blocked them.
  ///
  /// Deleted installations stay recorded; the reconciler does not find them.
  func note(_ object: Object) -> [String] {
    let installation = Installation(object)
    return known.withLock { known in
      known[installation.extension, default: []].insert(installation.name)
      return Array(known[installation.extension] ?? [])
    }
  }

  /// The installations of the extension called `name`.
  func of(_ name: String?) -> [String] { known.withLock { Array($0[name ?? ""] ?? []) } }
}

extension Resource {
  static let deployments = Resource(
    group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true)
  static let daemonSets = Resource(
    group: "apps", version: "v1", plural: "daemonsets", kind: "DaemonSet", isNamespaced: true)
}
