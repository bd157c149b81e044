import Manifest

/// Merges and prunes objects by the structure of their kind.
enum StructuredMerge {
  /// `live` with the fields that `wanted` sets.
  static func merge(_ wanted: Value, into live: Value, _ structure: Structure) -> Value {
    if structure.mergesKeys, let names = wanted.mapping, let old = live.mapping {
      var result = old
      for pair in names.pairs {
        let inner = structure.member(pair.key).structure
        result[pair.key] = old[pair.key].map { merge(pair.value, into: $0, inner) } ?? pair.value
      }
      return .mapping(result)
    }
    guard structure.mergesItems, let named = wanted.sequence, let old = live.sequence else { return wanted }
    return .sequence(merge(named, into: old, structure))
  }

  /// The existing items in their order, merged with `wanted`, and then the new items.
  private static func merge(_ wanted: [Value], into live: [Value], _ structure: Structure) -> [Value] {
    let changes = Dictionary(
      FieldSet.edges(wanted, structure).map { ($0.edge, $0.item) }, uniquingKeysWith: { $1 })
    let old = FieldSet.edges(live, structure)
    let known = Set(old.map(\.edge))
    let kept = old.map { edge, item in changes[edge].map { merge($0, into: item, structure.item) } ?? item }
    return kept + FieldSet.edges(wanted, structure).filter { !known.contains($0.edge) }.map(\.item)
  }

  /// `value` without the fields that were applied last time (`last`) and have no owner now.
  ///
  /// A mapping or list that becomes empty and has no owner is removed too.
  static func prune(_ value: Value, last: FieldSet, owned: FieldSet, _ structure: Structure) -> Value {
    switch value {
    case .mapping(let mapping) where structure.mergesKeys:
      return .mapping(
        Mapping(
          mapping.pairs.compactMap { pair in
            let inner = structure.member(pair.key).structure
            return kept(pair.value, "f:" + pair.key, last, owned, inner).map { Mapping.Pair(key: pair.key, value: $0) }
          }))
    case .sequence(let items) where structure.mergesItems:
      return .sequence(
        FieldSet.edges(items, structure).compactMap { edge, item in
          kept(item, edge, last, owned, structure.item).map { identified($0, as: item, structure) }
        })
    default: return value
    }
  }

  private static func kept(
    _ value: Value, _ edge: String, _ last: FieldSet, _ owned: FieldSet, _ structure: Structure
  ) -> Value? {
    guard let before = last.children[edge] else { return value }
    let now = owned.children[edge]
    // A field that lost its owner is removed with all defaults that the server added below it.
    if now == nil, before.isMember || before.children.isEmpty { return nil }
    if before.children.isEmpty { return value }
    let pruned = prune(value, last: before, owned: now ?? .empty, structure)
    let isEmpty = pruned.mapping?.isEmpty ?? pruned.sequence?.isEmpty ?? false
    if now == nil, isEmpty { return nil }
    return pruned
  }

  /// An item that remains keeps its key fields, even those without an owner.
  private static func identified(_ value: Value, as item: Value, _ structure: Structure) -> Value {
    guard case .items(let keys, _) = structure else { return value }
    return keys.map(\.name).reduce(value) { result, key in
      result[key] == nil && item[key] != nil ? result.setting([key], to: item[key]) : result
    }
  }
}
