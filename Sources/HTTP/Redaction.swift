import Platform

/// Removes secrets from texts that users read, copy and attach to bug reports.
package enum Redaction {
  /// `text` without any of `secrets`.
  package static func removing(_ secrets: [String], from text: String) -> String {
    var result = text
    // Very short secrets would match in every text and hide nothing. The longest first, because it may contain others.
    for secret in secrets.sorted(by: { $0.utf8.count > $1.utf8.count }) where secret.utf8.count >= 4 {
      result = result.replacingText(secret, with: "•••")
      result = withoutBeginning(of: secret, at: result)
    }
    return result
  }

  /// Removes the beginning of a secret at the end of a shortened text.
  private static func withoutBeginning(of secret: String, at text: String) -> String {
    guard text.hasSuffix("…") else { return text }
    let kept = text.dropLast()
    for length in stride(from: min(secret.count - 1, kept.count), through: 4, by: -1)
    where kept.hasSuffix(secret.prefix(length)) {
      return kept.dropLast(length) + "•••…"
    }
    return text
  }

  /// A URL without `user:password@`.
  package static func withoutUserInfo(_ url: String) -> String {
    guard let (start, at) = userInfo(url) else { return url }
    return String(url[..<start] + url[url.index(after: at)...])
  }

  /// `user:password` of a URL, and the password alone, both as written and decoded.
  package static func secrets(in url: String?) -> [String] {
    guard let url, let (start, at) = userInfo(url) else { return [] }
    let all = url[start..<at]
    let password = all.drop { $0 != ":" }.dropFirst()
    return [String(all), String(password), PercentEncoding.decode(password)]
  }

  /// The user and the password of a URL, decoded; `nil` if it has none, or only an empty one.
  package static func login(in url: String) -> (user: String, password: String)? {
    guard let (start, at) = userInfo(url), start != at else { return nil }
    let all = url[start..<at]
    let user = all.prefix { $0 != ":" }
    return (PercentEncoding.decode(user), PercentEncoding.decode(all.dropFirst(user.count + 1)))
  }

  /// A path and query for display: parameters that are named like secrets have no value, and there are no control
  /// characters that affect a terminal.
  package static func target(_ target: String) -> String {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = Excerpt.shortened(String(parts[0]), to: 1000)
    guard parts.count == 2 else { return path }
    let parameters = parts[1].split(separator: "&").map { parameter in
      let name = parameter.prefix { $0 != "=" }
      let plain = PercentEncoding.decode(name)
      let isSecret =
        SecretWords.isIn(plain, or: ["code", "key", "signature", "jwt"])
        || ["sig", "auth"].contains(plain.lowercased())
      return isSecret ? name + "=•••" : parameter
    }
    return path + "?" + Excerpt.shortened(parameters.joined(separator: "&"), to: 1000)
  }

  private static func userInfo(_ url: String) -> (start: String.Index, at: String.Index)? {
    guard let start = url.rangeOfText("://")?.upperBound else { return nil }
    let authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return authority.lastIndex(of: "@").map { (start, $0) }
  }
}
