import KubernetesAPI
import Manifest
import Platform

extension API {
  /// Deletes, a little later, what is owned only by things that are gone.
  func collectGarbage() {
    guard !isCollecting, !orphans().isEmpty else { return }
    isCollecting = true
    Task { await self.collect() }
  }

  /// One pass after another, because what is deleted may own something itself.
  ///
  /// What cannot be deleted is passed over, and tried again when garbage is collected the next time.
  private func collect() async {
    defer { isCollecting = false }
    var kept: Set<ObjectReference> = []
    while true {
      let doomed = orphans().filter { !kept.contains($0) }
      guard !doomed.isEmpty else { return }
      for reference in doomed where !discard(reference) { kept.insert(reference) }
      // Requests come between two passes.
      await Task.yield()
    }
  }

  /// What has owners, all of which are gone, and is not on its way out itself.
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

  /// Whether an owner is of a kind that is not served: it cannot be known that it is gone, unless it was seen to go.
  private func mayHaveOwner(_ object: StoredObject) -> Bool {
    let references = object.value[path: "metadata", "ownerReferences"]?.sequence ?? []
    return references.contains { reference in
      guard !goneOwners.contains(reference["uid"]?.string ?? "") else { return false }
      return !types.all.contains { type in
        type.resource.apiVersion == reference["apiVersion"]?.string && type.resource.kind == reference["kind"]?.string
      }
    }
  }

  /// Remembers that an owner of something has gone, for as long as something is its.
  func followOwners(_ change: StoredChange) {
    guard change.kind == .deleted else { return }
    func ownsSomething(_ uid: String) -> Bool { !registry.withLock { $0.dependents(of: uid).isEmpty } }
    for uid in change.object.owners where !ownsSomething(uid) { goneOwners.remove(uid) }
    if ownsSomething(change.object.uid) { goneOwners.insert(change.object.uid) }
  }

  /// Deletes an orphan, or says in the log why it stays.
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

  /// Takes the owner with `uid` out of what it owns, so that it stays.
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
