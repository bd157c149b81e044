import CBuild
import KubernetesAPI
import Manifest

/// The discovery documents, which list the served groups, versions and resources.
struct Discovery: Sendable {
  private var types: ResourceTypes

  init(_ types: ResourceTypes) { self.types = types }

  static let coreVersions: Value = [
    "kind": "APIVersions", "versions": ["v1"],
    "serverAddressByClientCIDRs": [],
  ]

  /// The version of Kubernetes that this server claims, because charts require one (`kubeVersion`).
  static let version: Value = [
    "major": "1", "minor": "31", "gitVersion": "v1.31.0+ksxd", "gitCommit": .string(String(cString: ksx_commit())),
    "gitTreeState": ksx_differs_from_commit() == 0 ? "clean" : "dirty",
    "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux",
  ]

  /// The served paths, except those of objects.
  var paths: Value {
    let fixed = [
      "/api", "/api/v1", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version",
    ]
    let groups = types.groups.flatMap { group in
      ["/apis/\(group.name)"] + group.versions.map { "/apis/\(group.name)/\($0)" }
    }
    return ["paths": .sequence((fixed + groups).sorted().map(Value.string))]
  }

  var groups: Value {
    [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": .sequence(types.groups.map { Self.group($0.name, $0.versions) }),
    ]
  }

  func group(_ name: String) throws(Status) -> Value {
    guard let group = types.groups.first(where: { $0.name == name }) else { throw .unknownResource }
    return Self.group(group.name, group.versions)
      .setting(["kind"], to: "APIGroup").setting(["apiVersion"], to: "v1")
  }

  func resources(group: String, version: String) throws(Status) -> Value {
    let served = types.types(group: group, version: version)
    guard !served.isEmpty else { throw .unknownResource }
    return [
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
      "resources": .sequence(served.flatMap(Self.entries)),
    ]
  }

  private static func group(_ name: String, _ versions: [String]) -> Value {
    let versions = versions.map { version -> Value in
      ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
    }
    return ["name": .string(name), "versions": .sequence(versions), "preferredVersion": versions.first ?? .null]
  }

  private static func entries(_ type: ResourceType) -> [Value] {
    var entry: Mapping = [
      "name": .string(type.resource.plural), "singularName": .string(type.singular),
      "namespaced": .bool(type.resource.isNamespaced), "kind": .string(type.resource.kind),
      "verbs": .sequence(type.verbs.map(Value.string)),
    ]
    if !type.shortNames.isEmpty { entry["shortNames"] = .sequence(type.shortNames.map(Value.string)) }
    if !type.categories.isEmpty { entry["categories"] = .sequence(type.categories.map(Value.string)) }
    return [.mapping(entry)] + (type.hasStatus ? [subresource("status", of: type)] : [])
      + (type.scale == nil ? [] : [subresource("scale", of: type)])
      + (type.resource == .namespaces ? [subresource("finalize", of: type)] : [])
  }

  private static func subresource(_ name: String, of type: ResourceType) -> Value {
    var entry: Mapping = [
      "name": .string(type.resource.plural + "/" + name), "singularName": "",
      "namespaced": .bool(type.resource.isNamespaced), "kind": .string(type.resource.kind),
      "verbs": name == "finalize" ? ["update"] : ["get", "patch", "update"],
    ]
    if name == "scale" {
      entry["group"] = "autoscaling"
      entry["version"] = "v1"
      entry["kind"] = "Scale"
    }
    return .mapping(entry)
  }
}
