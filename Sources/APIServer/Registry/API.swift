package import HTTP
package import KubernetesAPI
import Manifest
package import Platform

/// A Kubernetes API in this process: what KubeSphere and its extensions need of one.
///
/// The actor is the one writer: its thread is where SQLite blocks and JSON is made of what is written. Reading
/// needs neither: each request is answered from one consistent state of the registry. What a caller may do is
/// decided by the handlers around it. A watch is a place in the history, read at the reader's pace.
package actor API: CallerHandler {
  nonisolated let served: ServedTypes
  let store: ObjectStore
  nonisolated let registry: Locked<ObjectRegistry>
  nonisolated let waiters = Waiters()
  /// What is still under way after the start.
  package nonisolated let startup = Startup()
  nonisolated let executor = ThreadExecutor()
  let now: @Sendable () -> Timestamp
  private let report: @Sendable (String) -> Void
  var isCollecting = false
  /// The owners that have gone while something was theirs.
  var goneOwners: Set<String> = []
  /// The definitions that are being deleted and still have objects.
  var terminating: Set<String> = []
  /// The certificates by which clients trust this server, which every namespace has, or `nil`.
  var authority: String?
  /// The namespaces whose contents are being deleted at the moment.
  var emptying: Set<String> = []

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Opens the objects kept at `path`, or begins with none; `:memory:` keeps nothing.
  ///
  /// `report` takes lines for a log.
  package init(
    path: String, types: ResourceTypes, remembering limit: ChangeLog.Limit = ChangeLog.Limit(),
    now: @escaping @Sendable () -> Timestamp = Timestamp.now, report: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(StorageError) {
    self.now = now
    self.report = report
    store = try ObjectStore(path: path, remembering: limit, knowing: Set(types.all.map(\.collection)))
    do throws(StorageError) {
      try store.makeCluster(at: now())
    } catch {
      // What is there is served all the same, also from a disk that is full.
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

  /// `types` with those that clients have defined.
  private static func adding(
    _ definitions: [StoredObject], to types: ResourceTypes, since date: (StoredObject) -> Int
  ) -> ResourceTypes {
    var served = types
    let own = Set(types.definitions.map(\.name))
    for stored in definitions {
      guard !own.contains(stored.key.name) else {
        served.date(stored.key.name, date(stored))
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

  /// Whether `type` is served still, in its version.
  nonisolated func serves(_ type: ResourceType) -> Bool {
    let resource = type.resource
    return types.find(group: resource.group, version: resource.version, plural: resource.plural) != nil
  }

  package nonisolated func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    var response: HTTPResponse
    do throws(Status) {
      let whole = try await request.whole()
      response = try await Router(api: self, caller: caller).answer(whole, Target(whole.target))
    } catch {
      response = error.response
    }
    // As kube-apiserver has it: nothing on the way may keep what only this caller may see.
    if response.headers["Cache-Control"] == nil { response.headers.add("Cache-Control", "no-cache, private") }
    return response
  }

  /// The version of the latest change.
  package nonisolated var version: Int { registry.withLock { $0.version } }

  /// Says something in the log.
  nonisolated func note(_ line: String) { report(line) }
}
