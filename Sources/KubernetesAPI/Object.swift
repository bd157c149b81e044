package import Manifest

/// One object of the cluster, as the API sent it or as a client creates it.
package struct Object: Hashable, Sendable, StoreElement {
  package var value: Value

  package init(_ value: Value) { self.value = value }

  /// An object for a client to create: `apiVersion`, `kind`, `metadata`, then `fields`.
  package init(
    _ resource: Resource, name: String, namespace: String? = nil, labels: [String: String] = [:],
    annotations: [String: String] = [:], _ fields: Mapping = [:]
  ) {
    var metadata: Mapping = ["name": .string(name)]
    if let namespace { metadata["namespace"] = .string(namespace) }
    if !labels.isEmpty { metadata["labels"] = Value(labels) }
    if !annotations.isEmpty { metadata["annotations"] = Value(annotations) }
    var pairs = Mapping()
    pairs["apiVersion"] = .string(resource.apiVersion)
    pairs["kind"] = .string(resource.kind)
    pairs["metadata"] = .mapping(metadata)
    for pair in fields.pairs { pairs[pair.key] = pair.value }
    value = .mapping(pairs)
  }

  package var apiVersion: String { value["apiVersion"]?.string ?? "" }
  package var kind: String { value["kind"]?.string ?? "" }
  package var name: String { value[path: "metadata", "name"]?.string ?? "" }
  package var namespace: String? { value[path: "metadata", "namespace"]?.string }
  package var uid: String { value[path: "metadata", "uid"]?.string ?? "" }
  package var resourceVersion: String { value[path: "metadata", "resourceVersion"]?.string ?? "" }
  package var generation: Int? { value[path: "metadata", "generation"]?.integer }
  package var creationTimestamp: String? { value[path: "metadata", "creationTimestamp"]?.string }
  package var isBeingDeleted: Bool { value[path: "metadata", "deletionTimestamp"]?.string != nil }
  package var labels: [String: String] { Self.strings(value[path: "metadata", "labels"]) }
  package var annotations: [String: String] { Self.strings(value[path: "metadata", "annotations"]) }
  package var finalizers: [String] { value[path: "metadata", "finalizers"]?.sequence?.compactMap(\.string) ?? [] }
  package var spec: Value { value["spec"] ?? .null }
  package var status: Value { value["status"] ?? .null }

  private static func strings(_ value: Value?) -> [String: String] {
    var result: [String: String] = [:]
    for pair in value?.mapping?.pairs ?? [] { result[pair.key] = pair.value.string }
    return result
  }
}

extension Value {
  /// A mapping of strings, sorted by key.
  package init(_ strings: [String: String]) {
    self = .mapping(Mapping(strings.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0, value: .string($1)) }))
  }
}

/// An element of a store, with a name that is unique in its collection.
package protocol StoreElement: Hashable, Sendable {
  var name: String { get }
  var resourceVersion: String { get }
}
