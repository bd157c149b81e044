import Manifest

/// The types of the keywords of a schema, by which kube-apiserver decodes it: a keyword with a wrong type would
/// validate nothing.
enum SchemaTypes {
  private enum Kind: String {
    case text = "string"
    case flag = "bool"
    case count = "int64"
    case number = "float64"
    case texts = "[]string"
    case values = "[]v1.JSON"
    case schema = "v1.JSONSchemaProps"
    case schemas = "[]v1.JSONSchemaProps"
    case named = "map[string]v1.JSONSchemaProps"
    case schemaOrFlag = "v1.JSONSchemaPropsOrBool"
  }

  private static let words: [String: Kind] = [
    "id": .text, "$schema": .text, "$ref": .text, "description": .text, "type": .text, "format": .text, "title": .text,
    "pattern": .text, "x-kubernetes-list-type": .text, "x-kubernetes-map-type": .text, "maximum": .number,
    "minimum": .number, "multipleOf": .number, "exclusiveMaximum": .flag, "exclusiveMinimum": .flag,
    "uniqueItems": .flag, "nullable": .flag, "x-kubernetes-preserve-unknown-fields": .flag,
    "x-kubernetes-embedded-resource": .flag, "x-kubernetes-int-or-string": .flag, "maxLength": .count,
    "minLength": .count, "maxItems": .count, "minItems": .count, "maxProperties": .count, "minProperties": .count,
    "required": .texts, "x-kubernetes-list-map-keys": .texts, "enum": .values, "allOf": .schemas, "anyOf": .schemas,
    "oneOf": .schemas, "not": .schema, "items": .schema, "properties": .named, "patternProperties": .named,
    "definitions": .named, "additionalProperties": .schemaOrFlag,
  ]

  /// Why one of the schemas of `definition` cannot be decoded, with Go's message; `nil` if all can.
  static func problem(in definition: Value) -> String? {
    for version in definition[path: "spec", "versions"]?.sequence ?? [] {
      guard let schema = version[path: "schema", "openAPIV3Schema"], let problem = problem(schema, .schema, "")
      else { continue }
      return problem
    }
    return nil
  }

  private static func problem(_ value: Value, _ kind: Kind, _ word: String) -> String? {
    if value == .null { return nil }
    guard isRight(value, kind) else { return mismatch(value, kind, word) }
    switch kind {
    case .schema, .schemaOrFlag:
      return first(value.mapping?.pairs ?? []) { pair in words[pair.key].flatMap { problem(pair.value, $0, pair.key) } }
    case .schemas: return first(value.sequence ?? []) { problem($0, .schema, word) }
    case .named: return first(value.mapping?.pairs ?? []) { problem($0.value, .schema, word) }
    default: return nil
    }
  }

  private static func first<Item>(_ items: [Item], _ problem: (Item) -> String?) -> String? {
    for item in items {
      if let problem = problem(item) { return problem }
    }
    return nil
  }

  private static func isRight(_ value: Value, _ kind: Kind) -> Bool {
    switch kind {
    case .text: value.string != nil
    case .flag: value.bool != nil
    case .count: value.integer != nil
    case .number: value.double != nil
    case .texts: value.sequence?.allSatisfy { $0.string != nil } ?? false
    case .values, .schemas: value.sequence != nil
    case .schema, .named: value.mapping != nil
    case .schemaOrFlag: value.mapping != nil || value.bool != nil
    }
  }

  private static func mismatch(_ value: Value, _ kind: Kind, _ word: String) -> String {
    let field = word.isEmpty ? "CustomResourceValidation.openAPIV3Schema" : "JSONSchemaProps.\(word)"
    return "json: cannot unmarshal \(GoSyntax.decoded(value)) into Go struct field \(field) of type \(kind.rawValue)"
  }
}
