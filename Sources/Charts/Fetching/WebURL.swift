package import HTTP
import Platform

/// An address on the web, taken apart as far as is needed to ask for it and to follow references in it.
package struct WebURL: Hashable, Sendable {
  package var server: ServerAddress
  /// The path, beginning with a slash.
  package var path: String
  /// The query with its question mark, or empty.
  package var query: String
  /// `user:password` as written, or empty.
  package var userInfo: String

  /// `nil` when `text` is no address of a web server.
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

  /// `https://charts.example.com`, which is what credentials belong to.
  package var origin: String { "\(server.scheme.rawValue)://\(server.name)" }

  /// What is asked of the server.
  package var target: String { path + query }

  /// The whole address, without user and password.
  package var text: String { origin + target }

  /// The address as it may be shown: without user and password, and without a query, which may hold a token.
  package var shown: String { origin + path + (query.isEmpty ? "" : "?…") }

  /// The address of a file below this one, taken for a folder; the query stays, as with helm.
  package func appending(_ name: String) -> WebURL {
    var url = self
    while url.path.hasSuffix("/") { url.path.removeLast() }
    url.path += "/" + name
    return url
  }

  /// What a reference found at this address means (RFC 3986 §5.2); `nil` when it leads off the web.
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
