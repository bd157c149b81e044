import KubernetesAPI

/// One resource, and how narrowly a request names it.
struct ResourcePath: Sendable {
  var type: ResourceType
  /// `nil` for cluster-scoped objects and for all namespaces at once.
  var namespace: String?
  var name: String?
  var isStatus = false
  var isScale = false
  /// The finalizers of a namespace, which no other write changes.
  var isFinalize = false

  /// Reads what follows the group and the version in a path.
  init(_ segments: ArraySlice<String>, group: String, version: String, in types: ResourceTypes) throws(Status) {
    var rest = segments
    // A namespace is an object too: /namespaces/x/status is its status, and no resource in it.
    if rest.first == "namespaces", rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
      namespace = rest[rest.startIndex + 1]
      rest = rest.dropFirst(2)
    }
    // As kube-apiserver has it: no namespace is all of them, where one object is not asked for.
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
