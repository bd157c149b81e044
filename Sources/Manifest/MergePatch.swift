/// JSON merge patch, RFC 7386.
package enum MergePatch {
  /// `target` with `patch` applied: mappings are merged, `null` removes, anything else replaces.
  package static func apply(_ patch: Value, to target: Value) -> Value {
    guard case .mapping(let changes) = patch else { return patch }
    var result = target.mapping ?? Mapping()
    // An index, because configs with thousands of keys are merged, where a linear search would be slow.
    var indices = indices(of: result)
    var removed: Set<Int> = []
    for change in changes.pairs {
      let index = indices[change.key]
      if change.value == .null {
        if let index { removed.insert(index) }
        indices[change.key] = nil
      } else if let index {
        result.pairs[index].value = apply(change.value, to: result.pairs[index].value)
      } else {
        indices[change.key] = result.pairs.count
        result.pairs.append(Mapping.Pair(key: change.key, value: apply(change.value, to: .null)))
      }
    }
    if removed.isEmpty { return .mapping(result) }
    return .mapping(Mapping(result.pairs.enumerated().filter { !removed.contains($0.offset) }.map(\.element)))
  }

  private static func indices(of mapping: Mapping) -> [String: Int] {
    Dictionary(mapping.pairs.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The smallest patch that turns `old` into `new`, both mappings; a key that `new` lacks is `null` in it.
  package static func difference(from old: Value, to new: Value) -> Value {
    guard case .mapping(let before) = old, case .mapping(let after) = new else { return new }
    let (oldIndices, newIndices) = (indices(of: before), indices(of: after))
    var patch = before.pairs.filter { newIndices[$0.key] == nil }.map { Mapping.Pair(key: $0.key, value: .null) }
    for pair in after.pairs {
      let earlier = oldIndices[pair.key].map { before.pairs[$0].value }
      if earlier != pair.value {
        patch.append(Mapping.Pair(key: pair.key, value: difference(from: earlier ?? .null, to: pair.value)))
      }
    }
    return .mapping(Mapping(keepingLast: patch))
  }
}
