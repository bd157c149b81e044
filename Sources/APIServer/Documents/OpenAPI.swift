import KubernetesAPI
import Manifest

/// The documents that describe the API to clients that check and explain objects: OpenAPI 2 and 3.
///
/// Both are made from the schemas that validate objects. A kind without a schema is an object with any fields in
/// OpenAPI 3; OpenAPI 2 omits it, because kubectl takes its definitions as complete.
struct OpenAPI: Sendable {
  private let types: ResourceTypes

  init(_ types: ResourceTypes) { self.types = types }

  private static let information: Value = [
    "title": "ksxd", "version": Discovery.version["gitVersion"] ?? "",
  ]

  /// `/openapi/v2`.
  var version2: Value {
    var paths = Mapping()
    var definitions: Mapping = [OpenAPISchemas.metadataName: OpenAPISchemas.metadata]
    for type in types.all {
      add(self.paths(of: type, .version2), to: &paths)
      guard let schema = type.schema else { continue }
      definitions.pairs.append(
        Mapping.Pair(
          key: OpenAPISchemas.name(of: type), value: OpenAPISchemas.definition(type, schema, .version2)))
    }
    definitions.pairs += NativeSchemas.parts(of: types.all, .version2)
    return [
      "swagger": "2.0", "info": Self.information, "paths": .mapping(paths), "definitions": .mapping(definitions),
    ]
  }

  /// The document at `/openapi/v3/` for `groupVersion`, such as `apis/apps/v1`.
  func version3(_ groupVersion: String) throws(Status) -> Value {
    let members = types.all.filter { Self.groupVersion(of: $0) == groupVersion }
    guard !members.isEmpty else { throw .unknownResource }
    var paths = Mapping()
    var schemas: Mapping = [OpenAPISchemas.metadataName: OpenAPISchemas.metadata]
    for type in members {
      add(self.paths(of: type, .version3), to: &paths)
      schemas[OpenAPISchemas.name(of: type)] = OpenAPISchemas.definition(type, type.schema, .version3)
    }
    schemas.pairs += NativeSchemas.parts(of: members, .version3)
    return [
      "openapi": "3.0.0", "info": Self.information, "paths": .mapping(paths),
      "components": ["schemas": .mapping(schemas)],
    ]
  }

  /// The paths of the OpenAPI 3 documents, such as `apis/apps/v1`.
  var groupVersions: [String] {
    var groupVersions: [String] = []
    for groupVersion in types.all.map(Self.groupVersion(of:)) where !groupVersions.contains(groupVersion) {
      groupVersions.append(groupVersion)
    }
    return groupVersions
  }

  private static func groupVersion(of type: ResourceType) -> String {
    (type.resource.group.isEmpty ? "api/" : "apis/") + type.resource.apiVersion
  }

  private func add(_ paths: [(String, Value)], to all: inout Mapping) {
    for (path, value) in paths { all.pairs.append(Mapping.Pair(key: path, value: value)) }
  }
}

extension OpenAPI {
  /// The two versions of the format.
  enum Version: Hashable, Sendable {
    case version2, version3

    /// The prefix of references to schemas.
    var prefix: String { self == .version2 ? "#/definitions/" : "#/components/schemas/" }
  }

  private func paths(of type: ResourceType, _ version: Version) -> [(String, Value)] {
    let base = "/" + Self.groupVersion(of: type) + (type.resource.isNamespaced ? "/namespaces/{namespace}/" : "/")
    let collection = base + type.resource.plural
    let make = operation(type, "post", "create", version)
    guard !type.isReview else { return [(collection, ["post": make])] }
    let whole: [(String, Value)] = [
      (collection, ["get": operation(type, "list", "list", version), "post": make]),
      (
        collection + "/{name}",
        [
          "get": operation(type, "get", "read", version), "put": operation(type, "put", "replace", version),
          "patch": operation(type, "patch", "patch", version),
          "delete": operation(type, "delete", "delete", version),
        ]
      ),
    ]
    let parts = (type.hasStatus ? ["status"] : []) + (type.scale == nil ? [] : ["scale"])
    return whole + parts.map { (collection + "/{name}/" + $0, subresource(type, version)) }
  }

  /// The operations of a subresource: read, replace and patch.
  private func subresource(_ type: ResourceType, _ version: Version) -> Value {
    [
      "get": operation(type, "get", "read", version), "put": operation(type, "put", "replace", version),
      "patch": operation(type, "patch", "patch", version),
    ]
  }

  private func operation(_ type: ResourceType, _ action: String, _ verb: String, _ version: Version) -> Value {
    var operation: Mapping = [
      "operationId": .string(verb + type.resource.version.capitalizedFirst + type.resource.kind),
      "x-kubernetes-action": .string(action),
      "x-kubernetes-group-version-kind": OpenAPISchemas.groupVersionKind(type),
      "responses": ["200": ["description": "OK"]],
    ]
    let parameters =
      switch action {
      case "post", "put", "patch": ["dryRun", "fieldManager", "fieldValidation"]
      case "delete": ["dryRun"]
      default: [String]()
      }
    if !parameters.isEmpty { operation["parameters"] = .sequence(parameters.map { Self.parameter($0, version) }) }
    return .mapping(operation)
  }

  private static func parameter(_ name: String, _ version: Version) -> Value {
    let parameter: Value = ["name": .string(name), "in": "query"]
    return version == .version2
      ? parameter.setting(["type"], to: "string") : parameter.setting(["schema"], to: ["type": "string"])
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
