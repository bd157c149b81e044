package import HTTP
package import KubernetesAPI
import Manifest
package import Platform

/// A Kubernetes API in this process: what KubeSphere and its extensions need of one.
///
/// Owns every object; each request is answered from one consistent state. What a caller may do is decided by the
/// handlers around it. Watches do not hold anything here: a watch is a place in the history, read at the reader's pace.
package actor API: CallerHandler {
  package nonisolated let types: ResourceTypes
  let store: ObjectStore
  let now: @Sendable () -> Timestamp
  var waiters: [Int: Waiter] = [:]
  private var lastWaiter = 0
  var isCollecting = false

  /// Opens the objects kept at `path`, or begins with none; `:memory:` keeps nothing.
  package init(
    path: String, types: ResourceTypes, remembering limit: History.Limit = History.Limit(),
    now: @escaping @Sendable () -> Timestamp = Timestamp.now
  ) throws(StorageError) {
    self.types = types
    self.now = now
    store = try ObjectStore(path: path, remembering: limit)
  }

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
