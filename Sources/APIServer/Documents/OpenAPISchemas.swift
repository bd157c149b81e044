import KubernetesAPI
import Manifest

/// The OpenAPI schemas of kinds.
enum OpenAPISchemas {
  static let metadataName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

  /// The name of a kind's schema, such as `io.kubesphere.v1alpha1.Extension`.
  static func name(of type: ResourceType) -> String {
    if let name = type.schema?.native?.name { return NativeSchemas.name(name) }
    let group = type.resource.group.isEmpty ? "io.k8s.api.core" : reversed(type.resource.group)
    return "\(group).\(type.resource.version).\(type.resource.kind)"
  }

  private static func reversed(_ domain: String) -> String {
    domain.split(separator: ".").reversed().joined(separator: ".")
  }

  static func groupVersionKind(_ type: ResourceType) -> Value {
    [
      "group": .string(type.resource.group), "version": .string(type.resource.version),
      "kind": .string(type.resource.kind),
    ]
  }

  /// The definition of a kind; without a schema, an object with any fields.
  static func definition(_ type: ResourceType, _ schema: Schema?, _ version: OpenAPI.Version) -> Value {
    guard let schema else {
      return ["type": "object", "x-kubernetes-group-version-kind": [groupVersionKind(type)]]
    }
    let isNative = schema.native != nil
    let prefix = version.prefix
    var value =
      isNative
      ? NativeSchemas.definition(schema, version) : version == .version2 ? simplified(schema.source) : schema.source
    let fields: [(String, Value)] = [
      ("apiVersion", ["type": "string", "description": "The group and the version of the kind."]),
      ("kind", ["type": "string", "description": "The kind."]),
      ("metadata", ["$ref": .string(prefix + metadataName)]),
    ]
    if value["properties"] != nil || version == .version3 {
      for (key, field) in fields { value = value.setting(["properties", key], to: field) }
    }
    return value.setting(["x-kubernetes-group-version-kind"], to: [groupVersionKind(type)])
  }

  /// Reduces a schema to what OpenAPI 2 can express; anything else becomes a value of any type, as in a real cluster.
  private static func simplified(_ value: Value) -> Value {
    guard let pairs = value.mapping?.pairs else { return value }
    let isOpen = [
      "nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
      "x-kubernetes-int-or-string",
    ].contains { value[$0] == true }
    let structure = ["type", "properties", "additionalProperties", "items", "required", "format"]
    let unknown = ["anyOf", "oneOf", "allOf", "not", "nullable"]
    return .mapping(
      Mapping(
        pairs.compactMap { pair in
          guard !unknown.contains(pair.key), !isOpen || !structure.contains(pair.key) else { return nil }
          switch pair.key {
          case "items", "additionalProperties": return Mapping.Pair(key: pair.key, value: simplified(pair.value))
          case "properties": return Mapping.Pair(key: pair.key, value: simplifiedEach(pair.value))
          default: return pair
          }
        }))
  }

  private static func simplifiedEach(_ properties: Value) -> Value {
    .mapping(
      Mapping(
        (properties.mapping?.pairs ?? []).map { Mapping.Pair(key: $0.key, value: simplified($0.value)) }))
  }

  /// The metadata of every object (`meta/v1.ObjectMeta`).
  static let metadata: Value = {
    func text(_ description: String) -> Value { ["type": "string", "description": .string(description)] }
    func time(_ description: String) -> Value { text(description).setting(["format"], to: "date-time") }
    func number(_ description: String) -> Value {
      ["type": "integer", "format": "int64", "description": .string(description)]
    }
    func texts(_ description: String) -> Value {
      ["type": "object", "additionalProperties": ["type": "string"], "description": .string(description)]
    }
    return [
      "type": "object", "description": "What every object says of itself.",
      "properties": [
        "name": text("The name, which no other object of the kind and namespace has."),
        "generateName": text("The beginning of a name that the server completes."),
        "namespace": text("The namespace."), "selfLink": text("No longer written."),
        "uid": text("What no other object has or has had."),
        "resourceVersion": text("What changes with every change of the object."),
        "generation": number("What grows with every change of what is wanted."),
        "creationTimestamp": time("When the object was made."),
        "deletionTimestamp": time("When the object was to be deleted."),
        "deletionGracePeriodSeconds": number("How long it may take to go."),
        "labels": texts("Words to select objects by."), "annotations": texts("Further words about the object."),
        "finalizers": [
          "type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set",
          "description": "What has to be done before the object may go.",
        ],
        "ownerReferences": [
          "type": "array", "description": "Objects that this one goes with.", "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["uid"], "items": owner,
        ],
        "managedFields": [
          "type": "array", "description": "Who wrote what.", "x-kubernetes-list-type": "atomic",
          "items": entry,
        ],
      ],
    ]
  }()

  private static let entry: Value = [
    "type": "object",
    "properties": [
      "manager": ["type": "string", "description": "Who wrote."],
      "operation": ["type": "string", "description": "How it was written: Apply or Update."],
      "apiVersion": ["type": "string", "description": "The version that it was written in."],
      "time": ["type": "string", "format": "date-time", "description": "When the fields became what they are."],
      "fieldsType": ["type": "string", "description": "The form of the fields: FieldsV1."],
      "fieldsV1": ["type": "object", "description": "The fields that were written."],
      "subresource": ["type": "string", "description": "The part of the object that was written, such as status."],
    ],
  ]

  private static let owner: Value = [
    "type": "object", "required": ["apiVersion", "kind", "name", "uid"],
    "properties": [
      "apiVersion": ["type": "string", "description": "The group and version of the owner."],
      "kind": ["type": "string", "description": "The kind of the owner."],
      "name": ["type": "string", "description": "The name of the owner."],
      "uid": ["type": "string", "description": "The uid of the owner."],
      "controller": ["type": "boolean", "description": "Whether the owner looks after the object."],
      "blockOwnerDeletion": ["type": "boolean", "description": "Whether the owner stays as long as the object."],
    ],
  ]
}
