import KubernetesAPI

/// The resource, namespace, object and subresource that a request names.
struct ResourcePath: Sendable {
  var type: ResourceType
  /// `nil` for cluster-scoped objects, and for all namespaces at once.
  var namespace: String?
  var name: String?
  var isStatus = false
  var isScale = false
  /// Whether the request sets `spec.finalizers` of a namespace (`finalize`).
  var isFinalize = false

  /// Reads the path segments after group and version.
  init(_ segments: ArraySlice<String>, group: String, version: String, in types: ResourceTypes) throws(Status) {
    var rest = segments
    // /namespaces/x/status is the status of a namespace, not a resource in it.
    if rest.first == "namespaces", rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
      namespace = rest[rest.startIndex + 1]
      rest = rest.dropFirst(2)
    }
    // As in kube-apiserver: an empty namespace means all namespaces, unless one object is requested.
    if namespace?.isEmpty == true {
      guard rest.count < 2 else { throw .badRequest("Namespace parameter required.") }
      namespace = nil
    }
    guard let plural = rest.popFirst(), let type = types.find(group: group, version: version, plural: plural) else {
      throw .unknownResource
    }
    self.type = type
    name = rest.popFirst()
    let subresource = rest.popFirst()
    isStatus = subresource == "status"
    isScale = subresource == "scale"
    isFinalize = subresource == "finalize"
    let isScopeRight = type.resource.isNamespaced ? (namespace != nil || name == nil) : namespace == nil
    guard rest.isEmpty, isScopeRight, subresource == nil || isServed(type) else {
      throw .unknownResource
    }
  }

  /// Whether `type` has the subresource.
  private func isServed(_ type: ResourceType) -> Bool {
    (isStatus && type.hasStatus) || (isScale && type.scale != nil)
      || (isFinalize && type.resource == .namespaces)
  }

  var key: ObjectKey { ObjectKey(namespace: namespace ?? "", name: name ?? "") }
}
