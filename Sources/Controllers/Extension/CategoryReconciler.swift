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

/// How many extensions each category has.
final class CategoryCount: Sendable {
  private struct State {
    /// The category by extension.
    var categories: [String: String] = [:]
    var numbers: [String: Int] = [:]

    /// Sets the category of an extension, `nil` if it is gone, and returns the categories whose number changes.
    mutating func set(_ category: String?, of name: String) -> [String] {
      let former = categories[name]
      guard former != category else { return [] }
      categories[name] = category
      if let former { numbers[former, default: 0] -= 1 }
      if let category { numbers[category, default: 0] += 1 }
      return [former, category].compactMap(\.self)
    }

    mutating func replace(with all: [Extension]) -> [String] {
      let present = Set(all.map(\.name))
      let gone = categories.keys.filter { !present.contains($0) }
      return gone.flatMap { set(nil, of: $0) } + all.flatMap { set($0.category, of: $0.name) }
    }
  }

  private let state = Locked(State())

  func number(in category: String) -> Int { state.withLock { $0.numbers[category] ?? 0 } }

  /// Watches the extensions, and triggers their categories.
  func trigger(_ cluster: Cluster, _ dialect: Dialect) -> Trigger {
    Trigger { feed in
      var watch = Watch(dialect.extensions, in: cluster) { Extension($0, dialect: dialect) }
      watch.skipping = Extension.bulkyFields
      await watch.run { event in
        await feed.add(self.apply(event))
        if case .replaced = event { await feed.fill() }
      }
    }
  }

  /// Takes an event, in a time that does not depend on how many extensions there are unless all are new, and returns
  /// the categories whose number may have changed.
  func apply(_ event: WatchEvent<Extension>) -> Set<String> {
    let changed = state.withLock { state -> [String] in
      switch event {
      case .replaced(let all): state.replace(with: all)
      case .applied(let one): state.set(one.category, of: one.name)
      case .deleted(let one): state.set(nil, of: one.name)
      case .resumed, .interrupted: []
      }
    }
    return Set(changed.filter { !$0.isEmpty })
  }
}
