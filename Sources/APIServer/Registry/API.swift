package import HTTP
package import KubernetesAPI
import Manifest
package import Platform

/// A Kubernetes API in this process: what KubeSphere and its extensions need of one.
///
/// Owns every object; each request is answered from one consistent state. What a caller may do is decided by the
/// handlers around it. Watches do not hold anything here: a watch is a place in the history, read at the reader's pace.
package actor API: CallerHandler {
  nonisolated let registry: Registry
  let store: ObjectStore
  let now: @Sendable () -> Timestamp
  var waiters: [Int: Waiter] = [:]
  private var lastWaiter = 0
  var isCollecting = false
  /// The definitions that are being deleted and still have objects.
  var terminating: Set<String> = []

  /// Opens the objects kept at `path`, or begins with none; `:memory:` keeps nothing.
  package init(
    path: String, types: ResourceTypes, remembering limit: History.Limit = History.Limit(),
    now: @escaping @Sendable () -> Timestamp = Timestamp.now
  ) throws(StorageError) {
    self.now = now
    store = try ObjectStore(path: path, remembering: limit)
    try store.keep(types.definitions, at: now())
    var served = types
    for stored in store.table(Resource.definitions.qualifiedName).objects() {
      let definition = Definition(reading: stored.value)
      if definition.isEstablished { served.set(definition) }
      if Object(definition.value).isBeingDeleted { terminating.insert(definition.name) }
    }
    registry = Registry(served)
  }

  /// The resources that are served at the moment.
  package nonisolated var types: ResourceTypes { registry.types }

  package nonisolated func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    do throws(Status) {
      let whole = try await request.whole()
      return try await Router(api: self, caller: caller).answer(whole, Target(whole.target))
    } catch {
      return error.response
    }
  }

  /// The version of the latest change.
  package var version: Int { store.version }

  func nextWaiterID() -> Int {
    lastWaiter += 1
    return lastWaiter
  }
}
