import Manifest

/// Every object there is: in memory to be read, in a database to survive.
///
/// A change is in the database before it is in memory, so whoever was told of it can rely on it even
/// when the process is killed. Confined to the actor that owns it.
final class ObjectStore {
  private let journal: Journal
  private var tables: [String: ObjectTable]
  private(set) var history: History
  /// For every uid the objects that name it as an owner.
  private var dependents: [String: Set<ObjectReference>] = [:]
  private var uids: [String: ObjectReference] = [:]

  /// Opens the database at `path`; `:memory:` keeps nothing.
  init(path: String, remembering limit: History.Limit = History.Limit()) throws(StorageError) {
    journal = try Journal(path: path)
    let kept = try journal.load(limit)
    tables = kept.tables
    history = kept.history
    for (collection, table) in tables {
      for object in table.objects() { index(object, in: collection) }
    }
  }

  var version: Int { history.latest }
  var isEmpty: Bool { uids.isEmpty }

  subscript(collection: String, key: ObjectKey) -> StoredObject? { tables[collection]?[key] }

  func table(_ collection: String) -> ObjectTable { tables[collection] ?? ObjectTable() }

  var collections: [String] { tables.keys.sorted() }

  func exists(uid: String) -> Bool { uids[uid] != nil }

  /// The objects owned by what has `uid`.
  func dependents(of uid: String) -> [ObjectReference] { Array(dependents[uid] ?? []) }

  /// The objects whose owners are all gone, as after a crash in the middle of a collection.
  func orphans() -> [ObjectReference] {
    dependents.filter { uids[$0.key] == nil }.flatMap(\.value)
  }

  private func nextVersion() throws(StorageError) -> Int {
    // Only a damaged or foreign file gets there.
    guard version < .max else { throw .failed("no resource version is left after \(version)") }
    return version + 1
  }

  /// Adds `value` or puts it in the place of what has its key.
  func put(_ value: Value, in collection: String) throws(StorageError) -> Change {
    let object = StoredObject(value, version: try nextVersion())
    let previous = tables[collection]?[object.key]
    return try commit(
      Change(
        kind: previous == nil ? .added : .modified, collection: collection, object: object, previous: previous))
  }

  /// Removes what has the key of `value`, which is how it is reported for the last time.
  func remove(_ value: Value, from collection: String) throws(StorageError) -> Change {
    let object = StoredObject(value, version: try nextVersion())
    return try commit(
      Change(kind: .deleted, collection: collection, object: object, previous: tables[collection]?[object.key]))
  }

  private func commit(_ change: Change) throws(StorageError) -> Change {
    try journal.record(change, forgettingUpTo: history.oldest)
    if let previous = change.previous { unindex(previous, in: change.collection) }
    let isDeleted = change.kind == .deleted
    tables[change.collection, default: ObjectTable()][change.object.key] = isDeleted ? nil : change.object
    if !isDeleted { index(change.object, in: change.collection) }
    history.append(change)
    return change
  }

  private func index(_ object: StoredObject, in collection: String) {
    let reference = ObjectReference(collection: collection, key: object.key)
    uids[object.uid] = reference
    for owner in object.owners { dependents[owner, default: []].insert(reference) }
  }

  private func unindex(_ object: StoredObject, in collection: String) {
    let reference = ObjectReference(collection: collection, key: object.key)
    uids[object.uid] = nil
    for owner in object.owners {
      dependents[owner]?.remove(reference)
      if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
    }
  }
}

/// Which object: its resource and its key.
struct ObjectReference: Hashable, Sendable {
  var collection: String
  var key: ObjectKey
}
