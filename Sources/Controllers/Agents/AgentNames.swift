import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Determines which agents to reconcile when an installation or a member cluster has changed.
///
/// Only relevant changes count: the heartbeat of a cluster triggers nothing, and a change to the status of one agent
/// triggers only that agent.
final class AgentNames: Sendable {
  /// The properties of an installation that concern its agents.
  struct InstallationView: StoreElement {
    var name: String
    var resourceVersion: String
    /// The clusters in which it has or requests agents.
    var clusters: Set<String>
    var isSelecting: Bool
    /// A hash of what concerns all of its agents.
    var commonHash: Int
    /// The status of each agent, by cluster.
    var entries: [String: Value]

    init(_ object: Object) {
      let installation = Installation(object)
      (name, resourceVersion) = (object.name, object.resourceVersion)
      entries = object.status["clusterSchedulingStatuses"]?.mapping?.byKey ?? [:]
      clusters = Set(installation.clusters).union(entries.keys)
      isSelecting = installation.clusters.isEmpty && installation.hasClusterSelector
      let parts: [Value?] = [
        object.spec, object.value["metadata"]?["deletionTimestamp"], .string(object.uid), object.status["state"],
        object.status["version"], object.status["configHash"],
        object.value["metadata"]?["annotations"], object.value["metadata"]?["finalizers"],
      ]
      commonHash = parts.hashValue
    }
  }

  /// The properties of a cluster that concern agents.
  struct ClusterView: StoreElement {
    var name: String
    var resourceVersion: String
    var commonHash: Int

    init(_ object: Object) {
      (name, resourceVersion) = (object.name, object.resourceVersion)
      let parts: [Value?] = [
        .string(object.uid), .string(MemberCluster(object).obstacle?.english ?? ""), object.spec["connection"],
        object.value["metadata"]?["labels"],
      ]
      commonHash = parts.hashValue
    }
  }

  private struct Known {
    var views: [String: InstallationView] = [:]
    var clusterHashes: [String: Int] = [:]

    /// The agents for which the change of an installation from `before` to `after` matters.
    func names(_ before: InstallationView?, _ after: InstallationView?) -> Set<String> {
      guard let name = (after ?? before)?.name else { return [] }
      var clusters: Set<String> = []
      if let before, let after, before.commonHash == after.commonHash {
        clusters = after.clusters.union(before.clusters).filter { before.entries[$0] != after.entries[$0] }
      } else {
        for view in [before, after].compactMap(\.self) {
          clusters.formUnion(view.isSelecting ? view.clusters.union(clusterHashes.keys) : view.clusters)
        }
      }
      return Set(clusters.map { AgentKey(name, in: $0).description })
    }

    /// The agents in `cluster`.
    func names(in cluster: String) -> Set<String> {
      let concerned = views.values.filter { $0.isSelecting || $0.clusters.contains(cluster) }
      return Set(concerned.map { AgentKey($0.name, in: cluster).description })
    }
  }

  private let known = Locked(Known())

  /// Watches installations.
  func installations(_ cluster: Cluster, _ dialect: Dialect) -> Trigger {
    Trigger { feed in
      await Watch(dialect.installations, in: cluster) { InstallationView($0) }.run { event in
        await feed.add(self.apply(event))
        if event.tellsAll { await feed.fill() }
      }
    }
  }

  /// Watches clusters, for those that are added, removed, become Ready or change their labels.
  func clusters(_ cluster: Cluster) -> Trigger {
    Trigger { feed in
      await Watch(MemberCluster.resource, in: cluster) { ClusterView($0) }.run { event in
        await feed.add(self.apply(event))
        if event.tellsAll { await feed.fill() }
      }
    }
  }

  /// The agents to reconcile after `event`.
  func apply(_ event: WatchEvent<InstallationView>) -> Set<String> {
    known.withLock { known in
      switch event {
      case .replaced(let all):
        let before = known.views
        known.views = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return Set(before.keys).union(known.views.keys).reduce(into: []) { names, name in
          names.formUnion(known.names(before[name], known.views[name]))
        }
      case .applied(let view):
        let before = known.views.updateValue(view, forKey: view.name)
        return known.names(before, view)
      case .deleted(let view):
        return known.names(known.views.removeValue(forKey: view.name) ?? view, nil)
      case .resumed, .interrupted: return []
      }
    }
  }

  /// The same for the event of a cluster.
  func apply(_ event: WatchEvent<ClusterView>) -> Set<String> {
    known.withLock { known in
      let before = known.clusterHashes
      switch event {
      case .replaced(let all):
        known.clusterHashes = Dictionary(all.map { ($0.name, $0.commonHash) }, uniquingKeysWith: { $1 })
      case .applied(let view): known.clusterHashes[view.name] = view.commonHash
      case .deleted(let view): known.clusterHashes[view.name] = nil
      case .resumed, .interrupted: return []
      }
      let changed = Set(before.keys).union(known.clusterHashes.keys).filter { before[$0] != known.clusterHashes[$0] }
      return changed.reduce(into: []) { $0.formUnion(known.names(in: $1)) }
    }
  }
}

extension WatchEvent {
  /// Whether the cache is filled; a resource that may not be watched or is not served must not block the controller.
  fileprivate var tellsAll: Bool {
    switch self {
    case .replaced, .interrupted(.refused, _): true
    default: false
    }
  }
}
