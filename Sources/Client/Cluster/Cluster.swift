package import HTTP
package import KubernetesAPI
package import Manifest
package import Platform

/// The verbs of the Kubernetes API, over any transport.
package struct Cluster: Sendable {
  package var transport: any Transport
  package static let defaultFieldManager = "ksx"

  /// The field manager of writes, recorded in `managedFields`.
  package var fieldManager = Cluster.defaultFieldManager
  /// How the server treats unknown fields: `Strict` rejects the write, `Warn` drops the fields with a warning.
  package var fieldValidation = "Strict"
  /// The number of attempts of a read that the server defers with `Retry-After`.
  package var readAttempts = 5
  package var timing = Timing.real
  /// Receives the `Warning` fields of responses.
  package var warnings: Warnings?
  package let initialEventsSupport = InitialEventsSupport()

  package init(transport: any Transport) {
    self.transport = transport
  }

  /// Reads an object, or a subresource of it, without the values at `skipping`.
  package func get(
    _ resource: Resource, namespace: String? = nil, _ name: String, subresource: String? = nil,
    skipping: JSONPaths = JSONPaths()
  ) async throws(ClusterError) -> Object {
    let response = try await read(resource.path(namespace: namespace, name: name, subresource: subresource))
    let value = try await Self.value(of: response, skipping: skipping)
    return try Object(value, answering: resource, name, subresource)
  }

  /// Creates `object`, or a subresource of an existing object, such as a pod's `eviction`.
  package func create(
    _ resource: Resource, _ object: Object, subresource: String? = nil, dryRun: Bool = false
  ) async throws(ClusterError) -> Object {
    let name = subresource.map { _ in object.name }
    let target = resource.path(namespace: object.namespace, name: name, subresource: subresource)
    let value = try await write(.post, target + writeQuery(dryRun), type: "application/json", object.value)
    return try Object(value, answering: resource, object.name, subresource)
  }

  /// Changes an object, or a subresource of it such as `status`.
  package func patch(
    _ resource: Resource, namespace: String? = nil, _ name: String, subresource: String? = nil, _ patch: Patch,
    dryRun: Bool = false
  ) async throws(ClusterError) -> Object {
    let target = resource.path(namespace: namespace, name: name, subresource: subresource)
    let query = writeQuery(dryRun, force: patch.isForced)
    let value = try await write(.patch, target + query, type: patch.contentType, patch.body)
    return try Object(value, answering: resource, name, subresource)
  }

  /// Deletes an object; `uid` and `resourceVersion`, if given, are preconditions.
  ///
  /// `propagation` decides what happens to dependent objects; `nil` uses the default of the kind.
  package func delete(
    _ resource: Resource, namespace: String? = nil, _ name: String, uid: String? = nil,
    resourceVersion: String? = nil, propagation: Propagation? = nil, dryRun: Bool = false
  ) async throws(ClusterError) {
    var options = Mapping()
    let preconditions = [("uid", uid), ("resourceVersion", resourceVersion)].compactMap { name, value in
      value.map { Mapping.Pair(key: name, value: .string($0)) }
    }
    if !preconditions.isEmpty { options["preconditions"] = .mapping(Mapping(preconditions)) }
    if let propagation { options["propagationPolicy"] = .string(propagation.rawValue) }
    // In the body, because a server ignores the query of a DELETE that has a body, and would delete.
    if dryRun { options["dryRun"] = ["All"] }
    let answer = try await delete(resource.path(namespace: namespace, name: name), options)
    // The answer is the object or a `Status`.
    if answer["kind"]?.string != "Status" { _ = try Object(answer, answering: resource, name) }
  }

  private func delete(_ target: String, _ options: Mapping) async throws(ClusterError) -> Value {
    var query = Query()
    // Also in the query, for a server that ignores the body of a DELETE.
    query.add("dryRun", options["dryRun"] == nil ? nil : "All")
    var request = HTTPRequest(.delete, target + query.text)
    if !options.pairs.isEmpty {
      let kind: Mapping = ["apiVersion": "v1", "kind": "DeleteOptions"]
      request.headers["Content-Type"] = "application/json"
      request.body = JSON.bytes(.mapping(Mapping(kind.pairs + options.pairs)))
    }
    return try await write(request)
  }

  /// The JSON response to any GET, such as `/version` or a discovery document.
  package func document(_ target: String) async throws(ClusterError) -> Value {
    try await Self.value(of: try await read(target))
  }

  /// Reads a text of at most 1 MiB, such as a pod's log.
  package func text(_ target: String) async throws(ClusterError) -> String {
    let response = try await read(target, accepting: "text/plain, */*")
    do {
      return String(decoding: try await response.body.collected(upTo: 1 << 20), as: UTF8.self)
    } catch {
      throw .transport(error)
    }
  }

  /// Creates an object that the server answers but does not store, such as an access review.
  package func createReview(_ resource: Resource, namespace: String? = nil, _ object: Object) async throws(ClusterError)
    -> Object
  {
    let value = try await write(.post, resource.path(namespace: namespace), type: "application/json", object.value)
    return try Object(value, answering: resource, object.name)
  }

  private func write(
    _ method: HTTPRequest.Method, _ target: String, type: String, _ value: Value
  ) async throws(ClusterError) -> Value {
    let request = HTTPRequest(method, target, headers: ["Content-Type": type], body: JSON.bytes(value))
    return try await write(request, hiding: Secrets(in: value))
  }

  private func writeQuery(_ dryRun: Bool, force: Bool = false) -> String {
    var query = Query()
    query.add("fieldManager", fieldManager)
    // Otherwise the server may drop unknown fields silently.
    query.add("fieldValidation", fieldValidation)
    query.add("force", force ? "true" : nil)
    query.add("dryRun", dryRun ? "All" : nil)
    return query.text
  }
}

extension Object {
  /// The object in a response; throws if it is not the requested one, as when a proxy mixes up two responses or
  /// the server is not a Kubernetes API.
  ///
  /// `name` is empty if the server chooses it. A subresource may be an object of any kind.
  init(
    _ value: Value, answering resource: Resource, _ name: String, _ subresource: String? = nil
  ) throws(ClusterError) {
    self.init(value)
    guard value["metadata"]?.mapping != nil || !kind.isEmpty else {
      throw .unreadable("the answer is JSON but no object of the API")
    }
    guard subresource == nil || subresource == "status" else { return }
    guard kind.isEmpty || kind == resource.kind, self.name.isEmpty || name.isEmpty || self.name == name else {
      let what = Excerpt.shortened("\(kind) \(self.name)", to: 80)
      throw .unreadable("the answer is about something else, \(what)")
    }
  }
}
