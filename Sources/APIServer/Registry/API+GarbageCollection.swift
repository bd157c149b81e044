import KubernetesAPI
import Manifest
import Platform

extension API {
  /// Starts a task that deletes objects whose owners are all gone.
  func collectGarbage() {
    guard !isCollecting, !orphans().isEmpty else { return }
    isCollecting = true
    Task { await self.collect() }
  }

  /// Repeats until nothing is left, because a deleted object may own others.
  ///
  /// Objects that cannot be deleted are skipped, and tried again in the next garbage collection.
  private func collect() async {
    defer { isCollecting = false }
    var kept: Set<ObjectReference> = []
    while true {
      let doomed = orphans().filter { !kept.contains($0) }
      guard !doomed.isEmpty else { return }
      for reference in doomed where !discard(reference) { kept.insert(reference) }
      // Lets requests run between two passes.
      await Task.yield()
    }
  }

  /// Objects that have owners, all of which are gone, and are not being deleted themselves.
  private func orphans() -> Set<ObjectReference> {
    registry.withLock { registry in
      Set(
        registry.orphans().filter { reference in
          guard let object = registry[reference.collection, reference.key] else { return false }
          return !object.isBeingDeleted && !object.owners.contains { registry.exists(uid: $0) }
            && !mayHaveOwner(object)
        })
    }
  }

  /// Whether an owner may exist because its kind is not served and its deletion was not seen.
  private func mayHaveOwner(_ object: StoredObject) -> Bool {
    let references = object.value[path: "metadata", "ownerReferences"]?.sequence ?? []
    return references.contains { reference in
      guard !goneOwners.contains(reference["uid"]?.string ?? "") else { return false }
      return !types.all.contains { type in
        type.resource.apiVersion == reference["apiVersion"]?.string && type.resource.kind == reference["kind"]?.string
      }
    }
  }

  /// Records that an owner was deleted, for as long as it has dependents.
  func followOwners(_ change: StoredChange) {
    guard change.kind == .deleted else { return }
    func ownsSomething(_ uid: String) -> Bool { !registry.withLock { $0.dependents(of: uid).isEmpty } }
    for uid in change.object.owners where !ownsSomething(uid) { goneOwners.remove(uid) }
    if ownsSomething(change.object.uid) { goneOwners.insert(change.object.uid) }
  }

  /// Deletes an orphan; logs the reason and returns false if it cannot.
  private func discard(_ reference: ObjectReference) -> Bool {
    let name = "\(reference.collection) \"\(reference.key.name)\""
    guard let path = path(to: reference) else {
      note("\(name) has lost its owner and stays: this kind is not served")
      return false
    }
    do throws(Status) {
      _ = try delete(path, DeleteOptions())
      return true
    } catch {
      note("\(name) has lost its owner and stays: \(error.message)")
      return false
    }
  }

  private func path(to reference: ObjectReference) -> ResourcePath? {
    types.find(collection: reference.collection).map { ResourcePath(type: $0, key: reference.key) }
  }

  /// Removes the owner with `uid` from its dependents, so that they are kept.
  func release(dependentsOf uid: String) throws(Status) {
    for reference in registry.withLock({ $0.dependents(of: uid) }) {
      guard let object = registry.withLock({ $0[reference.collection, reference.key] }) else { continue }
      let value = object.value
      let references = value[path: "metadata", "ownerReferences"]?.sequence ?? []
      let kept = references.filter { $0["uid"]?.string != uid }
      let released = value.setting(["metadata", "ownerReferences"], to: kept.isEmpty ? nil : .sequence(kept))
      _ = try committing { () throws(StorageError) in try store.put(released, in: reference.collection) }
    }
  }
}

extension ResourcePath {
  init(type: ResourceType, key: ObjectKey) {
    self.type = type
    namespace = key.namespace.isEmpty ? nil : key.namespace
    name = key.name
  }
}
