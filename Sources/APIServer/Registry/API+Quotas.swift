import KubernetesAPI
import Manifest
import Platform

extension API {
  /// Refuses an object, new or replacing `old`, that would exceed a quota of its namespace.
  func checkQuotas(_ object: Value, _ type: ResourceType, replacing old: Value? = nil) throws(Status) {
    // Only updates of Services can use more of a quota, so others are not checked.
    guard old == nil || type.collection == "services" else { return }
    let (namespace, name) = (Object(object).namespace ?? "", Object(object).name)
    for quota in quotas(in: namespace).map({ Quota($0.value) }) {
      let demand = quota.demand(type, object, replacing: old)
      if demand.isEmpty { continue }
      let used = use(of: Array(demand.keys), in: namespace)
      let exceeding = demand.filter { (used[$0.key] ?? 0) + $0.value > quota.limits[$0.key] ?? .max }
      if !exceeding.isEmpty { throw Quota.refusal(type, name, by: quota, demand: exceeding, used: used) }
    }
  }

  /// Updates the status of the quotas of a namespace that `change` may concern.
  func updateQuotas(_ change: StoredChange) {
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

  /// How much is used of each of `keys`; those of kinds that are not served are omitted.
  private func use(of keys: [String], in namespace: String) -> [String: Int] {
    var used: [String: Int] = [:]
    for key in keys {
      guard let collection = Quota.collection(of: key), types.all.contains(where: { $0.collection == collection })
      else { continue }
      let objects = registry.withLock { $0.table(collection).objects(in: namespace) }
      used[key] = objects.reduce(0) { $0 + Quota.use(key, $1.value) }
    }
    return used
  }
}
