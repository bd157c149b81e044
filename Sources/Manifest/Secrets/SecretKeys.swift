import Platform

/// Which keys look as if their values were secret: the one judge, for screens, plans, commands and messages.
///
/// It goes by the key alone, or by the name beside a `value`. A name, a reference or a lifetime of a secret is none.
package enum SecretKeys {
  /// What stands in the place of a value.
  package static let mask = "•••"

  /// Whether the value of `key` is not to be shown.
  package static func isSecret(_ key: String) -> Bool {
    let key = SecretWords.plain(key)
    return (key == "pwd" || SecretWords.isIn(key)) && !SecretWords.isHarmless(key)
  }

  /// Whether `key` says only something about a secret, such as where it lies.
  package static func isHarmless(_ key: String) -> Bool { SecretWords.isHarmless(SecretWords.plain(key)) }

  /// Whether the value at `path` is not to be shown: its own key looks secret, or one above it does.
  package static func isSecret(path: [String]) -> Bool {
    guard let last = path.last, path.contains(where: isSecret) else { return false }
    return isSecret(last) || !isHarmless(last)
  }

  /// `value` at `path` with what is secret in it masked.
  package static func masked(_ value: Value, at path: [String] = []) -> Value {
    switch value {
    case .mapping(let mapping):
      let isVariable = mapping.pairs.contains { namesVariable($0.key) && isSecret($0.value.string ?? "") }
      return .mapping(
        Mapping(
          mapping.pairs.map { pair in
            // The value of a variable is as secret as its name says.
            let key = isVariable && pair.key == "value" ? "secret" : pair.key
            return Mapping.Pair(key: pair.key, value: masked(pair.value, at: path + [key]))
          }))
    case .sequence(let all): return .sequence(all.map { masked($0, at: path) })
    case .null, .bool: return value
    case .string(let text) where text.isEmpty: return value
    case .string(let text): return .string(isSecret(path: path) ? mask : MaskedText(text).text)
    case .integer, .number: return isSecret(path: path) ? .string(mask) : value
    }
  }

  /// Whether `key` is what a list of variables calls their names, as Kubernetes' `env` does.
  static func namesVariable(_ key: String) -> Bool { key == "name" || key == "key" }
}
