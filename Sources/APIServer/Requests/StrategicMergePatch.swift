import KubernetesAPI
import Manifest

/// A strategic merge patch, with which `kubectl apply` and `kubectl patch` change Kubernetes' own kinds: lists are
/// merged item by item if their type says so, and directives (`$patch`, `$retainKeys`, `$setElementOrder/…`,
/// `$deleteFromPrimitiveList/…`) express what a merge cannot.
enum StrategicMergePatch {
  static func apply(_ patch: Value, to object: Value, _ type: ResourceType) throws(Status) -> Value {
    guard let changes = patch.mapping, let old = object.mapping else { return MergePatch.apply(patch, to: object) }
    var schema = type.schema
    if let known = type.schema {
      var parts = Schema.Parts()
      parts.properties = known.properties
      parts.properties["metadata"] = Schema.nativeMetadata
      schema = Schema(parts)
    }
    return .mapping(try merge(changes, into: old, schema))
  }

  private static func merge(_ patch: Mapping, into old: Mapping, _ schema: Schema?) throws(Status) -> Mapping {
    switch patch["$patch"] {
    case nil, "merge": break
    case "replace": return without(directives: patch)
    case "delete": return [:]
    case let word?: throw .badRequest("Unknown patch type found: \(JSON.text(word))")
    }
    var result = try retaining(patch, old)
    for pair in patch.pairs where !pair.key.hasPrefix("$") {
      let property = schema?.properties[pair.key] ?? schema?.additionalProperties.schema
      result[pair.key] = try value(pair.value, over: result[pair.key], property, directives(patch, pair.key))
    }
    for pair in patch.pairs where pair.key.hasPrefix("$") {
      let words = pair.key.split(separator: "/", maxSplits: 1).map(String.init)
      guard words.count == 2, patch[words[1]] == nil, let list = result[words[1]]?.sequence else { continue }
      let property = schema?.properties[words[1]]
      result[words[1]] = .sequence(arranged(list, list, property, directives(patch, words[1])))
    }
    return result
  }

  /// The directives of a patch for one list.
  private struct Directives {
    var order: [Value]?
    var deleted: [Value] = []
  }

  private static func directives(_ patch: Mapping, _ key: String) -> Directives {
    Directives(
      order: patch["$setElementOrder/" + key]?.sequence,
      deleted: patch["$deleteFromPrimitiveList/" + key]?.sequence ?? [])
  }

  /// `old` without the keys that `$retainKeys`, if given, does not name.
  private static func retaining(_ patch: Mapping, _ old: Mapping) throws(Status) -> Mapping {
    guard let kept = patch["$retainKeys"]?.sequence?.compactMap(\.string) else { return old }
    guard patch.keys.allSatisfy({ $0.hasPrefix("$") || kept.contains($0) }) else {
      throw .badRequest("The patch contains keys that are not in $retainKeys")
    }
    return Mapping(old.pairs.filter { kept.contains($0.key) })
  }

  private static func value(
    _ patch: Value, over old: Value?, _ schema: Schema?, _ directives: Directives
  ) throws(Status) -> Value? {
    switch (patch, old) {
    case (.null, _): return nil
    case (.mapping(let changes), .mapping(let old)?): return .mapping(try merge(changes, into: old, schema))
    case (.mapping(let changes), _): return .mapping(try merge(changes, into: [:], schema))
    case (.sequence(let items), _):
      guard let merging = schema?.native?.merging, merging.isList else { return patch }
      let old = old?.sequence ?? []
      let merged = try merge(items, into: old, merging.key, schema?.items)
      return .sequence(arranged(merged, old, schema, directives))
    default: return patch
    }
  }

  private static func merge(
    _ patch: [Value], into old: [Value], _ key: String?, _ schema: Schema?
  ) throws(Status) -> [Value] {
    guard let key else { return old + patch.filter { !old.contains($0) } }
    let isReplacement = patch.contains { $0["$patch"] == "replace" && $0[key] == nil }
    var result = isReplacement ? [] : old
    for item in patch {
      guard let changes = item.mapping else { continue }
      guard let name = item[key] else {
        guard isReplacement else {
          throw .badRequest("map: \(JSON.text(item)) does not contain declared merge key: \(key)")
        }
        continue
      }
      let index = result.firstIndex { $0[key] == name }
      if item["$patch"] == "delete" {
        result.removeAll { $0[key] == name }
      } else if let index, let known = result[index].mapping {
        result[index] = .mapping(try merge(changes, into: known, schema))
      } else {
        result.append(.mapping(try merge(changes, into: [:], schema)))
      }
    }
    return result
  }

  /// `items` without the deleted ones, in the order of the patch; items that it does not name stay between their
  /// neighbours in `old`.
  private static func arranged(
    _ items: [Value], _ old: [Value], _ schema: Schema?, _ directives: Directives
  ) -> [Value] {
    let kept = items.filter { !directives.deleted.contains($0) }
    guard let order = directives.order else { return kept }
    let key = schema?.native?.merging?.key
    func identity(_ item: Value) -> Value { key.flatMap { item[$0] } ?? item }
    let names = order.map(identity)
    let named = names.compactMap { name in kept.first { identity($0) == name } }
    var others = kept.filter { !names.contains(identity($0)) }[...]
    let identities = old.map(identity)
    var result: [Value] = []
    for item in named {
      let index = identities.firstIndex(of: identity(item))
      while let other = others.first, let index, let before = identities.firstIndex(of: identity(other)),
        before < index
      {
        result.append(other)
        others.removeFirst()
      }
      result.append(item)
    }
    return result + others
  }

  /// `patch` without directives, as the part of an object that is checked for unknown fields.
  static func fields(of patch: Value) -> Value {
    switch patch {
    case .mapping(let mapping):
      .mapping(
        Mapping(without(directives: mapping).pairs.map { Mapping.Pair(key: $0.key, value: fields(of: $0.value)) }))
    case .sequence(let items): .sequence(items.map(fields))
    default: patch
    }
  }

  private static func without(directives mapping: Mapping) -> Mapping {
    Mapping(mapping.pairs.filter { !$0.key.hasPrefix("$") })
  }
}
