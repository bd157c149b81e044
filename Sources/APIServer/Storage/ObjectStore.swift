import KubernetesAPI
import Manifest
import Platform

/// Writes objects to the database, and then to the registry, from which they are read.
///
/// A change is in the database before any reader can see it, so a change that a client has seen survives when the
/// process is killed. Only the actor that owns the store uses it; the registry may be read from anywhere.
final class ObjectStore {
  private let database: ObjectDatabase
  /// Locked for short steps only; while a reader keeps a table, the next write to it copies that table.
  let registry: Locked<ObjectRegistry>

  /// Opens the database at `path`; `:memory:` stores nothing on disk.
  ///
  /// In the collections `kinds`, which ksxd itself defines, `spec` and `status` must be mappings.
  init(
    path: String, remembering limit: ChangeLog.Limit = ChangeLog.Limit(), ownCollections: Set<String> = []
  ) throws(StorageError) {
    database = try ObjectDatabase(path: path)
    registry = Locked(try database.load(limit, ownCollections: ownCollections))
  }

  /// The resource version at which the schemas of the definition `stored` last changed.
  func schemaVersion(of stored: StoredObject) -> Int { database.schemaVersions.version(of: stored) }

  /// Stores `version` as the one at which the schemas of the definition `stored` last changed.
  func keep(schemaVersion version: Int, of stored: StoredObject) throws(StorageError) {
    try database.schemaVersions.keep(version, of: stored)
  }

  /// Adds `value`, or replaces the object with its key.
  func put(_ value: Value, in collection: String) throws(StorageError) -> StoredChange {
    let (version, previous) = try versionAndPrevious(of: value, in: collection)
    let object = StoredObject(value, version: version)
    return try commit(
      StoredChange(
        kind: previous == nil ? .added : .modified, collection: collection, object: object, previous: previous))
  }

  /// Removes the object with the key of `value`, and reports `value` as its last state.
  func remove(_ value: Value, from collection: String) throws(StorageError) -> StoredChange {
    let (version, previous) = try versionAndPrevious(of: value, in: collection)
    let object = StoredObject(value, version: version)
    return try commit(StoredChange(kind: .deleted, collection: collection, object: object, previous: previous))
  }

  /// The next version, and the object that has the key of `value`.
  private func versionAndPrevious(
    of value: Value, in collection: String
  ) throws(StorageError) -> (version: Int, previous: StoredObject?) {
    let object = Object(value)
    let key = ObjectKey(namespace: object.namespace ?? "", name: object.name)
    let (version, previous) = registry.withLock { ($0.version, $0[collection, key]) }
    // Only a damaged or foreign file has such a version.
    guard version < .max else {
      throw .unusable(path: database.path, reason: "no resource version is left after \(version)")
    }
    return (version + 1, previous)
  }

  private func commit(_ change: StoredChange) throws(StorageError) -> StoredChange {
    let compactedVersion = registry.withLock { $0.history.compactedVersion }
    try database.record(change, compactingTo: compactedVersion)
    registry.withLock { $0.apply(change) }
    return change
  }
}
