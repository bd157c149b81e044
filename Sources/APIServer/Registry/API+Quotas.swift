import KubernetesAPI
import Manifest
import Platform

extension API {
  /// Refuses a new object where a quota of its namespace leaves no room for it.
  func checkQuotas(_ object: Value, _ type: ResourceType) throws(Status) {
    let (namespace, name) = (Object(object).namespace ?? "", Object(object).name)
    for quota in quotas(in: namespace).map({ Quota($0.value) }) {
      let keys = quota.limits.keys.filter { Quota.collection(of: $0) == type.collection && Quota.counts($0, object) }
      if keys.isEmpty { continue }
      let used = use(of: keys, in: namespace)
      let exceeded = keys.filter { (used[$0] ?? 0) + 1 > quota.limits[$0] ?? .max }
      if !exceeded.isEmpty { throw Quota.refusal(type, name, by: quota, exceeded, used: used) }
    }
  }

  /// Notes in the quotas of a namespace what there is, where `change` may have changed that.
  func followQuotas(_ change: StoredChange) {
    let namespace = change.object.key.namespace
    if namespace.isEmpty { return }
    for stored in quotas(in: namespace) where !stored.isBeingDeleted {
      let keys = Quota(stored.value).limits.keys.filter { key in
        Quota.collection(of: key) == change.collection || change.collection == Resource.resourceQuotas.qualifiedName
      }
      if !keys.isEmpty { note(use(of: Array(Quota(stored.value).limits.keys), in: namespace), in: stored) }
    }
  }

  private func note(_ used: [String: Int], in stored: StoredObject) {
    let hard = Object(stored.value).spec["hard"] ?? [:]
    let pairs = used.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0.key, value: .string("\($0.value)")) }
    let status: Value = ["hard": hard, "used": .mapping(Mapping(pairs))]
    if stored.value["status"] == status { return }
    do throws(Status) {
      _ = try committing { () throws(StorageError) in
        try store.put(stored.value.setting(["status"], to: status), in: Resource.resourceQuotas.qualifiedName)
      }
    } catch {
      note("quota \"\(stored.key.name)\" of \(stored.key.namespace) does not say what is used: \(error.message)")
    }
  }

  private func quotas(in namespace: String) -> [StoredObject] {
    registry.withLock { $0.table(Resource.resourceQuotas.qualifiedName).objects(in: namespace) }
  }

  /// How many objects there are of each of what `keys` count.
  private func use(of keys: [String], in namespace: String) -> [String: Int] {
    var used: [String: Int] = [:]
    for key in keys {
      guard let collection = Quota.collection(of: key) else { continue }
      let objects = registry.withLock { $0.table(collection).objects(in: namespace) }
      used[key] = objects.count { Quota.counts(key, $0.value) }
    }
    return used
  }
}
