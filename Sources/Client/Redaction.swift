/// Keeps secrets out of texts that people read, copy and attach to bug reports.
enum Redaction {
  /// `text` without any of `secrets`.
  static func removing(_ secrets: [String], from text: String) -> String {
    var result = text
    // Very short ones would blank out half of every text, and hide nothing.
    for secret in secrets where secret.utf8.count >= 4 { result = result.replacingText(secret, with: "•••") }
    return result
  }

  /// A URL without `user:password@`.
  static func withoutUserInfo(_ url: String) -> String {
    guard let (start, at) = userInfo(url) else { return url }
    return String(url[..<start] + url[url.index(after: at)...])
  }

  /// `user:password` of a URL, and the password alone, as written and decoded.
  static func secrets(in url: String?) -> [String] {
    guard let url, let (start, at) = userInfo(url) else { return [] }
    let all = url[start..<at]
    let password = all.drop { $0 != ":" }.dropFirst()
    return [String(all), String(password), PercentEncoding.decode(password)]
  }

  private static func userInfo(_ url: String) -> (start: String.Index, at: String.Index)? {
    guard let start = url.rangeOfText("://")?.upperBound else { return nil }
    let authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return authority.lastIndex(of: "@").map { (start, $0) }
  }
}
