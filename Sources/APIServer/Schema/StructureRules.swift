import KubernetesAPI
import Manifest

/// Checks that one level of a schema is structural, with the API server's messages: its fields, and how its lists and
/// mappings are merged, must be clear.
struct StructureRules {
  private var value: Value
  private var path: FieldPath
  private(set) var causes: [Status.Cause] = []

  private static let preserving = "x-kubernetes-preserve-unknown-fields"
  private static let embedding = "x-kubernetes-embedded-resource"

  /// `isRoot`: the schema of a whole object.
  init(_ value: Value, at path: FieldPath, isRoot: Bool) {
    self.value = value
    self.path = path
    if value[Self.preserving] == false {
      causes.append(.invalid(path.appending(Self.preserving), false, "must be true or undefined"))
    }
    if isRoot, value["nullable"] == true {
      causes.append(.forbidden(path.appending("nullable"), "nullable cannot be true at the root"))
    }
    checkEmbedding()
    if isRoot || value[Self.embedding] == true { checkObject() }
    checkMapping()
    checkList()
  }

  private mutating func checkEmbedding() {
    guard value[Self.embedding] == true else { return }
    let rule = "must be object if \(Self.embedding) is true"
    switch value["type"] {
    case "object": break
    case nil, "": causes.append(.required(path.appending("type"), rule))
    case let type?: causes.append(.invalid(path.appending("type"), type, rule))
    }
    if value[Self.preserving] != true, value["properties"]?.mapping?.isEmpty ?? true {
      causes.append(
        .required(
          path.appending("properties"),
          "must not be empty if \(Self.embedding) is true without \(Self.preserving)"))
    }
  }

  /// `apiVersion`, `kind` and `metadata` must have their usual types.
  private mutating func checkObject() {
    for (key, expected) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "object")] {
      guard let type = value[path: "properties", key, "type"], type.string != expected else { continue }
      causes.append(.invalid(path.appending("properties") + "[\(key)].type", type, "must be \(expected)"))
    }
  }

  private mutating func checkMapping() {
    guard let kind = value["x-kubernetes-map-type"] else { return }
    if value["type"] != "object" {
      let type = value["type"] ?? ""
      causes.append(.invalid(path.appending("type"), type, "must be object if x-kubernetes-map-type is specified"))
    }
    guard !["atomic", "granular"].contains(kind) else { return }
    causes.append(.unsupported(path.appending("x-kubernetes-map-type"), kind, ["atomic", "granular"]))
  }

  private mutating func checkList() {
    let keys = value["x-kubernetes-list-map-keys"]?.sequence?.compactMap(\.string) ?? []
    switch value["x-kubernetes-list-type"] {
    case "set": checkSet()
    case "map": checkItems(keys)
    default:
      guard !keys.isEmpty else { return }
      causes.append(
        .required(
          path.appending("x-kubernetes-list-type"), "must be map if x-kubernetes-list-map-keys is non-empty"))
    }
  }

  /// The items of a set must be atomic.
  private mutating func checkSet() {
    guard let items = value["items"] else { return }
    if items["nullable"] == true {
      causes.append(
        .forbidden(path.appending("items", "nullable"), "cannot be nullable when x-kubernetes-list-type is set"))
    }
    for (type, mark) in [("object", "x-kubernetes-map-type"), ("array", "x-kubernetes-list-type")] {
      guard items["type"]?.string == type, items[mark] != "atomic" else { continue }
      // A list is atomic by default.
      let absent: Value? = type == "object" ? "null" : nil
      guard let found = items[mark] ?? absent else { continue }
      causes.append(
        .invalid(
          path.appending("items", mark), found, "must be atomic as item of a list with x-kubernetes-list-type=set"))
    }
  }

  private mutating func checkItems(_ keys: [String]) {
    let items = value["items"] ?? [:]
    if items["type"] != "object" {
      causes.append(
        .invalid(
          path.appending("items", "type"), items["type"] ?? "",
          "must be object if parent array's x-kubernetes-list-type is map"))
    }
    for key in Set(keys).sorted() {
      guard let type = items[path: "properties", key, "type"], ["object", "array"].contains(type) else { continue }
      causes.append(
        .invalid(
          path.appending("items", "properties") + "[\(key)].type", type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map"))
    }
    guard Set(keys).count < keys.count else { return }
    let shown = keys.map { JSON.text(.string($0)) }.joined(separator: ", ")
    causes.append(
      Status.Cause(
        reason: "FieldValueInvalid", message: "Invalid value: []string{\(shown)}: must not contain duplicate entries",
        field: path.appending("x-kubernetes-list-map-keys")))
  }
}

extension StructureRules {
  /// The keywords below `allOf`, `anyOf`, `oneOf` or `not` that belong in the structure; `isChoice` allows `type`.
  static func misplaced(_ value: Value, at path: FieldPath, isChoice: Bool) -> [Status.Cause] {
    let rules: [(key: String, isAllowed: (Value) -> Bool, problem: String)] = [
      ("additionalProperties", { _ in false }, "must be undefined to be structural"),
      ("default", { $0 == .null }, "must be undefined to be structural"),
      ("description", { $0 == "" }, "must be empty to be structural"),
      ("nullable", { $0 == false }, "must be false to be structural"),
      ("title", { $0 == "" }, "must be empty to be structural"),
      ("type", { _ in isChoice }, "must be empty to be structural"),
      (embedding, { $0 == false }, "must be false to be structural"),
      ("x-kubernetes-int-or-string", { $0 == false }, "must be false to be structural"),
      (preserving, { $0 == false }, "must be false to be structural"),
    ]
    return rules.compactMap { rule in
      guard let found = value[rule.key], !rule.isAllowed(found) else { return nil }
      return .forbidden(path.appending(rule.key), rule.problem)
    }
  }

  /// Whether `value` is the usual choice between integer and string that accompanies `x-kubernetes-int-or-string`.
  static func isChoice(_ value: Value?) -> Bool { value == [["type": "integer"], ["type": "string"]] }
}
