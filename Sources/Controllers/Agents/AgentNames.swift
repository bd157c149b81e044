import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Which agents want a look when an installation or a member cluster has changed.
///
/// Only what concerns them counts: the heartbeat of a cluster wakes nothing, and what is said of one agent only that one.
final class AgentNames: Sendable {
  /// An installation, as far as it concerns its agents.
  struct Wish: Mirrored {
    var name: String
    var resourceVersion: String
    /// The clusters in which it may have an agent, or wants one.
    var clusters: Set<String>
    var isSelecting: Bool
    /// What concerns all of its agents.
    var whole: Int
    /// What is said of each.
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
      whole = parts.hashValue
    }
  }

  /// A cluster, as far as it concerns agents.
  struct Place: Mirrored {
    var name: String
    var resourceVersion: String
    var whole: Int

    init(_ object: Object) {
      (name, resourceVersion) = (object.name, object.resourceVersion)
      let parts: [Value?] = [
        .string(object.uid), .string(MemberCluster(object).obstacle?.english ?? ""), object.spec["connection"],
        object.value["metadata"]?["labels"],
      ]
      whole = parts.hashValue
    }
  }

  private struct Known {
    var wishes: [String: Wish] = [:]
    var places: [String: Int] = [:]

    /// The agents of the installation that was `before` and is `after`, as far as something has changed for them.
    func names(_ before: Wish?, _ after: Wish?) -> Set<String> {
      guard let name = (after ?? before)?.name else { return [] }
      var clusters: Set<String> = []
      if let before, let after, before.whole == after.whole {
        clusters = after.clusters.union(before.clusters).filter { before.entries[$0] != after.entries[$0] }
      } else {
        for wish in [before, after].compactMap(\.self) {
          clusters.formUnion(wish.isSelecting ? wish.clusters.union(places.keys) : wish.clusters)
        }
      }
      return Set(clusters.map { AgentKey(name, in: $0).description })
    }

    /// The agents in `cluster`.
    func names(in cluster: String) -> Set<String> {
      let concerned = wishes.values.filter { $0.isSelecting || $0.clusters.contains(cluster) }
      return Set(concerned.map { AgentKey($0.name, in: cluster).description })
    }
  }

  private let known = Locked(Known())

  /// What is asked for, and what is said of it.
  func installations(_ cluster: Cluster, _ dialect: Dialect) -> Trigger {
    Trigger { feed in
      await Watch(dialect.installations, in: cluster) { Wish($0) }.run { event in
        await feed.add(self.apply(event))
        if event.tellsAll { await feed.fill() }
      }
    }
  }

  /// Clusters that come, go, become Ready or get other labels.
  func clusters(_ cluster: Cluster) -> Trigger {
    Trigger { feed in
      await Watch(MemberCluster.resource, in: cluster) { Place($0) }.run { event in
        await feed.add(self.apply(event))
        if event.tellsAll { await feed.fill() }
      }
    }
  }

  /// The agents that want a look after `event`.
  func apply(_ event: WatchEvent<Wish>) -> Set<String> {
    known.withLock { known in
      switch event {
      case .replaced(let all):
        let before = known.wishes
        known.wishes = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return Set(before.keys).union(known.wishes.keys).reduce(into: []) { names, name in
          names.formUnion(known.names(before[name], known.wishes[name]))
        }
      case .applied(let wish):
        let before = known.wishes.updateValue(wish, forKey: wish.name)
        return known.names(before, wish)
      case .deleted(let wish):
        return known.names(known.wishes.removeValue(forKey: wish.name) ?? wish, nil)
      case .resumed, .interrupted: return []
      }
    }
  }

  /// The same of a cluster's.
  func apply(_ event: WatchEvent<Place>) -> Set<String> {
    known.withLock { known in
      let before = known.places
      switch event {
      case .replaced(let all): known.places = Dictionary(all.map { ($0.name, $0.whole) }, uniquingKeysWith: { $1 })
      case .applied(let place): known.places[place.name] = place.whole
      case .deleted(let place): known.places[place.name] = nil
      case .resumed, .interrupted: return []
      }
      let changed = Set(before.keys).union(known.places.keys).filter { before[$0] != known.places[$0] }
      return changed.reduce(into: []) { $0.formUnion(known.names(in: $1)) }
    }
  }
}

extension WatchEvent {
  /// Everything there is has been told of, or cannot be: what may not be watched, or is not served, keeps nothing waiting.
  fileprivate var tellsAll: Bool {
    switch self {
    case .replaced, .interrupted(.refused, _): true
    default: false
    }
  }
}
