/// All objects and their latest changes.
///
/// A value: a reader sees one consistent state, even during writes.
struct ObjectRegistry: Sendable {
  private var tables: [String: ObjectTable]
  private(set) var history: ChangeLog
  /// The damaged objects, by collection.
  private var damaged: [String: [ObjectKey: DamagedObject]]
  /// The objects that name a UID as an owner, by that UID.
  private var dependents: [String: Set<ObjectReference>] = [:]
  private var uids: [String: ObjectReference] = [:]

  init(tables: [String: ObjectTable], history: ChangeLog, damaged: [String: [ObjectKey: DamagedObject]] = [:]) {
    self.tables = tables
    self.history = history
    self.damaged = damaged
    for (collection, table) in tables {
      for object in table.objects() { index(object, in: collection) }
    }
  }

  var version: Int { history.latest }

  subscript(collection: String, key: ObjectKey) -> StoredObject? { tables[collection]?[key] }

  func table(_ collection: String) -> ObjectTable { tables[collection] ?? ObjectTable() }

  /// The damaged objects of a collection.
  func damaged(_ collection: String) -> [ObjectKey: DamagedObject] { damaged[collection] ?? [:] }

  /// All damaged objects, sorted.
  var allDamaged: [(collection: String, object: DamagedObject)] {
    damaged.sorted { $0.key < $1.key }.flatMap { collection, objects in
      objects.values.sorted { $0.key < $1.key }.map { (collection, $0) }
    }
  }

  func exists(uid: String) -> Bool {
    uids[uid] != nil || damaged.values.contains { $0.values.contains { $0.uid == uid } }
  }

  /// The reference to the object with `uid`; `nil` if there is none.
  func reference(uid: String) -> ObjectReference? { uids[uid] }

  /// The objects owned by the object with `uid`.
  func dependents(of uid: String) -> [ObjectReference] { Array(dependents[uid] ?? []) }

  /// The objects with an owner that does not exist, as after a crash during garbage collection.
  ///
  /// Empty while the UID of a damaged object is unknown, because that object may be an owner of any.
  func orphans() -> [ObjectReference] {
    guard !damaged.values.contains(where: { $0.values.contains { $0.uid == nil } }) else { return [] }
    return dependents.filter { !exists(uid: $0.key) }.flatMap(\.value)
  }

  /// Applies `change`, which must be the next one.
  mutating func apply(_ change: StoredChange) {
    if let previous = change.previous { unindex(previous, in: change.collection) }
    let isDeleted = change.kind == .deleted
    tables[change.collection, default: ObjectTable()][change.object.key] = isDeleted ? nil : change.object
    damaged[change.collection]?[change.object.key] = nil
    if !isDeleted { index(change.object, in: change.collection) }
    history.append(change)
  }

  private mutating func index(_ object: StoredObject, in collection: String) {
    let reference = ObjectReference(collection: collection, key: object.key)
    uids[object.uid] = reference
    for owner in object.owners { dependents[owner, default: []].insert(reference) }
  }

  private mutating func unindex(_ object: StoredObject, in collection: String) {
    let reference = ObjectReference(collection: collection, key: object.key)
    uids[object.uid] = nil
    for owner in object.owners {
      dependents[owner]?.remove(reference)
      if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
    }
  }
}

/// A reference to an object: its collection and its key.
struct ObjectReference: Hashable, Sendable {
  var collection: String
  var key: ObjectKey
}
