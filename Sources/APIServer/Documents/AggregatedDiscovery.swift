import KubernetesAPI
import Manifest

/// Discovery of all resources in one document (`apidiscovery.k8s.io`).
struct AggregatedDiscovery: Sendable {
  /// `v2`, or `v2beta1` for clients before 1.30.
  private let version: String
  private let types: ResourceTypes

  /// `nil` if `accept` does not name this document before plain JSON.
  init?(accept: String, _ types: ResourceTypes) {
    self.types = types
    for wish in accept.split(separator: ",") {
      let words = wish.split(separator: ";").map { $0.split(separator: " ").joined() }
      guard words.first == "application/json" else { continue }
      guard words.contains("as=APIGroupDiscoveryList") else { return nil }
      guard let version = ["v2", "v2beta1"].first(where: { words.contains("v=" + $0) }) else { continue }
      self.version = version
      return
    }
    return nil
  }

  var mediaType: String { "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList" }

  /// The document for the core group (`/api`), or for all others (`/apis`).
  func document(isCore: Bool) -> Value {
    let groups = isCore ? [(name: "", versions: ["v1"])] : types.groups
    return [
      "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/" + version), "metadata": [:],
      "items": .sequence(
        groups.map { group in
          [
            "metadata": ["name": .string(group.name), "creationTimestamp": .null],
            "versions": .sequence(group.versions.map { self.version($0, of: group.name) }),
          ]
        }),
    ]
  }

  private func version(_ version: String, of group: String) -> Value {
    let resources = types.types(group: group, version: version).map(Self.resource)
    return ["version": .string(version), "resources": .sequence(resources), "freshness": "Current"]
  }

  private static func resource(_ type: ResourceType) -> Value {
    let resource = type.resource
    var entry: Mapping = [
      "resource": .string(resource.plural), "responseKind": kind(resource.group, resource.version, resource.kind),
      "scope": resource.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(type.singular),
      "verbs": .sequence(type.verbs.map(Value.string)),
    ]
    if !type.shortNames.isEmpty { entry["shortNames"] = .sequence(type.shortNames.map(Value.string)) }
    if !type.categories.isEmpty { entry["categories"] = .sequence(type.categories.map(Value.string)) }
    var parts: [Value] = []
    if type.hasStatus { parts.append(subresource("status", kind(resource.group, resource.version, resource.kind))) }
    if type.scale != nil { parts.append(subresource("scale", kind("autoscaling", "v1", "Scale"))) }
    if resource == .namespaces { parts.append(subresource("finalize", kind("", "v1", "Namespace"), ["update"])) }
    if !parts.isEmpty { entry["subresources"] = .sequence(parts) }
    return .mapping(entry)
  }

  private static func subresource(
    _ name: String, _ kind: Value, _ verbs: Value = ["get", "patch", "update"]
  ) -> Value {
    ["subresource": .string(name), "responseKind": kind, "verbs": verbs]
  }

  private static func kind(_ group: String, _ version: String, _ kind: String) -> Value {
    ["group": .string(group), "version": .string(version), "kind": .string(kind)]
  }
}
