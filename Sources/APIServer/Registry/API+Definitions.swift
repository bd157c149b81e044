import KubernetesAPI
import Manifest
import Platform

// Definitions are stored like other objects; the kinds that they define are served as soon as they are stored.
extension API {
  /// The finalizer that keeps a definition until its objects are gone.
  static let cleanup = "customresourcecleanup.apiextensions.k8s.io"

  /// Does everything that follows from `change`: quotas, owners and namespaces, the served kinds, and the removal of a
  /// definition that is being deleted after its last object.
  func follow(_ change: StoredChange) {
    updateQuotas(change)
    followOwners(change)
    continueForegroundDeletion(change)
    if change.collection == Resource.definitions.qualifiedName {
      serve(change)
    } else if change.kind == .deleted, terminating.contains(change.collection) {
      release(definition: change.collection)
    } else {
      followNamespace(change)
    }
  }

  private func serve(_ change: StoredChange) {
    let definition = Definition(reading: change.object.value)
    guard change.kind != .deleted else {
      terminating.remove(definition.name)
      served.change { $0.remove(definition.name) }
      // The watches of the kind end, so that clients list again after a new definition.
      return waiters.wakeAll(in: definition.name)
    }
    if Object(definition.value).isBeingDeleted { terminating.insert(definition.name) }
    let since = schemaVersion(after: change)
    do throws(StorageError) {
      try store.keep(schemaVersion: since, of: change.object)
    } catch {
      // After a restart, all objects are read as if the schemas had just changed, which is only slower.
      note("since when the schemas of \(definition.name) are what they are could not be kept: \(error)")
    }
    served.change { types in
      if definition.isEstablished { types.set(definition, since: since) } else { types.remove(definition.name) }
    }
  }

  /// The resource version at which the schemas of a definition last changed.
  private func schemaVersion(after change: StoredChange) -> Int {
    let versions = ["spec", "versions"]
    guard let old = change.previous, old.value[path: versions] == change.object.value[path: versions],
      let type = types.find(collection: change.object.key.name)
    else { return change.version }
    return type.schemaVersion
  }

  /// Marks a definition for deletion and deletes its objects; it is removed after the last of them.
  func delete(definition path: ResourcePath, _ options: DeleteOptions) throws(Status) -> Deletion {
    let stored = try get(path)
    try check(options, stored, path.type)
    guard !options.isDryRun else { return Deletion(path.type, stored, isGone: true) }
    var marked = stored
    if !Object(stored.value).isBeingDeleted {
      let value = Definition.terminating(marking(stored.value, path.type), at: now())
      marked = try committing { () throws(StorageError) in try store.put(value, in: path.type.collection) }.object
    }
    for type in types.all where type.collection == stored.key.name && type.resource.version == type.storageVersion {
      for object in registry.withLock({ $0.table(type.collection).objects() }) {
        // An object with finalizers is only marked; the definition is removed after it.
        _ = try delete(ResourcePath(type: type, key: object.key), DeleteOptions())
      }
    }
    release(definition: stored.key.name)
    return Deletion(path.type, marked, isGone: false)
  }

  /// Removes a definition that is marked for deletion, or its cleanup finalizer, once it has no objects.
  private func release(definition name: String) {
    let (collection, key) = (Resource.definitions.qualifiedName, ObjectKey(namespace: "", name: name))
    let (isEmpty, stored) = registry.withLock { ($0.table(name).keys.isEmpty, $0[collection, key]) }
    guard isEmpty, let stored else { return }
    let others = Object(stored.value).finalizers.filter { $0 != Self.cleanup }
    let value = stored.value.setting(
      ["metadata", "finalizers"], to: others.isEmpty ? nil : .sequence(others.map(Value.string)))
    // No caller waits for the result; the next deletion tries again.
    _ = try? committing { () throws(StorageError) in
      try others.isEmpty ? store.remove(value, from: collection) : store.put(value, in: collection)
    }
  }

  /// `object` as it is stored: a definition with its status, which only the server writes.
  func withDefinitionStatus(_ object: Value, after old: Value?, _ type: ResourceType) throws(Status) -> Value {
    guard type.resource == .definitions else { return object }
    let name = Object(object).name
    if let old {
      try Definition.check(object, replacing: old)
      try checkDropped(Definition.dropped(by: object, after: old), name)
    }
    let others = types.all.filter {
      $0.resource.group == object[path: "spec", "group"]?.string && $0.collection != name
    }
    return Definition.withDefinitionStatus(object, after: old, among: others, at: now())
  }

  /// Refuses to drop a version in which objects of `definition` are stored, because they could not be read any more.
  private func checkDropped(_ versions: [String], _ definition: String) throws(Status) {
    guard !versions.isEmpty else { return }
    let objects = registry.withLock { $0.table(definition) }.objects()
    let kept = Set(objects.map { Object($0.value).apiVersion.split(separator: "/").last.map(String.init) ?? "" })
    guard let version = versions.first(where: kept.contains) else { return }
    throw .invalid(
      .definitions, definition,
      [
        .invalid(
          "status.storedVersions", .string(version), "objects are stored in this version still: write them anew first")
      ])
  }
}

extension ObjectStore {
  /// Stores the built-in `definitions`, and removes built-in ones that are no longer among them.
  func keep(_ definitions: [Definition], at now: Timestamp) throws(StorageError) {
    guard !definitions.isEmpty else { return }
    let collection = Resource.definitions.qualifiedName
    for definition in definitions {
      let key = ObjectKey(namespace: "", name: definition.name)
      let old = registry.withLock { $0[collection, key] }?.value
      guard old?["spec"] != definition.value["spec"] else { continue }
      _ = try put(definition.builtInObject(after: old, at: now), in: collection)
    }
    let names = Set(definitions.map(\.name))
    let kept = registry.withLock { $0.table(collection).objects() }
    for stored in kept where !names.contains(stored.key.name) && Definition.isBuiltInDefinition(stored) {
      _ = try remove(stored.value, from: collection)
    }
  }
}
