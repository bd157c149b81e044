/// JSON merge patch, RFC 7386.
public enum MergePatch {
  /// `target` changed as `patch` says: mappings are merged, `null` removes, anything else replaces.
  public static func apply(_ patch: Value, to target: Value) -> Value {
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
}
