import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

/// That a watch and a store mirror the target, be it ksxd or kube-apiserver.
@Suite struct WatchTests {
  let cluster: Cluster
  let namespace: String

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
    namespace = try await ServerUnderTest.freshNamespace(in: cluster)
  }

  /// A server that cannot begin a watch with the list has to say so.
  @Test(arguments: [false, true])
  func whatChangesDuringAListAndAfterItIsSeenOnceAndInOrder(streamsList: Bool) async throws {
    cluster.initialEventsSupport.note(streamsList)
    _ = try await create("first")
    let follower = Follower()
    await follower.follow(cluster, namespace)
    try await follower.until("the list") { $0["first"] != nil }

    for index in 0..<20 { _ = try await create("item-\(index)") }
    for index in 0..<20 where index.isMultiple(of: 2) {
      try await cluster.delete(.configMaps, namespace: namespace, "item-\(index)")
    }
    _ = try await cluster.patch(.configMaps, namespace: namespace, "first", ["data": ["done": "yes"]])
    try await follower.until("the last change") { $0["first"]?.value[path: "data", "done"] == "yes" }

    let truth = try await cluster.list(.configMaps, namespace: namespace)
    #expect(await follower.elements == SortedElements(truth))
    await follower.stop()
  }

  @Test func aVersionOfTheFarPastIsGoneOrAnswered() async throws {
    // etcd keeps some past, ksxd a window of it: both answer, or say 410, and never silently skip.
    let old = try await create("old")
    for index in 0..<5 { _ = try await create("later-\(index)") }
    let target = Resource.configMaps.path(namespace: namespace)
    let response = try await cluster.transport.send(
      HTTPRequest(.get, "\(target)?watch=true&timeoutSeconds=1&resourceVersion=\(old.resourceVersion)"))

    let text = String(decoding: try await response.body.collected(), as: UTF8.self)

    let seen = (0..<5).filter { text.contains("\"later-\($0)\"") }
    #expect(response.status == 410 || text.contains("\"code\":410") || seen == Array(0..<5))
  }

  private func create(_ name: String) async throws(ClusterError) -> Object {
    try await cluster.create(.configMaps, Object(.configMaps, name: name, namespace: namespace))
  }
}

/// Applies a watch to a store until told to stop.
actor Follower {
  private var store = Store<Object>()
  private var task: Task<Void, Never>?

  var elements: SortedElements<Object> { store.elements }

  func follow(_ cluster: Cluster, _ namespace: String) {
    task = Task { [weak self] in
      let watch = Watch<Object>(.configMaps, in: cluster, namespace: namespace) { $0 }
      await watch.run { await self?.apply($0) }
    }
  }

  func stop() { task?.cancel() }

  private func apply(_ event: WatchEvent<Object>) { store.apply(event) }

  /// Returns when the store satisfies `condition`.
  func until(_ what: String, _ condition: @Sendable (Store<Object>) -> Bool) async throws {
    _ = try await eventually(what, { store }, when: condition)
  }
}
