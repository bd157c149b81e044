/// The words by which names of secrets are told, whatever they are the names of: keys, header fields, parameters.
package enum SecretWords {
  /// As they stand in a name that was made plain.
  package static let all = [
    "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "credential", "privatekey",
    "signingkey", "encryptionkey", "connectionstring", "dockerconfigjson",
  ]

  /// Whether one of them, or of `others`, is in `name`.
  package static func isIn(_ name: String, or others: [String] = []) -> Bool {
    let name = plain(name)
    return all.contains(where: name.containsText) || others.contains(where: name.containsText)
  }

  /// `api-key`, `API_KEY` and `apiKey` are one.
  package static func plain(_ name: String) -> String {
    let kept = name.utf8.filter { !"-_. ".utf8.contains($0) }
    return String(decoding: kept.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }

  /// How names end that say something about a secret.
  private static let harmlessEnds = [
    "name", "names", "ref", "refs", "namespace", "file", "files", "path", "paths", "dir", "ttl", "length", "lifetime",
    "expiry", "expiration", "enabled", "type", "issuer", "url", "endpoint", "policy", "provider", "store", "class",
    "algorithm", "interval", "timeout", "header", "count", "version", "tokenizer",
  ]
  private static let harmlessStarts = ["existing", "max", "min", "num", "use", "enable"]

  /// Whether a name that was made plain says only something about a secret, such as where it lies.
  package static func isHarmless(_ plain: String) -> Bool {
    harmlessEnds.contains { plain.hasSuffix($0) } || harmlessStarts.contains { plain.hasPrefix($0) }
  }
}
