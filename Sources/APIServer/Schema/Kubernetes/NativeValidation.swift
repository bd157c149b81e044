import KubernetesAPI
import Manifest

/// Validates an object of one of Kubernetes' own types beyond its types: required fields, allowed values and the checks
/// that `types.txt` marks.
struct NativeValidation {
  private(set) var causes: [Status.Cause] = []
  private var path = FieldPath()

  /// The errors in `object`, except its status, which users do not write; `MetadataRules` checks the metadata of every
  /// kind.
  static func causes(_ object: Value, _ schema: Schema) -> [Status.Cause] {
    var validation = NativeValidation()
    validation.check(object.setting(["status"], to: nil), schema)
    return validation.causes
  }

  private mutating func check(_ value: Value, _ schema: Schema) {
    switch value {
    case .mapping(let mapping): check(mapping, schema)
    case .sequence(let items): check(items, schema)
    case .null: break
    default: checkScalar(value, schema)
    }
  }

  private mutating func check(_ mapping: Mapping, _ schema: Schema) {
    for name in schema.required + (schema.native?.nonEmptyFields ?? []) where mapping[name]?.isNothing ?? true {
      causes.append(.required(path.appending(name)))
    }
    if let native = schema.native {
      causes += TypeRules.causes(native.name, mapping, at: path)
      checkForm(.mapping(mapping), native)
      checkAbsent(native.implicitObjects, mapping, schema)
    }
    for pair in mapping.pairs {
      guard let property = schema.properties[pair.key] ?? schema.additionalProperties.schema else { continue }
      if schema.properties[pair.key] == nil { path.push(member: pair.key) } else { path.push(pair.key) }
      check(pair.value, property)
      path.pop()
    }
  }

  private mutating func checkAbsent(_ names: [String], _ mapping: Mapping, _ schema: Schema) {
    for name in names where (mapping[name] ?? .null) == .null {
      guard let property = schema.properties[name] else { continue }
      path.push(name)
      check(Mapping(), property)
      path.pop()
    }
  }

  private mutating func check(_ items: [Value], _ schema: Schema) {
    guard let inner = schema.items else { return }
    let key = schema.native?.merging?.key.flatMap { key in
      [.label, .subdomain].contains(inner.properties[key]?.native?.check) ? key : nil
    }
    var known: Set<Value> = []
    for (index, item) in items.enumerated() {
      path.push(index)
      // As in Go, null is an object without fields.
      check(item == .null && inner.types == [.object] ? [:] : item, inner)
      if !schema.limits.allowed.isEmpty || schema.native?.check != nil { checkScalar(item, schema, isItem: true) }
      if let key, let name = item[key], !known.insert(name).inserted {
        causes.append(.duplicate(path.appending(key), name))
      }
      path.pop()
    }
  }

  /// `isItem`: an item of a list, which cannot be absent.
  private mutating func checkScalar(_ value: Value, _ schema: Schema, isItem: Bool = false) {
    let allowed = schema.limits.allowed
    if !allowed.isEmpty, isItem || !value.isNothing, !allowed.contains(value) {
      causes.append(.unsupported(path.text, value, allowed))
    }
    if isItem || value != "", let native = schema.native { checkForm(value, native) }
  }

  private mutating func checkForm(_ value: Value, _ native: Schema.Native) {
    for problem in native.check?.problems(value) ?? [] {
      causes.append(.invalidValue(path.text, problem.shown, problem.words))
    }
  }
}

extension Value {
  /// Whether this counts as missing for a required field.
  fileprivate var isNothing: Bool { self == .null || self == "" || sequence?.isEmpty == true }
}
