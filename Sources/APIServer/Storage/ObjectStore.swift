import KubernetesAPI
import Manifest
import Platform

/// Writes objects: into the database to survive, then into the registry to be read.
///
/// A change is in the database before any reader can see it, so a client that was told of it can rely on it even
/// when the process is killed. Confined to the actor that owns it; the registry may be read from anywhere.
final class ObjectStore {
  private let database: ObjectDatabase
  /// Read and written in short steps; a reader that keeps a table makes the next write to it copy that table.
  let registry: Locked<ObjectRegistry>

  /// Opens the database at `path`; `:memory:` keeps nothing.
  ///
  /// The objects of `kinds`, which ksxd knows itself, are held to their shape.
  init(
    path: String, remembering limit: ChangeLog.Limit = ChangeLog.Limit(), knowing kinds: Set<String> = []
  ) throws(StorageError) {
    database = try ObjectDatabase(path: path)
    registry = Locked(try database.load(limit, knowing: kinds))
  }

  /// Since which version the schemas of the definition that is stored as `stored` are what they are.
  func schemaVersion(of stored: StoredObject) -> Int { database.schemaDates.version(of: stored) }

  /// Keeps that they are what they are since `version`.
  func keep(schemaVersion version: Int, of stored: StoredObject) throws(StorageError) {
    try database.schemaDates.keep(version, of: stored)
  }

  /// Adds `value` or puts it in the place of what has its key.
  func put(_ value: Value, in collection: String) throws(StorageError) -> StoredChange {
    let (version, previous) = try place(of: value, in: collection)
    let object = StoredObject(value, version: version)
    return try commit(
      StoredChange(
        kind: previous == nil ? .added : .modified, collection: collection, object: object, previous: previous))
  }

  /// Removes what has the key of `value`, which is how it is reported for the last time.
  func remove(_ value: Value, from collection: String) throws(StorageError) -> StoredChange {
    let (version, previous) = try place(of: value, in: collection)
    let object = StoredObject(value, version: version)
    return try commit(StoredChange(kind: .deleted, collection: collection, object: object, previous: previous))
  }

  /// The version that comes next, and the object that has the key of `value`.
  private func place(
    of value: Value, in collection: String
  ) throws(StorageError) -> (version: Int, previous: StoredObject?) {
    let object = Object(value)
    let key = ObjectKey(namespace: object.namespace ?? "", name: object.name)
    let (version, previous) = registry.withLock { ($0.version, $0[collection, key]) }
    // Only a damaged or foreign file gets there.
    guard version < .max else {
      throw .unusable(path: database.path, reason: "no resource version is left after \(version)")
    }
    return (version + 1, previous)
  }

  private func commit(_ change: StoredChange) throws(StorageError) -> StoredChange {
    let oldest = registry.withLock { $0.history.oldest }
    try database.record(change, forgettingUpTo: oldest)
    registry.withLock { $0.apply(change) }
    return change
  }
}
