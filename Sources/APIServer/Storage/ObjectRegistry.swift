/// Every object there is, and what happened to them lately.
///
/// A value: a reader sees one consistent state, even while others write.
struct ObjectRegistry: Sendable {
  private var tables: [String: ObjectTable]
  private(set) var history: ChangeLog
  /// What cannot be read, by resource.
  private var damaged: [String: [ObjectKey: DamagedObject]]
  /// For every uid the objects that name it as an owner.
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

  /// What cannot be read of a resource.
  func damaged(_ collection: String) -> [ObjectKey: DamagedObject] { damaged[collection] ?? [:] }

  /// Everything that cannot be read, in order.
  var allDamaged: [(collection: String, object: DamagedObject)] {
    damaged.sorted { $0.key < $1.key }.flatMap { collection, objects in
      objects.values.sorted { $0.key < $1.key }.map { (collection, $0) }
    }
  }

  func exists(uid: String) -> Bool {
    uids[uid] != nil || damaged.values.contains { $0.values.contains { $0.uid == uid } }
  }

  /// Where the object with `uid` is.
  func reference(uid: String) -> ObjectReference? { uids[uid] }

  /// The objects owned by what has `uid`.
  func dependents(of uid: String) -> [ObjectReference] { Array(dependents[uid] ?? []) }

  /// The objects that name an owner that is gone, as after a crash in the middle of a collection.
  ///
  /// None while an object is damaged beyond its uid: it may own any of them.
  func orphans() -> [ObjectReference] {
    guard !damaged.values.contains(where: { $0.values.contains { $0.uid == nil } }) else { return [] }
    return dependents.filter { !exists(uid: $0.key) }.flatMap(\.value)
  }

  /// Makes `change`, which is the next one.
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

/// Which object: its resource and its key.
struct ObjectReference: Hashable, Sendable {
  var collection: String
  var key: ObjectKey
}
