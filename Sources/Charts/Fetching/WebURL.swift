package import HTTP
import Platform

/// An http or https URL, parsed as far as requests and references in documents need.
package struct WebURL: Hashable, Sendable {
  package var server: ServerAddress
  /// The path, beginning with a slash.
  package var path: String
  /// The query with its question mark, or empty.
  package var query: String
  /// `user:password` as written, or empty.
  package var userInfo: String

  /// `nil` if `text` is not an http or https URL.
  package init?(_ text: String) {
    guard let server = ServerAddress(text), server.scheme != .unix, !text.utf8.contains(where: { $0 <= 0x20 }),
      let start = text.rangeOfText("://")?.upperBound
    else { return nil }
    self.server = server
    self.server.path = ""
    let authority = text[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    userInfo = authority.lastIndex(of: "@").map { String(authority[..<$0]) } ?? ""
    let rest = text[start...].dropFirst(authority.count).prefix { $0 != "#" }
    let path = rest.prefix { $0 != "?" }
    self.path = path.isEmpty ? "/" : String(path)
    query = String(rest.dropFirst(path.count))
  }

  /// Such as `https://charts.example.com`; credentials are sent to one origin only.
  package var origin: String { "\(server.scheme.rawValue)://\(server.name)" }

  /// The target of a request for the URL.
  package var target: String { path + query }

  /// The URL without user and password.
  package var text: String { origin + target }

  /// The URL for display: without user, password and query, which may contain a token.
  package var shown: String { origin + path + (query.isEmpty ? "" : "?…") }

  /// The URL of a file below this one, which is taken for a folder; the query is kept, as by helm.
  package func appending(_ name: String) -> WebURL {
    var url = self
    while url.path.hasSuffix("/") { url.path.removeLast() }
    url.path += "/" + name
    return url
  }

  /// Resolves a reference in a document at this URL (RFC 3986 §5.2); `nil` if the result is not an http or https URL.
  package func resolving(_ reference: String) -> WebURL? {
    if reference.containsText("://") { return WebURL(reference) }
    if reference.hasPrefix("//") { return WebURL("\(server.scheme.rawValue):\(reference)") }
    guard !reference.utf8.contains(where: { $0 <= 0x20 }) else { return nil }
    var url = self
    url.userInfo = ""
    let whole = reference.prefix { $0 != "#" }
    let newPath = whole.prefix { $0 != "?" }
    url.query = String(whole.dropFirst(newPath.count))
    if newPath.isEmpty { return url }
    let folder = newPath.hasPrefix("/") ? "" : path[...(path.lastIndex(of: "/") ?? path.startIndex)]
    url.path = Self.withoutDots("\(folder)\(newPath)")
    return url
  }

  private static func withoutDots(_ path: String) -> String {
    var parts: [Substring] = []
    let words = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for word in words where word != "." {
      if word == ".." { _ = parts.popLast() } else { parts.append(word) }
    }
    let isFolder = words.last.map { $0 == "." || $0 == ".." } ?? false
    return "/" + parts.joined(separator: "/") + (isFolder && !parts.isEmpty ? "/" : "")
  }
}
