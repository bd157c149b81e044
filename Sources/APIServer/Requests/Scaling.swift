import HTTP
import KubernetesAPI
import Manifest

/// Reads and writes the `scale` subresource: a view of two numbers and a selector.
struct Scaling: Sendable {
  private static let resource = Resource(group: "autoscaling", version: "v1", plural: "scales", kind: "Scale")
  private let path: ResourcePath
  private let paths: ResourceType.ScalePaths

  init(_ path: ResourcePath) throws(Status) {
    guard let paths = path.type.scale else { throw .unknownResource }
    self.path = path
    self.paths = paths
  }

  /// The object itself, without the subresource.
  var object: ResourcePath {
    var object = path
    object.isScale = false
    return object
  }

  /// The scale of `object`.
  func scale(of object: Value) -> Value {
    var metadata = Mapping()
    for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
      metadata[key] = object[path: "metadata", key]
    }
    var status: Mapping = ["replicas": object[path: paths.statusReplicas] ?? 0]
    if let selector = paths.selector.flatMap({ object[path: $0] }) { status["selector"] = Self.text(of: selector) }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .mapping(metadata),
      "spec": wanted(object).map { ["replicas": .integer($0)] } ?? [:], "status": .mapping(status),
    ]
  }

  /// The wanted number of replicas; `nil` if it is missing or zero, which Go omits.
  private func wanted(_ object: Value) -> Int? {
    object[path: paths.specReplicas]?.integer.flatMap { $0 == 0 ? nil : $0 }
  }

  /// Refuses a body that is not a Scale, or is the Scale of another object.
  private func check(_ scale: Value) throws(Status) {
    let given = Object(scale)
    guard ["", "autoscaling/v1"].contains(given.apiVersion), ["", "Scale"].contains(given.kind) else {
      throw .badRequest("a scale is expected (autoscaling/v1 Scale), and not \(given.apiVersion) \(given.kind)")
    }
    let name = path.name ?? ""
    guard given.name.isEmpty || given.name == name else {
      throw .badRequest("the name of the object (\(given.name)) does not match the name on the URL (\(name))")
    }
  }

  /// A selector in query syntax, from either of the forms that Kubernetes uses.
  private static func text(of selector: Value) -> Value {
    guard selector.mapping != nil else { return selector }
    let isPlain = selector["matchLabels"] == nil && selector["matchExpressions"] == nil
    return .string(isPlain ? CellFunctions.labels(selector) : CellFunctions.selector(selector))
  }

  /// `object` with the number of replicas in `scale`.
  func scaled(_ object: Value, to scale: Value) throws(Status) -> Value {
    try check(scale)
    let version = Object(scale).resourceVersion
    guard version.isEmpty || version == Object(object).resourceVersion else {
      throw .conflict(path.type.resource, path.name ?? "")
    }
    let replicas = scale[path: "spec", "replicas"] ?? 0
    guard let number = replicas.integer, number >= 0 else {
      throw .invalid(
        Self.resource, path.name ?? "",
        [.invalidValue("spec.replicas", replicas, "must be greater than or equal to 0")])
    }
    return object.setting(paths.specReplicas, to: .integer(number))
  }

  /// `object` with the Scale that `request` puts or patches.
  func edit(_ request: HTTPRequest, _ object: Value) throws(Status) -> Value {
    guard request.method == .patch else { return try scaled(object, to: try request.json()) }
    return try scaled(object, to: try RequestedPatch(request, for: path.type).apply(to: scale(of: object), path.type))
  }
}

extension API {
  /// Writes the `scale` subresource of an object.
  func scale(_ scaling: Scaling, _ request: HTTPRequest, _ options: WriteOptions) throws(Status) -> StoredObject {
    try change(scaling.object, options) { object throws(Status) in try scaling.edit(request, object) }
  }
}
