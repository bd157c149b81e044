import KubernetesAPI
import Manifest
import Platform

// A namespace is deleted with all objects in it; it is removed after the last of them.
extension API {
  /// Marks a namespace, deletes its objects, and removes it unless objects or finalizers of its own remain.
  func delete(namespace stored: StoredObject) throws(Status) -> Deletion {
    let type = ResourceTypes.namespaces
    let marked = stored.isBeingDeleted ? stored : try terminate(stored)
    deleteContents(of: stored.key.name)
    guard let gone = try removeIfEmpty(namespace: stored.key.name) else {
      return Deletion(type, try reportRemaining(in: marked), isGone: false)
    }
    return Deletion(type, gone, isGone: true)
  }

  private func terminate(_ stored: StoredObject) throws(Status) -> StoredObject {
    let type = ResourceTypes.namespaces
    let marked = marking(stored.value, type).setting(["status", "phase"], to: "Terminating")
    return try committing { () throws(StorageError) in try store.put(marked, in: type.collection) }.object
  }

  /// Deletes the objects in a namespace; those with finalizers are only marked.
  private func deleteContents(of namespace: String) {
    emptying.insert(namespace)
    defer { emptying.remove(namespace) }
    for type in storedNamespacedTypes {
      let table = registry.withLock { $0.table(type.collection) }
      for object in table.objects() where object.key.namespace == namespace {
        do throws(Status) {
          _ = try delete(ResourcePath(type: type, key: object.key), DeleteOptions())
        } catch {
          note("\(type.resource.qualifiedName) \"\(object.key.name)\" outlives its namespace: \(error.message)")
        }
      }
    }
  }

  /// Removes a namespace that is being deleted if no objects or finalizers remain; `nil` otherwise.
  @discardableResult
  func removeIfEmpty(namespace name: String) throws(Status) -> StoredObject? {
    let collection = ResourceTypes.namespaces.collection
    let found = registry.withLock { $0[collection, ObjectKey(namespace: "", name: name)] }
    guard let found, found.isBeingDeleted, !emptying.contains(name) else { return nil }
    guard Object(found.value).finalizers.isEmpty, isEmpty(namespace: name) else { return nil }
    return try committing { () throws(StorageError) in try store.remove(found.value, from: collection) }.object
  }

  /// Sets `spec.finalizers` of a namespace; without any, one that is being deleted is removed even if objects remain.
  func finalize(_ path: ResourcePath, _ value: Value, _ options: WriteOptions) throws(Status) -> StoredObject {
    let wanted = value[path: "spec", "finalizers"]?.sequence ?? []
    try checkName(value, path)
    let claimed = Object(value)
    let causes = wanted.enumerated().compactMap { index, finalizer -> Status.Cause? in
      let isGood = finalizer.string.map { $0 == "kubernetes" || $0.utf8.contains(UInt8(ascii: "/")) } ?? false
      let problem = "name is neither a standard finalizer name nor is it fully qualified"
      return isGood ? nil : .invalid("spec.finalizers[\(index)]", finalizer, problem)
    }
    guard causes.isEmpty else { throw .invalid(.namespaces, claimed.name, causes) }
    let changed = try change(path, options) { old throws(Status) in
      var new = old.setting(["spec", "finalizers"], to: wanted.isEmpty ? nil : .sequence(wanted))
      // The UID and resource version that the caller gives are preconditions.
      if !claimed.uid.isEmpty { new = new.setting(["metadata", "uid"], to: .string(claimed.uid)) }
      if !claimed.resourceVersion.isEmpty {
        new = new.setting(["metadata", "resourceVersion"], to: .string(claimed.resourceVersion))
      }
      return new
    }
    let isFree = wanted.isEmpty && Object(changed.value).finalizers.isEmpty
    guard changed.isBeingDeleted, isFree, !options.isDryRun else { return changed }
    let collection = ResourceTypes.namespaces.collection
    return try committing { () throws(StorageError) in try store.remove(changed.value, from: collection) }.object
  }

  /// Reports in the conditions of a namespace which objects and finalizers remain.
  @discardableResult
  func reportRemaining(in namespace: StoredObject) throws(Status) -> StoredObject {
    let left = storedNamespacedTypes.flatMap { type in
      registry.withLock { $0.table(type.collection) }.objects(in: namespace.key.name).map { (type.resource, $0) }
    }
    let before = namespace.value[path: "status", "conditions"]?.sequence ?? []
    let conditions = NamespaceConditions(left.map { ($0.0.qualifiedName, Object($0.1.value).finalizers) })
      .values(after: before, at: now())
    guard conditions != before else { return namespace }
    let explained = namespace.value.setting(["status", "conditions"], to: .sequence(conditions))
    let collection = ResourceTypes.namespaces.collection
    return try committing { () throws(StorageError) in try store.put(explained, in: collection) }.object
  }

  /// Whether a namespace contains no objects.
  func isEmpty(namespace: String) -> Bool {
    !storedNamespacedTypes.contains { type in
      registry.withLock { $0.table(type.collection) }.hasObjects(in: namespace)
    }
  }

  /// Continues namespace deletions that were interrupted.
  func finishNamespaceDeletions() {
    let all = registry.withLock { $0.table(ResourceTypes.namespaces.collection) }.objects()
    for stored in all where stored.isBeingDeleted {
      do throws(Status) {
        _ = try delete(namespace: stored)
      } catch {
        note("namespace \"\(stored.key.name)\" cannot be deleted: \(error.message)")
      }
    }
  }

  /// Every namespaced kind, once, in its storage version.
  private var storedNamespacedTypes: [ResourceType] {
    types.all.filter { $0.resource.isNamespaced && $0.storageVersion == $0.resource.version }
  }
}
