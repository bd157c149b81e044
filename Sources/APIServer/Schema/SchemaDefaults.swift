import Manifest

extension Schema {
  /// `value` as it is stored: without nulls that the schema does not allow, and with defaults filled in.
  ///
  /// Such a null counts as missing: its field is removed or gets its default.
  func defaulted(_ value: Value) -> Value {
    filled(value) ?? value
  }

  /// The completed value; `nil` if nothing changes, so that most values are not copied.
  private func filled(_ value: Value) -> Value? {
    switch value {
    case .mapping(let mapping): filled(mapping).map(Value.mapping)
    case .sequence(let items): filled(items).map(Value.sequence)
    // A whole number is stored without a fraction, however it was written.
    case .number(let number) where types == [.integer] || types == [.number] || isIntOrString:
      number.wholeNumber.map(Value.integer)
    default: nil
    }
  }

  private func filled(_ mapping: Mapping) -> Mapping? {
    var result = mapping
    var isChanged = false
    for (key, property) in defaultedProperties where mapping[key] == nil {
      guard let value = property.defaultValue(beside: result) else { continue }
      result[key] = value
      isChanged = true
    }
    var isPruned = false
    for (index, pair) in result.pairs.enumerated() {
      guard let property = property(pair.key) else { continue }
      switch property.completion(of: pair.value) {
      case .kept: continue
      case .leftOut: isPruned = true
      case .becomes(let value):
        result.pairs[index].value = value
        isChanged = true
      }
    }
    if isPruned { result.pairs.removeAll { $0.value == .null && property($0.key)?.isNullable == false } }
    return isChanged || isPruned ? result : nil
  }

  private func property(_ key: String) -> Schema? { properties[key] ?? additionalProperties.schema }

  /// What happens to the value of a field.
  private enum Completion { case kept, leftOut, becomes(Value) }

  private func completion(of value: Value) -> Completion {
    guard value == .null, !isNullable else { return filled(value).map(Completion.becomes) ?? .kept }
    guard let value = defaultValue else { return .leftOut }
    return .becomes(filled(value) ?? value)
  }

  private func filled(_ values: [Value]) -> [Value]? {
    guard let items else { return nil }
    var result = values
    var isChanged = false
    for (index, value) in values.enumerated() {
      if value == .null, !items.isNullable, let replacement = items.defaultValue {
        result[index] = replacement
        isChanged = true
      }
      guard let complete = items.filled(result[index]) else { continue }
      result[index] = complete
      isChanged = true
    }
    return isChanged ? result : nil
  }
}

extension Schema {
  /// `value`, an object or a part of one, without the fields that the schema does not know, and the paths of those.
  func pruned(_ value: Value, isObject: Bool = true) -> (value: Value, unknown: [String]) {
    var pruning = Pruning()
    let result = pruning.prune(value, self, isObject: isObject)
    return (result ?? value, pruning.unknown)
  }

  /// The paths of unknown fields in `value`, sorted.
  func unknown(in value: Value) -> [String] { pruned(value).unknown.sorted() }
}

/// A walk that removes unknown fields.
private struct Pruning {
  var unknown: [String] = []
  private var path = FieldPath()

  /// `value` without unknown fields; `nil` if there are none.
  ///
  /// `isObject`: `value` has a kind and metadata, like every object.
  mutating func prune(_ value: Value, _ schema: Schema, isObject: Bool) -> Value? {
    switch value {
    case .mapping(let mapping): prune(mapping, schema, isObject: isObject || schema.isEmbedded).map(Value.mapping)
    case .sequence(let items): prune(items, schema).map(Value.sequence)
    default: nil
    }
  }

  private mutating func prune(_ mapping: Mapping, _ schema: Schema, isObject: Bool) -> Mapping? {
    if case .anything = schema.additionalProperties { return nil }
    var kept: [Mapping.Pair]?
    for (index, pair) in mapping.pairs.enumerated() {
      if isObject, ["apiVersion", "kind"].contains(pair.key) {
        kept?.append(pair)
        continue
      }
      let metadata = isObject && pair.key == "metadata" ? Schema.metadata : nil
      guard let property = metadata ?? schema.properties[pair.key] ?? schema.additionalProperties.schema else {
        guard !schema.preservesUnknown else {
          kept?.append(pair)
          continue
        }
        unknown.append(path.appending(pair.key))
        if kept == nil { kept = Array(mapping.pairs[..<index]) }
        continue
      }
      path.push(pair.key)
      let value = prune(pair.value, property, isObject: false)
      path.pop()
      if value != nil, kept == nil { kept = Array(mapping.pairs[..<index]) }
      kept?.append(Mapping.Pair(key: pair.key, value: value ?? pair.value))
    }
    return kept.map { Mapping($0) }
  }

  private mutating func prune(_ items: [Value], _ schema: Schema) -> [Value]? {
    guard let inner = schema.items else { return nil }
    var result: [Value]?
    for (index, item) in items.enumerated() {
      path.push(index)
      if let value = prune(item, inner, isObject: inner.isObjectWithin) {
        if result == nil { result = items }
        result?[index] = value
      }
      path.pop()
    }
    return result
  }
}

extension Schema {
  /// Whether values of this schema have a kind and metadata of their own even inside of another object, as the claims
  /// of a StatefulSet do.
  var isObjectWithin: Bool { native?.name == "core.PersistentVolumeClaim" }

  /// The fields that every object's metadata may have (`ObjectMeta`).
  static let metadata: Schema = {
    var (parts, open) = (Parts(), Parts())
    open.preservesUnknown = true
    let names = [
      "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp",
      "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers",
      "managedFields",
    ]
    parts.types = [.object]
    parts.properties = Dictionary(uniqueKeysWithValues: names.map { ($0, Schema(open)) })
    return Schema(parts)
  }()
}
