public import Manifest

/// The verbs of the Kubernetes API, over any transport.
public struct Cluster: Sendable {
  public var transport: any Transport
  /// Who a write is recorded as in `managedFields`.
  public var fieldManager = "ksx"

  public init(transport: any Transport) {
    self.transport = transport
  }

  public func get(
    _ resource: Resource, namespace: String? = nil, _ name: String, skipping: JSONPaths = JSONPaths()
  ) async throws(ClusterError) -> Object {
    fatalError("contract")
  }

  /// Everything in a collection, page by page, decoded while it arrives.
  ///
  /// `limit` is the page size; a 410 on a page starts over (client-go's pager does the same).
  public func list(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), limit: Int? = 500,
    skipping: JSONPaths = JSONPaths(), each: (Object) -> Void
  ) async throws(ClusterError) -> ListVersion {
    fatalError("contract")
  }

  public func list(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), limit: Int? = 500,
    skipping: JSONPaths = JSONPaths()
  ) async throws(ClusterError) -> [Object] {
    fatalError("contract")
  }

  public func create(
    _ resource: Resource, _ object: Object, dryRun: Bool = false
  ) async throws(ClusterError) -> Object {
    fatalError("contract")
  }

  /// Merge patch (RFC 7386). A `resourceVersion` in the patch makes the server refuse a lost race with 409.
  public func patch(
    _ resource: Resource, namespace: String? = nil, _ name: String, _ patch: Value, dryRun: Bool = false
  ) async throws(ClusterError) -> Object {
    fatalError("contract")
  }

  /// Deletes, but only the object with `uid` when one is given (a `preconditions` body).
  public func delete(
    _ resource: Resource, namespace: String? = nil, _ name: String, uid: String? = nil, dryRun: Bool = false
  ) async throws(ClusterError) {
    fatalError("contract")
  }

  /// Any GET that answers JSON, such as `/version` or a discovery document.
  public func document(_ target: String) async throws(ClusterError) -> Value {
    fatalError("contract")
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
