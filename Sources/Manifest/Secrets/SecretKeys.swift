import Platform

/// Decides which keys have secret values, for screens, plans, commands and messages.
///
/// It considers only the key, or the name beside a `value`. The name, reference or lifetime of a secret is not secret.
package enum SecretKeys {
  /// The text that replaces a secret value.
  package static let mask = "•••"

  /// Whether the value of `key` must not be shown.
  package static func isSecret(_ key: String) -> Bool {
    let key = SecretWords.plain(key)
    return (key == "pwd" || SecretWords.isIn(key)) && !SecretWords.isHarmless(key)
  }

  /// Whether `key` only describes a secret, such as its place.
  package static func isHarmless(_ key: String) -> Bool { SecretWords.isHarmless(SecretWords.plain(key)) }

  /// Whether the value at `path` must not be shown: its own key or one above it is secret.
  package static func isSecret(path: [String]) -> Bool {
    guard let last = path.last, path.contains(where: isSecret) else { return false }
    return isSecret(last) || !isHarmless(last)
  }

  /// `value` at `path` with its secrets masked.
  package static func masked(_ value: Value, at path: [String] = []) -> Value {
    switch value {
    case .mapping(let mapping):
      let isVariable = mapping.pairs.contains { namesVariable($0.key) && isSecret($0.value.string ?? "") }
      return .mapping(
        Mapping(
          mapping.pairs.map { pair in
            // The name of a variable decides whether its value is secret.
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

  /// Whether `key` is the key for the name in a list of variables, as in Kubernetes' `env`.
  static func namesVariable(_ key: String) -> Bool { key == "name" || key == "key" }
}
