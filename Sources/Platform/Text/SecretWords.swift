/// The words by which names of secrets are recognised, in keys, header fields and parameters.
package enum SecretWords {
  /// In the form of `plain` names.
  package static let all = [
    "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "credential", "privatekey",
    "signingkey", "encryptionkey", "connectionstring", "dockerconfigjson",
  ]

  /// Whether `name` contains one of them or of `others`.
  package static func isIn(_ name: String, or others: [String] = []) -> Bool {
    let name = plain(name)
    return all.contains(where: name.containsText) || others.contains(where: name.containsText)
  }

  /// The name in lower case without separators: `api-key`, `API_KEY` and `apiKey` are equal.
  package static func plain(_ name: String) -> String {
    let kept = name.utf8.filter { !"-_. ".utf8.contains($0) }
    return String(decoding: kept.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }

  /// The ends of names that only describe a secret.
  private static let harmlessEnds = [
    "name", "names", "ref", "refs", "namespace", "file", "files", "path", "paths", "dir", "ttl", "length", "lifetime",
    "expiry", "expiration", "enabled", "type", "issuer", "url", "endpoint", "policy", "provider", "store", "class",
    "algorithm", "interval", "timeout", "header", "count", "version", "tokenizer",
  ]
  private static let harmlessStarts = ["existing", "max", "min", "num", "use", "enable"]

  /// Whether a plain name only describes a secret, such as its place.
  package static func isHarmless(_ plain: String) -> Bool {
    harmlessEnds.contains { plain.hasSuffix($0) } || harmlessStarts.contains { plain.hasPrefix($0) }
  }
}
