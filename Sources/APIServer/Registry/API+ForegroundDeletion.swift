import KubernetesAPI
import Manifest
import Platform

/// Foreground deletion: an object remains, marked, until the dependents that block its deletion are gone.
extension API {
  private static let finalizer = "foregroundDeletion"

  /// Marks `stored` and deletes its dependents.
  func deleteInForeground(_ stored: StoredObject, _ path: ResourcePath) throws(Status) -> Deletion {
    let marked = stored.isBeingDeleted ? stored.value : marking(stored.value, path.type)
    let finalizers = Object(marked).finalizers.filter { $0 != Self.finalizer } + [Self.finalizer]
    let waiting = marked.setting(["metadata", "finalizers"], to: .sequence(finalizers.map(Value.string)))
    let change = try committing { () throws(StorageError) in try store.put(waiting, in: path.type.collection) }
    for reference in registry.withLock({ $0.dependents(of: stored.uid) }) { deleteDependent(reference, by: stored.uid) }
    finishForeground(stored.uid)
    guard let left = try? find(path.type, path.key), left.uid == stored.uid else {
      return Deletion(path.type, change.object, isGone: true)
    }
    return Deletion(path.type, left, isGone: false)
  }

  /// Deletes a dependent of `owner`, unless another owner exists.
  private func deleteDependent(_ reference: ObjectReference, by owner: String) {
    guard let type = types.find(collection: reference.collection),
      let object = registry.withLock({ $0[reference.collection, reference.key] }), !object.isBeingDeleted
    else { return }
    let others = object.owners.filter { $0 != owner }
    if others.contains(where: { uid in registry.withLock { $0.exists(uid: uid) } }) { return }
    do throws(Status) {
      _ = try delete(ResourcePath(type: type, key: reference.key), DeleteOptions())
    } catch {
      note("\(reference.collection) \"\(reference.key.name)\" holds up its owner's deletion: \(error.message)")
    }
  }

  /// Continues the foreground deletion of the owners of a deleted object.
  func continueForegroundDeletion(_ change: StoredChange) {
    guard change.kind == .deleted else { return }
    for uid in change.object.owners { finishForeground(uid) }
  }

  /// Removes the finalizer from the object with `uid` once no dependent blocks its deletion.
  private func finishForeground(_ uid: String) {
    guard let reference = registry.withLock({ $0.reference(uid: uid) }),
      let owner = registry.withLock({ $0[reference.collection, reference.key] }), owner.isBeingDeleted
    else { return }
    let value = owner.value
    let finalizers = Object(value).finalizers
    guard finalizers.contains(Self.finalizer), !isBlocked(uid) else { return }
    let kept = finalizers.filter { $0 != Self.finalizer }
    let freed = value.setting(["metadata", "finalizers"], to: kept.isEmpty ? nil : .sequence(kept.map(Value.string)))
    do throws(Status) {
      _ = try committing { () throws(StorageError) in
        try kept.isEmpty ? store.remove(freed, from: reference.collection) : store.put(freed, in: reference.collection)
      }
    } catch {
      return note("\(reference.collection) \"\(reference.key.name)\" stays: \(error.message)")
    }
    collectGarbage()
  }

  private func isBlocked(_ uid: String) -> Bool {
    registry.withLock { registry in
      registry.dependents(of: uid).contains { reference in
        let references = registry[reference.collection, reference.key]?.value[path: "metadata", "ownerReferences"]
        return references?.sequence?.contains { $0["uid"]?.string == uid && $0["blockOwnerDeletion"] == true } ?? false
      }
    }
  }
}
