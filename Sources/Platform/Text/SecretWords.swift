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
}
