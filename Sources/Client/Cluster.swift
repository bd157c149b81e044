public import Manifest

/// The verbs of the Kubernetes API, over any transport.
public struct Cluster: Sendable {
  public var transport: any Transport
  /// Who a write is recorded as in `managedFields`.
  public var fieldManager = "ksx"
  /// What the server does about fields it does not know: `Strict` refuses them, `Warn` drops them.
  public var fieldValidation = "Strict"
  /// Attempts of a read that the server puts off with `Retry-After`.
  public var readAttempts = 5
  public var timing = Timing.real

  public init(transport: any Transport) {
    self.transport = transport
  }

  public func get(
    _ resource: Resource, namespace: String? = nil, _ name: String, skipping: JSONPaths = JSONPaths()
  ) async throws(ClusterError) -> Object {
    let response = try await read(resource.path(namespace: namespace, name: name))
    return try Self.object(try await Self.value(of: response, skipping: skipping))
  }

  public func create(
    _ resource: Resource, _ object: Object, dryRun: Bool = false
  ) async throws(ClusterError) -> Object {
    let target = resource.path(namespace: object.namespace) + writeQuery(dryRun)
    return try await write(.post, target, type: "application/json", object.value)
  }

  /// Merge patch (RFC 7386).
  ///
  /// A `resourceVersion` in the patch makes the server refuse a lost race with 409.
  public func patch(
    _ resource: Resource, namespace: String? = nil, _ name: String, _ patch: Value, dryRun: Bool = false
  ) async throws(ClusterError) -> Object {
    let target = resource.path(namespace: namespace, name: name) + writeQuery(dryRun)
    return try await write(.patch, target, type: "application/merge-patch+json", patch)
  }

  /// Merge patch of a subresource, such as `status`.
  public func patch(
    _ resource: Resource, namespace: String? = nil, _ name: String, subresource: String, _ patch: Value
  ) async throws(ClusterError) -> Object {
    let target = resource.path(namespace: namespace, name: name) + "/" + subresource + writeQuery(false)
    return try await write(.patch, target, type: "application/merge-patch+json", patch)
  }

  /// Deletes, but only the object with `uid` when one is given (a `preconditions` body).
  public func delete(
    _ resource: Resource, namespace: String? = nil, _ name: String, uid: String? = nil, dryRun: Bool = false
  ) async throws(ClusterError) {
    var query = Query()
    query.add("dryRun", dryRun ? "All" : nil)
    var request = HTTPRequest(.delete, resource.path(namespace: namespace, name: name) + query.text)
    if let uid {
      request.headers["Content-Type"] = "application/json"
      request.body = JSON.bytes([
        "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": .string(uid)],
      ])
    }
    _ = try await write(request)
  }

  /// Any GET that answers JSON, such as `/version` or a discovery document.
  public func document(_ target: String) async throws(ClusterError) -> Value {
    try await Self.value(of: try await read(target))
  }

  /// Creates what is answered and not kept, such as a review of access.
  public func ask(_ resource: Resource, namespace: String? = nil, _ object: Object) async throws(ClusterError) -> Object
  {
    try await write(.post, resource.path(namespace: namespace), type: "application/json", object.value)
  }

  private func write(
    _ method: HTTPRequest.Method, _ target: String, type: String, _ value: Value
  ) async throws(ClusterError) -> Object {
    let request = HTTPRequest(method, target, headers: ["Content-Type": type], body: JSON.bytes(value))
    return try Self.object(try await write(request))
  }

  private func writeQuery(_ dryRun: Bool) -> String {
    var query = Query()
    query.add("fieldManager", fieldManager)
    // A field the server does not know would otherwise vanish without a word.
    query.add("fieldValidation", fieldValidation)
    query.add("dryRun", dryRun ? "All" : nil)
    return query.text
  }

  private static func object(_ value: Value) throws(ClusterError) -> Object {
    guard value["metadata"]?.mapping != nil || value["kind"]?.string != nil else {
      throw .unreadable("the answer is JSON but no object of the API")
    }
    return Object(value)
  }
}

/// The `resourceVersion` a list was true at: where a watch goes on.
public struct ListVersion: Hashable, Sendable {
  public var resourceVersion: String

  public init(resourceVersion: String) { self.resourceVersion = resourceVersion }
}

/// Which objects of a collection: label and field selectors as Kubernetes writes them.
public struct Selector: Hashable, Sendable {
  public var labels: String
  public var fields: String

  public init(labels: String = "", fields: String = "") {
    self.labels = labels
    self.fields = fields
  }
}
