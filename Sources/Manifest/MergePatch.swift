/// JSON merge patch, RFC 7386.
package enum MergePatch {
  /// `target` changed as `patch` says: mappings are merged, `null` removes, anything else replaces.
  package static func apply(_ patch: Value, to target: Value) -> Value {
    guard case .mapping(let changes) = patch else { return patch }
    var result = target.mapping ?? Mapping()
    for change in changes.pairs {
      if change.value == .null {
        result[change.key] = nil
      } else {
        result[change.key] = apply(change.value, to: result[change.key] ?? .null)
      }
    }
    return .mapping(result)
  }

  /// The smallest patch that makes `new` of `old`, both mappings; what `new` lacks is named with `null`.
  package static func difference(from old: Value, to new: Value) -> Value {
    guard case .mapping(let before) = old, case .mapping(let after) = new else { return new }
    var patch = Mapping()
    for pair in before.pairs where after[pair.key] == nil { patch[pair.key] = .null }
    for pair in after.pairs where before[pair.key] != pair.value {
      patch[pair.key] = difference(from: before[pair.key] ?? .null, to: pair.value)
    }
    return .mapping(patch)
  }
}
