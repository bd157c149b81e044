package import HTTP
package import KubernetesAPI
import Manifest
package import Platform

/// A Kubernetes API in this process, with what KubeSphere and its extensions need.
///
/// The actor is the only writer: on its thread SQLite blocks and written objects are encoded. A read does not use the
/// actor: it is answered from one consistent state of the registry. The handlers around this one authorize the caller.
/// A watch is a position in the history, which its client reads at its own pace.
package actor API: CallerHandler {
  nonisolated let served: ServedTypes
  let store: ObjectStore
  nonisolated let registry: Locked<ObjectRegistry>
  nonisolated let waiters = Waiters()
  /// The startup tasks that have not finished yet.
  package nonisolated let startup = Startup()
  nonisolated let executor = ThreadExecutor()
  let now: @Sendable () -> Timestamp
  private let report: @Sendable (String) -> Void
  var isCollecting = false
  /// The UIDs of deleted owners that still have dependents.
  var goneOwners: Set<String> = []
  /// The definitions that are being deleted and still have objects.
  var terminating: Set<String> = []
  /// The certificates by which clients verify this server, published in every namespace; `nil` if there are none.
  var authority: String?
  /// The namespaces whose objects are being deleted at the moment.
  var emptying: Set<String> = []

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Opens or creates the database at `path`; `:memory:` keeps the objects in memory only.
  ///
  /// `report` receives lines for the log.
  package init(
    path: String, types: ResourceTypes, remembering limit: ChangeLog.Limit = ChangeLog.Limit(),
    now: @escaping @Sendable () -> Timestamp = Timestamp.now, report: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(StorageError) {
    self.now = now
    self.report = report
    store = try ObjectStore(path: path, remembering: limit, ownCollections: Set(types.all.map(\.collection)))
    do throws(StorageError) {
      try store.makeClusterObjects(at: now())
    } catch {
      // Existing objects are served all the same, even from a full disk.
      report("what is in every cluster could not be made: \(error)")
    }
    try store.keep(types.definitions, at: now())
    registry = store.registry
    let definitions = registry.withLock { $0.table(Resource.definitions.qualifiedName).objects() }
    terminating = Set(definitions.filter(\.isBeingDeleted).map(\.key.name))
    served = ServedTypes(Self.adding(definitions, to: types, since: store.schemaVersion))
    for (collection, object) in registry.withLock({ $0.allDamaged }) {
      report(DamageNotice(collection, object).text)
    }
    executor.start { [waiters] in waiters.wakeOverdue() }
    let namespaces = registry.withLock { $0.table(ResourceTypes.namespaces.collection) }.objects()
    if namespaces.contains(where: \.isBeingDeleted) { Task { await self.finishNamespaceDeletions() } }
  }

  /// `types` with the kinds that clients have defined.
  private static func adding(
    _ definitions: [StoredObject], to types: ResourceTypes, since date: (StoredObject) -> Int
  ) -> ResourceTypes {
    var served = types
    let own = Set(types.definitions.map(\.name))
    for stored in definitions {
      guard !own.contains(stored.key.name) else {
        served.setSchemaVersion(stored.key.name, date(stored))
        continue
      }
      let definition = Definition(reading: stored.value)
      if definition.isEstablished { served.set(definition, since: date(stored)) }
    }
    return served
  }

  deinit {
    executor.stop()
  }

  /// The resources that are served at the moment.
  package nonisolated var types: ResourceTypes { served.types }

  /// Whether this version of `type` is still served.
  nonisolated func serves(_ type: ResourceType) -> Bool {
    let resource = type.resource
    return types.find(group: resource.group, version: resource.version, plural: resource.plural) != nil
  }

  package nonisolated func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    var response: HTTPResponse
    do throws(Status) {
      let whole = try await request.withWholeBody()
      response = try await Router(api: self, caller: caller).answer(whole, Target(whole.target))
    } catch {
      response = error.response
    }
    // As in kube-apiserver: no proxy may store what only this caller may see.
    if response.headers["Cache-Control"] == nil { response.headers.add("Cache-Control", "no-cache, private") }
    return response
  }

  /// The version of the latest change.
  package nonisolated var version: Int { registry.withLock { $0.version } }

  /// Writes a line to the log.
  nonisolated func note(_ line: String) { report(line) }
}
