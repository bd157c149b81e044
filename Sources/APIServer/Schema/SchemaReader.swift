import KubernetesAPI
import Manifest

/// Reads the schema of a definition, and reports what is invalid or not supported.
///
/// Errors have the API server's messages. `x-kubernetes-validations` (CEL) is refused instead of ignored, because the
/// author of a rule relies on it.
struct SchemaReader {
  private(set) var causes: [Status.Cause] = []
  private var path: FieldPath
  /// The nesting depth of the current schema; 1 is the root.
  private var depth = 0
  /// Whether `anyOf` may be the choice between integer and string here.
  private var allowsChoice = false

  /// Reads a schema at `path` of a definition.
  init(at path: FieldPath) { self.path = path }

  /// The schema of a whole object.
  mutating func root(_ value: Value) -> Schema {
    let schema = schema(value, isStructural: true)
    switch value["type"] {
    case "object": break
    case nil: causes.append(.required(path.appending("type"), "must not be empty at the root"))
    case let type?: causes.append(.invalid(path.appending("type"), type, "must be object at the root"))
    }
    let fields = value[path: "properties", "metadata", "properties"]?.mapping?.keys ?? []
    if !Set(fields).isSubset(of: ["name", "generateName"]) {
      causes.append(
        .forbidden(
          path.appending("properties") + "[metadata]",
          "must not specify anything other than name and generateName, but metadata is implicitly specified"))
    }
    return schema
  }

  /// Reads one level; below `allOf`, `anyOf`, `oneOf` and `not`, a schema has only restrictions and no structure.
  private mutating func schema(_ value: Value, isStructural: Bool, isChoice: Bool = false) -> Schema {
    depth += 1
    defer { depth -= 1 }
    refuse(value)
    causes +=
      isStructural
      ? StructureRules(value, at: path, isRoot: depth == 1).causes
      : StructureRules.misplaced(value, at: path, isChoice: isChoice)
    var parts = Schema.Parts()
    parts.source = value
    readType(value, &parts, isStructural)
    readMembers(value, &parts, isStructural)
    readList(value, &parts)
    parts.required = value["required"]?.sequence?.compactMap(\.string) ?? []
    // As in Go, null means no default.
    parts.defaultValue = value["default"] == .null ? nil : value["default"]
    parts.isAtomic = value["x-kubernetes-map-type"] == "atomic"
    parts.limits = limits(value)
    parts.logic.all = logic(value, "allOf")
    parts.logic.any = logic(value, "anyOf")
    parts.logic.one = logic(value, "oneOf")
    if let not = value["not"] { parts.logic.not = below("not") { $0.schema(not, isStructural: false) } }
    if parts.isIntOrString { dropTypeChoice(&parts) }
    let schema = Schema(parts)
    if isStructural, let value = parts.defaultValue { check(default: value, schema) }
    return schema
  }

  /// A default must be valid by its own schema.
  private mutating func check(default value: Value, _ schema: Schema) {
    let field = path.appending("default")
    guard schema.pruned(value, isObject: schema.isEmbedded).unknown.isEmpty else {
      return causes.append(.invalidValue(field, value, "must not have unknown fields"))
    }
    causes += schema.causes(schema.defaulted(value)).map { cause in
      var cause = cause
      cause.field = cause.field.isEmpty ? field : field + "." + cause.field
      return cause
    }
  }

  private mutating func below<Result>(_ key: String, _ read: (inout SchemaReader) -> Result) -> Result {
    path.push(key)
    defer { path.pop() }
    return read(&self)
  }

  private mutating func refuse(_ value: Value) {
    let problems = [
      ("x-kubernetes-validations", "CEL rules are not supported by this server"),
      ("$ref", "$ref is not supported"), ("patternProperties", "patternProperties is not supported"),
      ("definitions", "definitions is not supported"), ("dependencies", "dependencies is not supported"),
      ("additionalItems", "additionalItems is not supported"), ("id", "id is not supported"),
    ]
    for (key, problem) in problems where !(value[key]?.sequence?.isEmpty ?? (value[key] == nil)) {
      causes.append(.forbidden(path.appending(key), problem))
    }
    if value["uniqueItems"] == true {
      causes.append(
        .forbidden(
          path.appending("uniqueItems"),
          "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"))
    }
  }

  private mutating func readType(_ value: Value, _ parts: inout Schema.Parts, _ isStructural: Bool) {
    parts.isIntOrString = value["x-kubernetes-int-or-string"] == true
    parts.isNullable = value["nullable"] == true
    parts.isEmbedded = value["x-kubernetes-embedded-resource"] == true
    parts.preservesUnknown = value["x-kubernetes-preserve-unknown-fields"] == true
    guard let text = value["type"]?.string, !text.isEmpty else {
      let isOpen = parts.isIntOrString || parts.preservesUnknown
      if isStructural, !isOpen, depth > 1 {
        let what = path.isItem ? "array items" : "object fields"
        causes.append(.required(path.appending("type"), "must not be empty for specified \(what)"))
      }
      return
    }
    guard let type = Schema.ValueType(rawValue: text) else {
      causes.append(
        Status.Cause(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: \(JSON.text(.string(text))): supported values: "
            + #""array", "boolean", "integer", "number", "object", "string""#, field: path.appending("type")))
      return
    }
    parts.types = [type]
  }

  private mutating func readMembers(_ value: Value, _ parts: inout Schema.Parts, _ isStructural: Bool) {
    path.push("properties")
    for pair in value["properties"]?.mapping?.pairs ?? [] {
      path.push(member: pair.key)
      parts.properties[pair.key] = schema(pair.value, isStructural: isStructural)
      path.pop()
    }
    path.pop()
    if let items = value["items"] { parts.items = below("items") { $0.schema(items, isStructural: isStructural) } }
    if value["type"] == "array", value["items"] == nil {
      causes.append(.required(path.appending("items"), "must be specified"))
    }
    readAdditional(value, &parts, isStructural)
  }

  private mutating func readAdditional(_ value: Value, _ parts: inout Schema.Parts, _ isStructural: Bool) {
    guard let additional = value["additionalProperties"], additional != false else { return }
    if !parts.properties.isEmpty {
      causes.append(
        .forbidden(
          path.appending("additionalProperties"), "additionalProperties and properties are mutual exclusive"))
    }
    parts.additionalProperties =
      additional.mapping == nil
      ? .anything : .values(below("additionalProperties") { $0.schema(additional, isStructural: isStructural) })
  }

  private mutating func readList(_ value: Value, _ parts: inout Schema.Parts) {
    if value["x-kubernetes-list-type"] != nil, let type = value["type"], type != "array" {
      causes.append(
        .invalid(path.appending("type"), type, "must be array if x-kubernetes-list-type is specified"))
    }
    switch value["x-kubernetes-list-type"] {
    case nil, "atomic": break
    case "set": parts.listType = .set
    case "map":
      let keys = value["x-kubernetes-list-map-keys"]?.sequence?.compactMap(\.string) ?? []
      if keys.isEmpty {
        causes.append(
          .required(path.appending("x-kubernetes-list-map-keys"), "must not be empty if x-kubernetes-list-type is map"))
      }
      parts.listType = .map(keys: keys)
      if parts.items?.types == [.object] { checkKeys(keys, parts.items) }
    case let other?:
      causes.append(
        Status.Cause(
          reason: "FieldValueNotSupported",
          message: #"Unsupported value: \#(JSON.text(other)): supported values: "atomic", "set", "map""#,
          field: path.appending("x-kubernetes-list-type")))
    }
  }

  private mutating func checkKeys(_ keys: [String], _ items: Schema?) {
    for key in keys {
      guard let property = items?.properties[key] else {
        causes.append(
          .invalid(
            path.appending("x-kubernetes-list-map-keys"), .sequence(keys.map(Value.string)),
            "entries must all be names of item properties"))
        continue
      }
      if items?.required.contains(key) == false, property.defaultValue == nil {
        causes.append(
          .required(
            path.appending("items", "properties") + "[\(key)].default",
            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"))
      }
    }
  }

  private mutating func limits(_ value: Value) -> Schema.Limits {
    var limits = Schema.Limits()
    limits.allowed = value["enum"]?.sequence ?? []
    limits.format = value["format"]?.string.flatMap(Format.init)
    limits.minimum = Schema.Bound(value["minimum"], value["exclusiveMinimum"])
    limits.maximum = Schema.Bound(value["maximum"], value["exclusiveMaximum"])
    limits.multipleOf = value["multipleOf"]?.double
    limits.length = Schema.Count(least: value["minLength"]?.integer, most: value["maxLength"]?.integer)
    limits.items = Schema.Count(least: value["minItems"]?.integer, most: value["maxItems"]?.integer)
    limits.properties = Schema.Count(least: value["minProperties"]?.integer, most: value["maxProperties"]?.integer)
    guard let text = value["pattern"]?.string, !text.isEmpty else { return limits }
    do throws(PatternError) {
      limits.pattern = try Pattern(text)
    } catch {
      let problem = "must be a valid regular expression, but isn't: error parsing regexp: \(error)"
      causes.append(.invalid(path.appending("pattern"), .string(text), problem))
    }
    return limits
  }

  private mutating func logic(_ value: Value, _ key: String) -> [Schema] {
    path.push(key)
    defer { path.pop() }
    let isNumberOrText = value["x-kubernetes-int-or-string"] == true
    let isChoice = key == "anyOf" && (isNumberOrText || allowsChoice) && StructureRules.isChoice(value["anyOf"])
    return (value[key]?.sequence ?? []).enumerated().map { index, item in
      path.push(index)
      // The choice may also be in the first schema of `allOf`.
      allowsChoice = isNumberOrText && key == "allOf" && index == 0
      defer {
        path.pop()
        allowsChoice = false
      }
      return schema(item, isStructural: false, isChoice: isChoice)
    }
  }

  /// Removes the usual `anyOf` of integer and string, which repeats `x-kubernetes-int-or-string`.
  private func dropTypeChoice(_ parts: inout Schema.Parts) {
    parts.types = []
    if parts.logic.any.allSatisfy({ $0.types.count == 1 && $0.source.mapping?.pairs.count == 1 }) {
      parts.logic.any = []
    }
  }
}

extension Schema.Bound {
  fileprivate init?(_ value: Value?, _ isExclusive: Value?) {
    guard let number = value?.double else { return nil }
    self.init(value: number, isExclusive: isExclusive == true)
  }
}

extension Value {
  /// The value as a floating-point number; `nil` if it is not a number.
  var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }
}
