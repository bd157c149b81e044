import KubernetesAPI
import Manifest
import Platform

// What a namespace is to the objects in it, and what is there in every cluster.
extension API {
  /// The namespaces that are in every cluster, and stay.
  static let lastingNamespaces = ["default", "kube-system", "kube-public"]

  /// Makes the namespaces in `names` that are not there.
  package func makeNamespaces(_ names: [String]) throws(StorageError) {
    for name in names { try ensure(Object(.namespaces, name: name), in: ResourceTypes.namespaces) }
  }

  private func ensure(_ object: Object, in type: ResourceType) throws(StorageError) {
    guard let change = try store.ensure(object, in: type, at: now()) else { return }
    waiters.announce(change)
    follow(change)
  }

  /// A namespace has a service account, as long as it is there.
  private func makeServiceAccount(in namespace: String) {
    do throws(StorageError) {
      try ensure(.serviceAccount(in: namespace), in: ResourceTypes.kubernetes(.serviceAccounts))
    } catch {
      note("the service account of namespace \(namespace) could not be made: \(error)")
    }
  }

  /// Puts `certificates`, by which clients trust this server, into every namespace, and keeps them there as
  /// kube-controller-manager does.
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

  /// Refuses a new object in a namespace that is not there.
  func checkNamespace(_ path: ResourcePath) throws(Status) {
    guard path.type.resource.isNamespaced, let namespace = path.namespace else { return }
    let key = ObjectKey(namespace: "", name: namespace)
    guard let object = try find(ResourceTypes.namespaces, key) else { throw .notFound(.namespaces, namespace) }
    guard !object.isBeingDeleted else { throw .terminating(path.type.resource, path.name ?? "", namespace) }
  }

  /// Refuses the deletion of what is in every cluster.
  static func checkDeletion(_ path: ResourcePath) throws(Status) {
    guard path.type.resource == .namespaces, let name = path.name, lastingNamespaces.contains(name) else { return }
    throw .forbiddenDeletion(.namespaces, name)
  }

  /// Does what follows from `change` of a namespace or of what is always in it.
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
        try explain(stored)
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
  /// Makes what is in every cluster and is not there.
  func makeCluster(at now: Timestamp) throws(StorageError) {
    for name in API.lastingNamespaces + ["kube-node-lease"] {
      _ = try ensure(Object(.namespaces, name: name), in: ResourceTypes.namespaces, at: now)
      _ = try ensure(.serviceAccount(in: name), in: ResourceTypes.kubernetes(.serviceAccounts), at: now)
    }
    _ = try ensure(.storageStatus, in: ResourceTypes.kubernetes(.componentStatuses), at: now)
    _ = try ensure(.kubernetesService, in: ResourceTypes.kubernetes(.services), at: now)
  }

  /// Adds `map`, or puts its data in the place of what is there; `nil` where that is the same.
  fileprivate func keep(_ map: Object, at now: Timestamp) throws(StorageError) -> StoredChange? {
    let type = ResourceTypes.kubernetes(.configMaps)
    let key = ObjectKey(namespace: map.namespace ?? "", name: map.name)
    guard let present = registry.withLock({ $0[type.collection, key] }) else {
      return try ensure(map, in: type, at: now)
    }
    guard !present.isBeingDeleted, present.value["data"] != map.value["data"] else { return nil }
    return try put(present.value.setting(["data"], to: map.value["data"]), in: type.collection)
  }

  /// Adds `object` when there is none of its name.
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

  /// The one part of this server that `kubectl get componentstatuses` can show.
  fileprivate static let storageStatus = Object(
    .componentStatuses, name: "storage",
    ["conditions": [["type": "Healthy", "status": "True", "message": "ok"]]])

  /// How what runs in a cluster finds its API.
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
