package import Client
package import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The current rules of a cluster: watches their objects, and compiles a route table when they change.
///
/// Requests in flight keep the rule that they began with.
package final class GatewayRules: Sendable {
  private struct State {
    var services = Store<Watched<APIServiceRule>>()
    var bundles = Store<Watched<JSBundleRule>>()
    var proxies = Store<Watched<ReverseProxyRule>>()
    var installations = Store<Watched<Installed>>()
    var snapshot = Snapshot()
    /// Is notified when the snapshot has changed.
    var listener: AsyncStream<Void>.Continuation?
  }

  /// All rules at one moment.
  struct Snapshot: Sendable {
    var table = RouteTable()
    /// Whether every object has been read.
    var isComplete = false
    /// The namespaces of each extension.
    var namespaces: [String: Set<String>] = [:]
    /// The conditions that objects have in their status about being served, by kind and name.
    var presentConditions: [String: PresentCondition] = [:]
  }

  /// A rule and what is needed of its object.
  private struct Watched<Rule: Hashable & Sendable>: StoreElement {
    var name: String
    var resourceVersion: String
    var rule: Rule
    var condition: PresentCondition?
  }

  /// The release and the namespace of an installed extension.
  private struct Installed: Hashable, Sendable {
    var name: String
    var release: String
    var `extension`: String
    var namespace: String

    init(of object: Object) {
      let installation = Installation(object)
      (name, release) = (installation.name, installation.releaseName)
      (self.extension, namespace) = (installation.extension, installation.targetNamespace)
    }
  }

  private let state = Locked(State())

  package init() {}

  var snapshot: Snapshot { state.withLock { $0.snapshot } }

  /// Whether every object has been read, so that a missing rule does not exist.
  package var isComplete: Bool { snapshot.isComplete }

  package var table: RouteTable { snapshot.table }

  /// Yields when the rules have changed; supports one reader.
  func changes() -> AsyncStream<Void> {
    let (changes, change) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.listener = change }
    change.yield()
    return changes
  }

  /// Notifies the reader of `changes` when something else that the conditions depend on has changed.
  func notifyReader() { state.withLock { $0.listener }?.yield() }

  /// Watches the rules until the task is cancelled.
  package func run(in cluster: Cluster, dialect: Dialect) async {
    let (changes, change) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await self.follow(dialect.apiServices, in: cluster, \.services, change) { APIServiceRule($0, dialect: dialect) }
      }
      group.addTask {
        await self.follow(dialect.jsBundles, in: cluster, \.bundles, change) { JSBundleRule($0, dialect: dialect) }
      }
      group.addTask {
        await self.follow(dialect.reverseProxies, in: cluster, \.proxies, change) {
          ReverseProxyRule($0, dialect: dialect)
        }
      }
      group.addTask {
        await self.follow(dialect.installations, in: cluster, \.installations, change, Installed.init(of:))
      }
      // Several changes within 20 ms are compiled together.
      for await _ in changes {
        self.compile()
        try? await Task.sleep(for: .milliseconds(20))
      }
      group.cancelAll()
    }
  }

  private func follow<Rule: Hashable & Sendable>(
    _ resource: Resource, in cluster: Cluster, _ store: any WritableKeyPath<State, Store<Watched<Rule>>> & Sendable,
    _ change: AsyncStream<Void>.Continuation, _ make: @escaping @Sendable (Object) -> Rule
  ) async {
    var watch = Watch(resource, in: cluster) { object in
      Watched(
        name: object.name, resourceVersion: object.resourceVersion, rule: make(object),
        condition: PresentCondition(object))
    }
    watch.skipping = JSONPaths(["metadata", "managedFields"])
    await watch.run { event in
      var event = event
      // A cluster without the kind has no rules of it.
      if case .interrupted(.refused(let status), _) = event, status.isMissingKind { event = .replaced([]) }
      state.withLock { [event] in $0[keyPath: store].apply(event) }
      change.yield()
    }
  }

  private func compile() {
    let (services, bundles, proxies, installed) = state.withLock { state in
      (state.services, state.bundles, state.proxies, state.installations)
    }
    var snapshot = Snapshot()
    let installations = installed.elements.values.map(\.rule)
    let owners = ReleaseOwners(names: installations.map { ($0.name, $0.release, $0.extension) })
    snapshot.table = RouteTable(
      services: services.elements.values.map(\.rule), bundles: bundles.elements.values.map(\.rule),
      proxies: proxies.elements.values.map(\.rule), owners: owners)
    snapshot.isComplete = services.isFilled && bundles.isFilled && proxies.isFilled && installed.isFilled
    for installation in installations where !installation.namespace.isEmpty {
      snapshot.namespaces[installation.extension, default: []].insert(installation.namespace)
    }
    snapshot.presentConditions = Self.presentConditions(services, .apiService)
      .merging(Self.presentConditions(bundles, .jsBundle)) { first, _ in first }
      .merging(Self.presentConditions(proxies, .reverseProxy)) { first, _ in first }
    state.withLock { [snapshot] in $0.snapshot = snapshot }
    notifyReader()
  }

  private static func presentConditions<Rule>(
    _ store: Store<Watched<Rule>>, _ kind: RuleObject.Kind
  ) -> [String: PresentCondition] {
    let pairs = store.elements.values.compactMap { watched in
      watched.condition.map { ("\(kind.rawValue) \(watched.name)", $0) }
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// Sets `table` without a cluster.
  func set(_ table: RouteTable, namespaces: [String: Set<String>] = [:]) {
    state.withLock { $0.snapshot = Snapshot(table: table, isComplete: true, namespaces: namespaces) }
  }
}
