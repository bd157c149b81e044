import Client
import KubernetesAPI
import Manifest

extension Cluster {
  /// The same cluster, allowing unknown fields in charts, as helm does.
  var notingUnknownFields: Cluster {
    var cluster = self
    cluster.fieldValidation = "Warn"
    return cluster
  }

  /// The object; `nil` if it does not exist.
  func find(
    _ resource: Resource, namespace: String? = nil, _ name: String, skipping: JSONPaths = JSONPaths()
  ) async throws(ClusterError) -> Object? {
    do {
      return try await get(resource, namespace: namespace, name, skipping: skipping)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  /// Creates the object, or updates its labels, annotations and spec to those of `wanted`.
  ///
  /// Other labels and annotations are kept, except the annotations `former`; the spec is replaced. Nothing is written
  /// if nothing differs.
  @discardableResult
  func ensure(
    _ resource: Resource, _ wanted: Object, without former: [String] = []
  ) async throws(ClusterError) -> Object {
    guard let present = try await find(resource, namespace: wanted.namespace, wanted.name) else {
      return try await create(resource, wanted)
    }
    var target = MergePatch.apply(["metadata": wanted.value["metadata"] ?? .null], to: present.value)
    for key in former where present.annotations[key] != nil {
      target = target.setting(["metadata", "annotations", key], to: nil)
    }
    for key in ["spec", "data", "binaryData"] where wanted.value[key] != nil {
      target = target.setting([key], to: wanted.value[key])
    }
    let patch = MergePatch.difference(from: present.value, to: target)
    if patch.mapping?.isEmpty == true { return present }
    return try await self.patch(
      resource, namespace: wanted.namespace, wanted.name,
      .merge(patch.setting(["metadata", "resourceVersion"], to: .string(present.resourceVersion))))
  }

  /// Creates the namespace if it does not exist.
  func ensureNamespace(_ name: String, labels: [String: String] = [:]) async throws(ClusterError) {
    guard try await find(.namespaces, name) == nil else { return }
    do {
      _ = try await create(.namespaces, Object(.namespaces, name: name, labels: labels))
    } catch {
      if !error.isLostRace { throw error }
    }
  }

  /// Deletes the object as it was read; throws if another client has changed it since.
  func removeUnchanged(_ resource: Resource, _ object: Object) async throws(ClusterError) {
    do {
      try await delete(
        resource, namespace: object.namespace, object.name, uid: object.uid, resourceVersion: object.resourceVersion,
        propagation: .background)
    } catch {
      if !error.isNotFound { throw error }
    }
  }

  /// Deletes the object, if it exists, and its dependents: without this propagation policy, which helm sets too, the
  /// pods of a Job would remain.
  func remove(
    _ resource: Resource, namespace: String? = nil, _ name: String, uid: String? = nil
  ) async throws(ClusterError) {
    do {
      try await delete(resource, namespace: namespace, name, uid: uid, propagation: .background)
    } catch {
      if !error.isNotFound { throw error }
    }
  }
}
