import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Writes into each Category how many extensions it has (docs/KUBESPHERE.md: Kinds).
struct CategoryReconciler: Reconciler {
  static let annotation = "kubesphere.io/count"

  var cluster: Cluster
  var dialect: Dialect
  var count: CategoryCount

  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult {
    try await ReconcileError.reporting { () throws(ClusterError) in try await write(name, count.number(in: name)) }
  }

  private func write(_ name: String, _ number: Int) async throws(ClusterError) -> ReconcileResult {
    guard let object = try await cluster.find(dialect.categories, name), !object.isBeingDeleted,
      object.annotations[Self.annotation] != String(number)
    else { return .whenChanged }
    let patch: Value = [
      "metadata": [
        "resourceVersion": .string(object.resourceVersion),
        "annotations": .mapping([Self.annotation: .string(String(number))]),
      ]
    ]
    _ = try await cluster.patch(dialect.categories, name, .merge(patch))
    return .whenChanged
  }
}

/// The categories of all extensions.
final class CategoryCount: Sendable {
  /// Categories by extension.
  private let categories = Locked<[String: String]>([:])

  func number(in category: String) -> Int {
    categories.withLock { known in known.values.count { $0 == category } }
  }

  /// Watches the extensions, and triggers their categories.
  func trigger(_ cluster: Cluster, _ dialect: Dialect) -> Trigger {
    Trigger { feed in
      var watch = Watch(dialect.extensions, in: cluster) { Extension($0, dialect: dialect) }
      watch.skipping = Extension.unread
      await watch.run { event in
        await feed.add(self.apply(event).filter { !$0.isEmpty })
        if case .replaced = event { await feed.fill() }
      }
    }
  }

  /// The categories that may have changed.
  private func apply(_ event: WatchEvent<Extension>) -> Set<String> {
    categories.withLock { known in
      let before = known
      var after = before
      switch event {
      case .replaced(let all): after = Dictionary(all.map { ($0.name, $0.category) }, uniquingKeysWith: { $1 })
      case .applied(let one): after[one.name] = one.category
      case .deleted(let one): after[one.name] = nil
      case .resumed, .interrupted: return []
      }
      known = after
      let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
      return Set(changed.flatMap { [before[$0], after[$0]].compactMap { $0 } })
    }
  }
}
