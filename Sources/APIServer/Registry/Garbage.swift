import KubernetesAPI
import Manifest

extension API {
  /// Deletes, a little later, what is owned only by things that are gone.
  func collectGarbage() {
    guard !isCollecting, !store.orphans().isEmpty else { return }
    isCollecting = true
    Task { await self.collect() }
  }

  /// One pass after another, because what is deleted may own something itself.
  private func collect() async {
    defer { isCollecting = false }
    while true {
      let doomed = store.orphans().filter { !hasLivingOwner($0) && !isBeingDeleted($0) }
      guard !doomed.isEmpty else { return }
      for reference in doomed {
        guard let path = path(to: reference), (try? delete(path, DeleteOptions())) != nil else { return }
      }
      // Requests come between two passes.
      await Task.yield()
    }
  }

  private func hasLivingOwner(_ reference: ObjectReference) -> Bool {
    store[reference.collection, reference.key]?.owners.contains { store.exists(uid: $0) } ?? false
  }

  private func isBeingDeleted(_ reference: ObjectReference) -> Bool {
    store[reference.collection, reference.key].map { Object($0.value).isBeingDeleted } ?? true
  }

  private func path(to reference: ObjectReference) -> ResourcePath? {
    types.find(collection: reference.collection).map { ResourcePath(type: $0, key: reference.key) }
  }

  /// Takes the owner with `uid` out of what it owns, so that it stays.
  func release(dependentsOf uid: String) throws(Status) {
    for reference in store.dependents(of: uid) {
      guard let object = store[reference.collection, reference.key] else { continue }
      let value = object.value
      let references = value[path: "metadata", "ownerReferences"]?.sequence ?? []
      let kept = references.filter { $0["uid"]?.string != uid }
      let released = value.setting(["metadata", "ownerReferences"], to: kept.isEmpty ? nil : .sequence(kept))
      _ = try committing { () throws(StorageError) in try store.put(released, in: reference.collection) }
    }
  }

  /// Deletes what is in a namespace that is gone.
  func deleteContents(of namespace: String) {
    for type in types.all where type.resource.isNamespaced && type.storageVersion == type.resource.version {
      for object in store.table(type.collection).objects() where object.key.namespace == namespace {
        // What a finalizer holds is marked and goes later; there is nobody to tell of a failure.
        _ = try? delete(ResourcePath(type: type, key: object.key), DeleteOptions())
      }
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
