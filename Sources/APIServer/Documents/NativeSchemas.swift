import KubernetesAPI
import Manifest

/// The OpenAPI schemas of Kubernetes' own types: each is defined once and referred to by name.
enum NativeSchemas {
  /// The full name of a type, such as `io.k8s.api.core.v1.PodSpec` for `core.PodSpec`.
  static func name(_ name: String) -> String {
    let words = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard words.count == 2, let package = ResourceTypes.types.packages[words[0]] else { return name }
    return "\(package).\(words[1])"
  }

  /// The definitions of the types that fields of `types` have.
  static func parts(of types: [ResourceType], _ version: OpenAPI.Version) -> [Mapping.Pair] {
    var known = Set(types.compactMap { $0.schema?.native?.name })
    known.insert("meta.ObjectMeta")
    var pairs: [Mapping.Pair] = []
    for type in types {
      guard let schema = type.schema, schema.native != nil else { continue }
      collect(schema, &known, &pairs, version)
    }
    return pairs.sorted { $0.key < $1.key }
  }

  private static func collect(
    _ schema: Schema, _ known: inout Set<String>, _ pairs: inout [Mapping.Pair], _ version: OpenAPI.Version
  ) {
    for inner in Array(schema.properties.values)
      + [schema.items, schema.additionalProperties.schema].compactMap(\.self)
    {
      if let name = inner.native?.name, !name.isEmpty {
        guard known.insert(name).inserted else { continue }
        pairs.append(Mapping.Pair(key: self.name(name), value: definition(inner, version)))
      }
      collect(inner, &known, &pairs, version)
    }
  }

  /// The definition of a type with its fields.
  static func definition(_ schema: Schema, _ version: OpenAPI.Version) -> Value {
    var value: Mapping = ["type": "object"]
    let fields = schema.properties.sorted { $0.key < $1.key }
    if !fields.isEmpty {
      value["properties"] = .mapping(
        Mapping(fields.map { Mapping.Pair(key: $0.key, value: field($0.value, version)) }))
    }
    if !schema.required.isEmpty { value["required"] = .sequence(schema.required.map(Value.string)) }
    if schema.isAtomic { value["x-kubernetes-map-type"] = "atomic" }
    return .mapping(value)
  }

  private static func field(_ schema: Schema, _ version: OpenAPI.Version) -> Value {
    if let name = schema.native?.name, !name.isEmpty {
      let reference: Value = ["$ref": .string(version.prefix + self.name(name))]
      return marked(reference, schema)
    }
    var value = Mapping()
    for (key, word) in scalar(schema, version) { value[key] = word }
    if let items = schema.items { value["items"] = field(items, version) }
    if let inner = schema.additionalProperties.schema { value["additionalProperties"] = field(inner, version) }
    if schema.isAtomic { value["x-kubernetes-map-type"] = "atomic" }
    return marked(.mapping(value), schema)
  }

  private static func scalar(_ schema: Schema, _ version: OpenAPI.Version) -> [(String, Value)] {
    switch schema.native?.goType {
    case "int32": [("type", "integer"), ("format", "int32")]
    case "int64": [("type", "integer"), ("format", "int64")]
    case "float64": [("type", "number"), ("format", "double")]
    case "[]uint8": [("type", "string"), ("format", "byte")]
    case "v1.Time", "v1.MicroTime": [("type", "string"), ("format", "date-time")]
    case "resource.Quantity": [("type", "string")]
    case "intstr.IntOrString": [("type", "string"), ("format", "int-or-string")]
    case "runtime.RawExtension": [("type", "object")]
    default: schema.types.first.map { [("type", .string($0.rawValue))] } ?? []
    }
  }

  /// Adds the extensions that say how lists and mappings are merged.
  private static func marked(_ value: Value, _ schema: Schema) -> Value {
    var marks: [(String, Value)] = []
    switch schema.listType {
    case .atomic: break
    case .set: marks.append(("x-kubernetes-list-type", "set"))
    case .map(let keys):
      marks.append(("x-kubernetes-list-type", "map"))
      marks.append(("x-kubernetes-list-map-keys", .sequence(keys.map(Value.string))))
    }
    if let merging = schema.native?.merging {
      let words = (merging.isList ? ["merge"] : []) + (merging.retainsKeys ? ["retainKeys"] : [])
      if let key = merging.key { marks.append(("x-kubernetes-patch-merge-key", .string(key))) }
      marks.append(("x-kubernetes-patch-strategy", .string(words.joined(separator: ","))))
    }
    return marks.reduce(value) { $0.setting([$1.0], to: $1.1) }
  }
}
