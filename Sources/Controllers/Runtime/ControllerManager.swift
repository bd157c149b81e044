package import Client
package import Extensions
import KubernetesAPI
import Platform

/// Everything that makes the objects of a cluster what they ask to be.
///
/// The controllers are clients of the API like any other: they list, watch and patch. What they
/// know is in the cluster, so they may be ended at any moment and go on when they are started again.
package enum ControllerManager {
  /// Runs all controllers until the surrounding task is cancelled.
  package static func run(cluster: Cluster, dialect: Dialect, settings: ControllerSettings) async {
    var cluster = cluster
    cluster.fieldManager = "ksxd"
    // They watch a lot and for long, and the server is spared their lists where it can be.
    await cluster.findListStreaming()
    let all = Set(cluster: cluster, dialect: dialect, settings: settings)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await all.repositories.run() }
      group.addTask { await all.extensions.run() }
      group.addTask { await all.categories.run() }
      group.addTask { await all.installations.run() }
      if dialect.hasAgents { group.addTask { await all.agents.run() } }
      if settings.playsWorkloads { group.addTask { await all.workloads.run() } }
    }
  }

  /// The controllers with what each of them looks at.
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
          + reconciler.memory.contest.triggers(cluster, dialect, reconciler.memory),
        // One that does not answer keeps no other waiting.
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
            cache.kept.note($0)
            return [$0.name]
          },
          cache.trigger(cluster, dialect),
          // What was kept for an installation goes with it.
          Trigger(dialect.installations, in: cluster) { cache.kept.of($0) },
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
          // What is offered, and what another client wrote over the status.
          Trigger(dialect.extensions, in: cluster) { names.of($0.name) },
          // Finished workloads are seen at once, not at the next poll.
          Trigger(.deployments, in: cluster, selector: owned) { names.of($0.labels[dialect.extensionLabel]) },
          Trigger(.jobs, in: cluster, selector: owned) { names.of($0.labels[dialect.extensionLabel]) },
        ],
        // More than can hang, for a chart that does not come must delay no other; what is rendered at once is bounded too.
        workers: 32, report: settings.report, metrics: settings.metrics)
    }

    var agents: Controller<AgentReconciler> {
      let names = AgentNames()
      let members = MemberClusters(home: cluster, settings: settings)
      return Controller(
        title: "agent",
        reconciler: AgentReconciler(cluster: cluster, dialect: dialect, settings: settings, members: members),
        triggers: [names.installations(cluster, dialect), names.clusters(cluster)],
        // One whose cluster does not answer keeps no other waiting; what is done at once is bounded in each cluster.
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

/// What the installations of each extension are called: a Subscription's name says nothing of its extension's.
final class InstallationNames: Sendable {
  private let known = Locked<[String: Set<String>]>([:])

  /// Takes note of an installation, and gives its name, with those of others of its extension: what it has kept from
  /// them may be theirs now.
  ///
  /// One that is gone stays, and is found missing when it is looked at.
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
  static let statefulSets = Resource(
    group: "apps", version: "v1", plural: "statefulsets", kind: "StatefulSet", isNamespaced: true)
  static let daemonSets = Resource(
    group: "apps", version: "v1", plural: "daemonsets", kind: "DaemonSet", isNamespaced: true)
}
