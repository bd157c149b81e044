import KubernetesAPI
import Manifest
import Platform

// A namespace goes with all that is in it, and not before a finalizer has let go of the last of it.
extension API {
  /// Marks a namespace, deletes what is in it, and removes it unless something there, or a finalizer of its own, holds
  /// it.
  func delete(namespace stored: StoredObject) throws(Status) -> Deletion {
    let type = ResourceTypes.namespaces
    let marked = stored.isBeingDeleted ? stored : try terminate(stored)
    empty(stored.key.name)
    guard let gone = try removeIfEmpty(namespace: stored.key.name) else {
      return Deletion(type, try explain(marked), isGone: false)
    }
    return Deletion(type, gone, isGone: true)
  }

  private func terminate(_ stored: StoredObject) throws(Status) -> StoredObject {
    let type = ResourceTypes.namespaces
    let marked = marking(stored.value, type).setting(["status", "phase"], to: "Terminating")
    return try committing { () throws(StorageError) in try store.put(marked, in: type.collection) }.object
  }

  /// Deletes what is in a namespace; what a finalizer holds is marked and goes later.
  private func empty(_ namespace: String) {
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

  /// Removes a namespace that is being deleted once nothing holds it; `nil` while something does.
  @discardableResult
  func removeIfEmpty(namespace name: String) throws(Status) -> StoredObject? {
    let collection = ResourceTypes.namespaces.collection
    let found = registry.withLock { $0[collection, ObjectKey(namespace: "", name: name)] }
    guard let found, found.isBeingDeleted, !emptying.contains(name) else { return nil }
    guard Object(found.value).finalizers.isEmpty, isEmpty(namespace: name) else { return nil }
    return try committing { () throws(StorageError) in try store.remove(found.value, from: collection) }.object
  }

  /// Sets the finalizers of a namespace; without one, a namespace that is being deleted goes, whatever is left in it.
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
      // What the caller claims to know is compared with what is.
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

  /// Says in the conditions of a namespace what still holds it.
  @discardableResult
  func explain(_ namespace: StoredObject) throws(Status) -> StoredObject {
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

  /// Whether there is nothing in a namespace.
  func isEmpty(namespace: String) -> Bool {
    !storedNamespacedTypes.contains { type in
      registry.withLock { $0.table(type.collection) }.hasObjects(in: namespace)
    }
  }

  /// Goes on with namespaces whose deletion was cut off.
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

  /// Each kind of object that is in a namespace once, as it is stored.
  private var storedNamespacedTypes: [ResourceType] {
    types.all.filter { $0.resource.isNamespaced && $0.storageVersion == $0.resource.version }
  }
}
