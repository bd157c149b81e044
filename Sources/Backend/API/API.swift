import Client
package import HTTP
package import KubernetesAPI
import Manifest
package import Platform

/// A Kubernetes API in this process: what KubeSphere and its extensions need of one.
///
/// Owns every object; each request is answered from one consistent state. Watches do not hold
/// anything here: a watch is a place in the history, read at the reader's pace.
package actor API {
  package nonisolated let types: ResourceTypes
  nonisolated let authorizer: Authorizer
  let store: ObjectStore
  let now: @Sendable () -> Timestamp
  var waiters: [Int: Waiter] = [:]
  private var lastWaiter = 0
  var isCollecting = false

  /// Opens the objects kept at `path`, or begins with none; `:memory:` keeps nothing.
  package init(
    path: String, types: ResourceTypes, authorizer: Authorizer = Authorizer(),
    now: @escaping @Sendable () -> Timestamp = Timestamp.now
  ) throws(StorageError) {
    try self.init(path: path, types: types, authorizer: authorizer, remembering: History.Limit(), now: now)
  }

  init(
    path: String, types: ResourceTypes, authorizer: Authorizer = Authorizer(), remembering limit: History.Limit,
    now: @escaping @Sendable () -> Timestamp = Timestamp.now
  ) throws(StorageError) {
    self.types = types
    self.authorizer = authorizer
    self.now = now
    store = try ObjectStore(path: path, remembering: limit)
  }

  /// Answers one request of `user`; what is wrong with it becomes a `Status`.
  package nonisolated func respond(to request: HTTPRequest, as user: User) async -> HTTPResponse {
    do throws(Status) {
      let subject = try authorizer.subject(of: request, from: user)
      let target = Target(request.target)
      try authorizer.check(Attributes(request, target), by: subject)
      return try await Router(api: self, user: subject).answer(request, target)
    } catch {
      return error.response
    }
  }

  /// The version of the latest change.
  var version: Int { store.version }

  func nextWaiterID() -> Int {
    lastWaiter += 1
    return lastWaiter
  }
}

/// Reaches an API in this process without a socket.
package struct InProcessTransport: Transport {
  package var api: API
  /// Who asks.
  package var user: User

  package init(_ api: API, as user: User = .owner) {
    self.api = api
    self.user = user
  }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard !Task.isCancelled else { throw .cancelled }
    return await api.respond(to: request, as: user)
  }
}
