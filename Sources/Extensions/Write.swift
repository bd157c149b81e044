package import Client
package import KubernetesAPI
package import Manifest

/// One write to the cluster, as data: it can be compared, shown, journalled and refused.
package enum Write: Hashable, Sendable {
  case create(Resource, Object)
  case patch(Resource, namespace: String? = nil, name: String, Value)
  case delete(Resource, namespace: String? = nil, name: String, uid: String?)
}

extension Write {
  /// Sends this write and returns the object as the server has it then; `nil` after a deletion.
  @discardableResult
  package func send(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> Object? {
    switch self {
    case .create(let resource, let object): return try await cluster.create(resource, object, dryRun: dryRun)
    case .patch(let resource, let namespace, let name, let patch):
      return try await cluster.patch(resource, namespace: namespace, name, .merge(patch), dryRun: dryRun)
    case .delete(let resource, let namespace, let name, let uid):
      try await cluster.delete(resource, namespace: namespace, name, uid: uid, dryRun: dryRun)
      return nil
    }
  }

  /// The access that this write needs.
  package var access: Access {
    switch self {
    // RBAC cannot restrict `create` by name.
    case .create(let resource, let object): Access("create", resource, namespace: object.namespace)
    case .patch(let resource, let namespace, let name, _):
      Access("patch", resource, namespace: namespace, name: name)
    case .delete(let resource, let namespace, let name, _):
      Access("delete", resource, namespace: namespace, name: name)
    }
  }

  /// The name of its object.
  package var name: String {
    switch self {
    case .create(_, let object): object.name
    case .patch(_, _, let name, _), .delete(_, _, let name, _): name
    }
  }

  /// This write without the resourceVersion, for a printed command or a dry run.
  package var withoutVersion: Write {
    guard case .patch(let resource, let namespace, let name, let patch) = self, var fields = patch.mapping,
      var metadata = fields["metadata"]?.mapping
    else { return self }
    metadata["resourceVersion"] = nil
    fields["metadata"] = metadata.isEmpty ? nil : .mapping(metadata)
    return .patch(resource, namespace: namespace, name: name, .mapping(fields))
  }
}
