import KubernetesAPI
import Manifest
import Platform

// Namespaces, and the objects that every namespace or cluster has.
extension API {
  /// The namespaces that every cluster has and that cannot be deleted.
  static let lastingNamespaces = ["default", "kube-system", "kube-public"]

  /// Creates the namespaces in `names` that do not exist.
  package func makeNamespaces(_ names: [String]) throws(StorageError) {
    for name in names { try ensure(Object(.namespaces, name: name), in: ResourceTypes.namespaces) }
  }

  private func ensure(_ object: Object, in type: ResourceType) throws(StorageError) {
    guard let change = try store.ensure(object, in: type, at: now()) else { return }
    waiters.announce(change)
    follow(change)
  }

  /// Creates the service account `default` of a namespace if it does not exist.
  private func makeServiceAccount(in namespace: String) {
    do throws(StorageError) {
      try ensure(.serviceAccount(in: namespace), in: ResourceTypes.kubernetes(.serviceAccounts))
    } catch {
      note("the service account of namespace \(namespace) could not be made: \(error)")
    }
  }

  /// Publishes `certificates`, by which clients verify this server, in a ConfigMap of every namespace, and restores it
  /// as kube-controller-manager does.
  package func publish(authority certificates: String) {
    authority = certificates
    let namespaces = registry.withLock { $0.table(ResourceTypes.namespaces.collection).objects() }
    for namespace in namespaces where !namespace.isBeingDeleted { publishAuthority(in: namespace.key.name) }
  }

  private func publishAuthority(in namespace: String) {
    guard let authority else { return }
    do throws(StorageError) {
      guard let change = try store.keep(.authority(authority, in: namespace), at: now()) else { return }
      waiters.announce(change)
      follow(change)
    } catch {
      note("the authorities in namespace \(namespace) could not be written: \(error)")
    }
  }

  /// Refuses a new object in a namespace that does not exist or is being deleted.
  func checkNamespace(_ path: ResourcePath) throws(Status) {
    guard path.type.resource.isNamespaced, let namespace = path.namespace else { return }
    let key = ObjectKey(namespace: "", name: namespace)
    guard let object = try find(ResourceTypes.namespaces, key) else { throw .notFound(.namespaces, namespace) }
    guard !object.isBeingDeleted else { throw .terminating(path.type.resource, path.name ?? "", namespace) }
  }

  /// Refuses to delete `lastingNamespaces`.
  static func checkDeletion(_ path: ResourcePath) throws(Status) {
    guard path.type.resource == .namespaces, let name = path.name, lastingNamespaces.contains(name) else { return }
    throw .forbiddenDeletion(.namespaces, name)
  }

  /// Does what follows from a new namespace, a deletion in a namespace, or a change of its certificates.
  func followNamespace(_ change: StoredChange) {
    switch (change.collection, change.kind) {
    case (Resource.namespaces.qualifiedName, .added):
      makeServiceAccount(in: change.object.key.name)
      publishAuthority(in: change.object.key.name)
    case (Resource.configMaps.qualifiedName, .modified) where change.object.key.name == Object.authorityName:
      publishAuthority(in: change.object.key.namespace)
    case (_, .deleted) where !change.object.key.namespace.isEmpty: followDeletion(change)
    default: break
    }
  }

  private func followDeletion(_ change: StoredChange) {
    let namespace = change.object.key.namespace
    let stored = registry.withLock {
      $0[Resource.namespaces.qualifiedName, ObjectKey(namespace: "", name: namespace)]
    }
    guard let stored else { return }
    if stored.isBeingDeleted {
      do throws(Status) {
        guard try removeIfEmpty(namespace: namespace) == nil, !emptying.contains(namespace) else { return }
        try reportRemaining(in: stored)
      } catch {
        note("namespace \"\(namespace)\" stays: \(error.message)")
      }
    } else if change.collection == Resource.serviceAccounts.qualifiedName, change.object.key.name == "default" {
      makeServiceAccount(in: namespace)
    } else if change.collection == Resource.configMaps.qualifiedName, change.object.key.name == Object.authorityName {
      publishAuthority(in: namespace)
    }
  }
}

extension ObjectStore {
  /// Creates the objects that every cluster has, unless they exist.
  func makeClusterObjects(at now: Timestamp) throws(StorageError) {
    for name in API.lastingNamespaces + ["kube-node-lease"] {
      _ = try ensure(Object(.namespaces, name: name), in: ResourceTypes.namespaces, at: now)
      _ = try ensure(.serviceAccount(in: name), in: ResourceTypes.kubernetes(.serviceAccounts), at: now)
    }
    _ = try ensure(.storageStatus, in: ResourceTypes.kubernetes(.componentStatuses), at: now)
    _ = try ensure(.kubernetesService, in: ResourceTypes.kubernetes(.services), at: now)
  }

  /// Creates `map`, or replaces the data of the existing one; `nil` if they are equal.
  fileprivate func keep(_ map: Object, at now: Timestamp) throws(StorageError) -> StoredChange? {
    let type = ResourceTypes.kubernetes(.configMaps)
    let key = ObjectKey(namespace: map.namespace ?? "", name: map.name)
    guard let present = registry.withLock({ $0[type.collection, key] }) else {
      return try ensure(map, in: type, at: now)
    }
    guard !present.isBeingDeleted, present.value["data"] != map.value["data"] else { return nil }
    return try put(present.value.setting(["data"], to: map.value["data"]), in: type.collection)
  }

  /// Creates `object`; `nil` if it exists.
  fileprivate func ensure(
    _ object: Object, in type: ResourceType, at now: Timestamp
  ) throws(StorageError) -> StoredChange? {
    let key = ObjectKey(namespace: object.namespace ?? "", name: object.name)
    let isThere = registry.withLock { $0[type.collection, key] != nil || $0.damaged(type.collection)[key] != nil }
    guard !isThere else { return nil }
    let complete: Value
    do throws(Status) {
      let path = ResourcePath(type: type, key: key)
      complete = try Admission(type: type, now: now).create(object.value, at: path, uid: UID.random())
    } catch {
      throw .unusable(path: "\(type.resource.qualifiedName) \(key.name)", reason: "cannot be made: \(error.message)")
    }
    return try put(complete, in: type.collection)
  }
}

extension Object {
  fileprivate static func serviceAccount(in namespace: String) -> Object {
    Object(.serviceAccounts, name: "default", namespace: namespace)
  }

  fileprivate static let authorityName = "kube-root-ca.crt"

  fileprivate static func authority(_ certificates: String, in namespace: String) -> Object {
    Object(.configMaps, name: authorityName, namespace: namespace, ["data": ["ca.crt": .string(certificates)]])
  }

  /// The only component that `kubectl get componentstatuses` shows.
  fileprivate static let storageStatus = Object(
    .componentStatuses, name: "storage",
    ["conditions": [["type": "Healthy", "status": "True", "message": "ok"]]])

  /// The Service by which pods find the API.
  fileprivate static let kubernetesService = Object(
    .services, name: "kubernetes", namespace: "default",
    labels: ["component": "apiserver", "provider": "kubernetes"],
    ["spec": ["clusterIP": "10.0.0.1", "ports": [["name": "https", "port": 443, "targetPort": 6443]]]])
}

extension Resource {
  static let services = Resource(group: "", version: "v1", plural: "services", kind: "Service", isNamespaced: true)
  static let componentStatuses = Resource(
    group: "", version: "v1", plural: "componentstatuses", kind: "ComponentStatus")
  static let serviceAccounts = Resource(
    group: "", version: "v1", plural: "serviceaccounts", kind: "ServiceAccount", isNamespaced: true)
}

extension Status {
  fileprivate static func terminating(_ resource: Resource, _ name: String, _ namespace: String) -> Status {
    Status(
      code: 403, reason: "Forbidden",
      message: "\(resource.qualifiedName) \"\(name)\" is forbidden: unable to create new content in namespace "
        + "\(namespace) because it is being terminated",
      details: Details(name: name, group: resource.group, kind: resource.plural))
  }

  fileprivate static func forbiddenDeletion(_ resource: Resource, _ name: String) -> Status {
    Status(
      code: 403, reason: "Forbidden",
      message: "\(resource.qualifiedName) \"\(name)\" is forbidden: this namespace may not be deleted",
      details: Details(name: name, group: resource.group, kind: resource.plural))
  }
}
