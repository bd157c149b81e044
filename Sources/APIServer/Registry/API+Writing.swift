import Glibc
import HTTP
import KubernetesAPI
import Manifest
import Platform

extension API {
  nonisolated func get(_ path: ResourcePath) throws(Status) -> StoredObject {
    guard let object = try find(path.type, path.key) else { throw .notFound(path.type.resource, path.name ?? "") }
    return object
  }

  /// The object with `key`; `nil` if there is none; throws 500 if it is damaged on disk.
  nonisolated func find(_ type: ResourceType, _ key: ObjectKey) throws(Status) -> StoredObject? {
    let (object, damaged) = registry.withLock { ($0[type.collection, key], $0.damaged(type.collection)[key]) }
    if let damaged { throw .internalError(DamageNotice(type.resource.qualifiedName, damaged).text) }
    return object
  }

  /// The selected objects, in order.
  nonisolated func objects(_ filter: ObjectFilter) -> [StoredObject] {
    filter.selection(of: registry.withLock { $0.table(filter.type.collection) })
  }

  func create(_ value: Value, at path: ResourcePath, _ options: WriteOptions) throws(Status) -> StoredObject {
    try checkNamespace(path)
    let object = try admission(path.type).create(value, at: path, uid: UID.random())
    let managedFields = ownership(path, options).managedFields(
      of: object, after: nil, given: value[path: "metadata", "managedFields"])
    return try add(object.setting(["metadata", "managedFields"], to: managedFields), path.type, options)
  }

  private func add(_ object: Value, _ type: ResourceType, _ options: WriteOptions) throws(Status) -> StoredObject {
    let key = StoredObject(object, version: 0).key
    try checkQuotas(object, type)
    guard try find(type, key) == nil else { throw .alreadyExists(type.resource, key.name) }
    guard !terminating.contains(type.collection) else { throw .terminatingDefinition }
    let kept = type.storing(try withDefinitionStatus(object, after: nil, type))
    try ObjectLimits.check(kept)
    if options.isDryRun { return StoredObject(unstored: kept) }
    let change = try committing { () throws(StorageError) in try store.put(kept, in: type.collection) }
    if !change.object.owners.isEmpty { collectGarbage() }
    return change.object
  }

  func replace(_ path: ResourcePath, with value: Value, _ options: WriteOptions) throws(Status) -> StoredObject {
    try change(path, options) { old throws(Status) in
      guard path.type.isCustom, Object(value).resourceVersion.isEmpty else { return value }
      throw .invalid(
        path.type.resource, path.name ?? "",
        [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
    }
  }

  func patch(
    _ path: ResourcePath, _ patch: RequestedPatch, _ options: WriteOptions
  ) throws(Status) -> (object: StoredObject, isNew: Bool) {
    guard patch.language == .apply else {
      return (try change(path, options) { old throws(Status) in try patched(old, by: patch, path.type) }, false)
    }
    try checkApplied(patch.document, path.type)
    guard let stored = try find(path.type, path.key) else {
      return (try createByApplying(patch.document, at: path, options), true)
    }
    return (try apply(patch.document, to: stored, path, options), false)
  }

  /// Refuses unknown fields and repeated keys in an apply: a field that is not stored would have an owner.
  private func checkApplied(_ wanted: Value, _ type: ResourceType) throws(Status) {
    let problems =
      (type.schema?.unknown(in: wanted) ?? []).map { ".\($0): field not declared in schema" }
      + (type.structure.repeated(in: wanted).map { ["\($0): duplicate entries for key"] } ?? [])
    guard let first = problems.first else { return }
    throw .badRequest("failed to create typed patch object: \(first)")
  }

  /// `old` with `patch` applied; throws 422 if the result is not an object of `type`.
  private func patched(_ old: Value, by patch: RequestedPatch, _ type: ResourceType) throws(Status) -> Value {
    let patched = try patch.apply(to: old, type)
    guard let problem = NativeDecoding.problem(patched, type) else { return patched }
    let nameless = Resource(group: "", version: "", plural: "", kind: "")
    throw .invalid(nameless, "", [.invalid("patch", .string(JSON.text(type.redacted(patched))), problem)])
  }

  func change(
    _ path: ResourcePath, _ options: WriteOptions, _ edit: (Value) throws(Status) -> Value
  ) throws(Status) -> StoredObject {
    let stored = try get(path)
    let old = path.type.value(of: stored)
    let edited = try edit(old)
    let new = try admission(path.type).update(edited, from: old, isStatus: path.isStatus, isFinalize: path.isFinalize)
    let managedFields = ownership(path, options).managedFields(
      of: new, after: old, given: edited[path: "metadata", "managedFields"])
    return try put(new.setting(["metadata", "managedFields"], to: managedFields), for: (stored, old), path, options)
  }

  private func apply(
    _ wanted: Value, to stored: StoredObject, _ path: ResourcePath, _ options: WriteOptions
  ) throws(Status) -> StoredObject {
    let old = path.type.value(of: stored)
    try checkName(wanted, path)
    let applied = try ownership(path, options, .apply).apply(wanted, to: old, force: options.isForced)
    let new = try admission(path.type).update(applied.object, from: old, isStatus: path.isStatus)
    return try put(
      new.setting(["metadata", "managedFields"], to: applied.managedFields), for: (stored, old), path, options)
  }

  private func createByApplying(
    _ wanted: Value, at path: ResourcePath, _ options: WriteOptions
  ) throws(Status) -> StoredObject {
    let name = path.name ?? ""
    guard !path.isStatus else { throw .notFound(path.type.resource, name) }
    if let refusal = options.caller.refusedCreation { throw refusal }
    try checkName(wanted, path)
    let uid = Object(wanted).uid
    guard uid.isEmpty else {
      throw .conflict(
        path.type.resource, name,
        "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
    }
    try checkNamespace(path)
    let named = wanted.setting(["metadata", "name"], to: .string(name))
    let anew = named.setting(["metadata", "resourceVersion"], to: nil)
    let object = try admission(path.type).create(anew, at: path, uid: UID.random())
    let applied = try ownership(path, options, .apply).apply(wanted, to: nil, force: true)
    return try add(object.setting(["metadata", "managedFields"], to: applied.managedFields), path.type, options)
  }

  func checkName(_ wanted: Value, _ path: ResourcePath) throws(Status) {
    let (given, name) = (Object(wanted).name, path.name ?? "")
    guard given.isEmpty || given == name else {
      throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
    }
  }

  /// Stores `new`, or removes the object if it is being deleted and no finalizer remains.
  private func put(
    _ new: Value, for old: (stored: StoredObject, value: Value), _ path: ResourcePath, _ options: WriteOptions
  ) throws(Status) -> StoredObject {
    let stored = old.stored
    let new = try withDefinitionStatus(new, after: old.value, path.type)
    let kept = path.type.storing(new)
    // A write that changes nothing is not stored (Kubernetes drops it before etcd too), unless the stored form is
    // outdated.
    guard new != old.value || (path.type.isOutdated(stored) && kept != stored.value) else { return stored }
    try ObjectLimits.check(kept)
    try checkQuotas(kept, path.type, replacing: old.value)
    if options.isDryRun { return StoredObject(kept, version: stored.version) }
    let collection = path.type.collection
    let isReleased = Object(new).isBeingDeleted && Object(new).finalizers.isEmpty
    let isGone = isReleased && (path.type.resource != .namespaces || isEmpty(namespace: stored.key.name))
    let change = try committing { () throws(StorageError) in
      try isGone ? store.remove(kept, from: collection) : store.put(kept, in: collection)
    }
    if isGone || change.object.owners != stored.owners { collectGarbage() }
    return change.object
  }

  private func ownership(
    _ path: ResourcePath, _ options: WriteOptions, _ operation: ManagedFields.Writer.Operation = .update
  ) -> Ownership {
    Ownership(path.type, options.manager, operation, at: now(), isStatus: path.isStatus)
  }

  /// Deletes an object, or marks it for deletion if it has finalizers.
  func delete(_ path: ResourcePath, _ options: DeleteOptions) throws(Status) -> Deletion {
    if let damaged = damage(path) { return try discard(damaged, path, options) }
    try Self.checkDeletion(path)
    guard path.type.resource != .definitions else { return try delete(definition: path, options) }
    let stored = try get(path)
    try check(options, stored, path.type)
    guard !options.isDryRun else { return dryDeletion(stored, path.type) }
    if options.orphansDependents { try release(dependentsOf: stored.uid) }
    guard path.type.resource != .namespaces else { return try delete(namespace: stored) }
    if options.isInForeground, !registry.withLock({ $0.dependents(of: stored.uid).isEmpty }) {
      return try deleteInForeground(stored, path)
    }
    let value = stored.value
    guard Object(value).finalizers.isEmpty else {
      return Deletion(path.type, try mark(stored, path.type), isGone: false)
    }
    let change = try committing { () throws(StorageError) in try store.remove(value, from: path.type.collection) }
    collectGarbage()
    return Deletion(path.type, change.object, isGone: true)
  }

  /// The result that a deletion would have.
  private func dryDeletion(_ stored: StoredObject, _ type: ResourceType) -> Deletion {
    if Object(stored.value).finalizers.isEmpty { return Deletion(type, stored, isGone: true) }
    let marked = stored.isBeingDeleted ? stored : StoredObject(marking(stored.value, type), version: stored.version)
    return Deletion(type, marked, isGone: false)
  }

  private func damage(_ path: ResourcePath) -> DamagedObject? {
    registry.withLock { $0.damaged(path.type.collection)[path.key] }
  }

  /// Removes a damaged object; its finalizers cannot be read.
  private func discard(
    _ damaged: DamagedObject, _ path: ResourcePath, _ options: DeleteOptions
  ) throws(Status) -> Deletion {
    let placeholder = damaged.placeholder(path.type)
    let stored = StoredObject(placeholder, version: 0)
    try check(options, stored, path.type)
    guard !options.isDryRun else { return Deletion(path.type, stored, isGone: true) }
    let change = try committing { () throws(StorageError) in try store.remove(placeholder, from: path.type.collection) }
    note("\(path.type.resource.qualifiedName) \"\(damaged.key.name)\", which was damaged, has been deleted")
    collectGarbage()
    return Deletion(path.type, change.object, isGone: true)
  }

  private func mark(_ stored: StoredObject, _ type: ResourceType) throws(Status) -> StoredObject {
    guard !stored.isBeingDeleted else { return stored }
    let value = stored.value
    let marked = marking(value, type)
    return try committing { () throws(StorageError) in try store.put(marked, in: type.collection) }.object
  }

  /// `value` marked for deletion.
  func marking(_ value: Value, _ type: ResourceType) -> Value {
    var marked = value.setting(["metadata", "deletionTimestamp"], to: .string(now().description))
    marked = marked.setting(["metadata", "deletionGracePeriodSeconds"], to: 0)
    if type.generation == .content {
      marked = marked.setting(["metadata", "generation"], to: .integer((Object(value).generation ?? 0) + 1))
    }
    return marked
  }

  func check(_ options: DeleteOptions, _ stored: StoredObject, _ type: ResourceType) throws(Status) {
    if let uid = options.uid, uid != stored.uid {
      throw .failedPrecondition(
        type.resource, stored.key.name,
        "the UID in the precondition (\(uid)) does not match the UID in record (\(stored.uid)). "
          + "The object might have been deleted and then recreated")
    }
    if let version = options.resourceVersion, version != String(stored.version) {
      throw .failedPrecondition(
        type.resource, stored.key.name,
        "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
          + "(\(stored.version)). The object might have been modified")
    }
  }

  /// Makes one change in the store, wakes the watches that wait for it, and does what follows from it.
  func committing(_ write: () throws(StorageError) -> StoredChange) throws(Status) -> StoredChange {
    do throws(StorageError) {
      let change = try write()
      waiters.announce(change)
      follow(change)
      return change
    } catch {
      throw .internalError("\(error)")
    }
  }

  private func admission(_ type: ResourceType) -> Admission {
    Admission(type: type, now: now()) { [registry] in
      registry.withLock { $0.table(type.collection) }.objects().map(\.value)
    }
  }
}

/// The result of a deletion.
struct Deletion: Sendable {
  private var type: ResourceType
  private var object: StoredObject
  private var isGone: Bool

  init(_ type: ResourceType, _ object: StoredObject, isGone: Bool) {
    self.type = type
    self.object = type.presenting(object)
    self.isGone = isGone
  }

  /// The object if finalizers keep it; a `Status` if it is gone.
  var response: HTTPResponse {
    guard isGone else {
      return HTTPResponse(status: 200, json: object.bytes)
    }
    var details: Mapping = ["name": .string(object.key.name)]
    if !type.resource.group.isEmpty { details["group"] = .string(type.resource.group) }
    details["kind"] = .string(type.resource.plural)
    details["uid"] = .string(object.uid)
    return HTTPResponse(
      status: 200,
      json: [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": .mapping(details),
      ])
  }
}
