public import Manifest

/// One object of the cluster, as the API sent it.
public struct Object: Hashable, Sendable, Mirrored {
  public var value: Value

  public init(_ value: Value) { self.value = value }

  /// An object as a client writes it.
  public init(
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

  public var apiVersion: String { value["apiVersion"]?.string ?? "" }
  public var kind: String { value["kind"]?.string ?? "" }
  public var name: String { value[path: "metadata", "name"]?.string ?? "" }
  public var namespace: String? { value[path: "metadata", "namespace"]?.string }
  public var uid: String { value[path: "metadata", "uid"]?.string ?? "" }
  public var resourceVersion: String { value[path: "metadata", "resourceVersion"]?.string ?? "" }
  public var generation: Int? { value[path: "metadata", "generation"]?.integer }
  public var creationTimestamp: String? { value[path: "metadata", "creationTimestamp"]?.string }
  public var isBeingDeleted: Bool { value[path: "metadata", "deletionTimestamp"]?.string != nil }
  public var labels: [String: String] { Self.strings(value[path: "metadata", "labels"]) }
  public var annotations: [String: String] { Self.strings(value[path: "metadata", "annotations"]) }
  public var finalizers: [String] { value[path: "metadata", "finalizers"]?.sequence?.compactMap(\.string) ?? [] }
  public var spec: Value { value["spec"] ?? .null }
  public var status: Value { value["status"] ?? .null }

  private static func strings(_ value: Value?) -> [String: String] {
    var result: [String: String] = [:]
    for pair in value?.mapping?.pairs ?? [] { result[pair.key] = pair.value.string }
    return result
  }
}

extension Value {
  /// A mapping of strings, its keys in order.
  public init(_ strings: [String: String]) {
    self = .mapping(Mapping(strings.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0, value: .string($1)) }))
  }
}

/// What a store can hold: something with a name of its own in the collection.
public protocol Mirrored: Hashable, Sendable {
  var name: String { get }
  var resourceVersion: String { get }
}
