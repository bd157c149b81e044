import Platform

/// The parts of a server's URL.
package struct ServerAddress: Hashable, Sendable {
  package enum Scheme: String, Sendable { case http, https, unix }

  package var scheme: Scheme
  /// Without brackets around an IPv6 address; empty for a unix socket.
  package var host: String
  package var port: Int
  /// The path before every target, without a slash at its end; the socket's path for a unix socket.
  package var path: String

  /// `nil` unless `url` is an `http://`, `https://` or `unix://` URL with an address.
  package init?(_ url: String) {
    guard let separator = url.rangeOfText("://"),
      let scheme = Scheme(rawValue: url[..<separator.lowerBound].lowercased())
    else { return nil }
    self.scheme = scheme
    let rest = Redaction.withoutUserInfo(url)[separator.upperBound...]
    let authority = scheme == .unix ? "" : rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    var path = rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" }
    while path.hasSuffix("/") { path = path.dropLast() }
    self.path = scheme == .unix ? String(path) : Self.encoded(path)
    guard let (host, port) = Self.hostAndPort(authority) else { return nil }
    self.host = host
    self.port = port ?? (scheme == .https ? 443 : 80)
    guard scheme == .unix ? path.hasPrefix("/") : !host.isEmpty else { return nil }
  }

  /// `path` with the bytes percent-encoded that a URL cannot contain.
  private static func encoded(_ path: Substring) -> String {
    var result = ""
    for byte in path.utf8 {
      if byte > 0x20, byte < 0x7f, !"\"<>\\^`{|}".utf8.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }

  /// Whether the host is a number in an old notation (`127.1`, `0x7f000001`, `010.0.0.1`): Go takes it for a name, but
  /// libcurl would connect to that address.
  package var isOldNumber: Bool {
    guard let last = host.split(separator: ".").last else { return false }
    let isNumber = last.utf8.allSatisfy { (48...57).contains($0) } || last.lowercased().hasPrefix("0x")
    guard isNumber, !host.contains(":") else { return false }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count != 4
      || !parts.allSatisfy { UInt8($0) != nil && ($0 == "0" || !$0.hasPrefix("0")) && !$0.hasPrefix("+") }
  }

  /// The host, without brackets, and the port if there is one; `nil` if `authority` is invalid.
  package static func hostAndPort(_ authority: Substring) -> (String, Int?)? {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else { return nil }
      return port(after.dropFirst()).map { (String(authority[..<end].dropFirst()), $0) }
    }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    return port(parts.count == 2 ? parts[1] : "").map { (String(parts.first ?? ""), $0) }
  }

  /// The port; `.some(nil)` for an empty text, `nil` if the text is not a port.
  private static func port(_ text: Substring) -> Int?? {
    if text.isEmpty { return .some(nil) }
    guard let port = Int(text), (1...65535).contains(port) else { return nil }
    return port
  }

  /// The server's name for display: the host, with a port that is not standard, or the socket's URL.
  package var name: String {
    if scheme == .unix { return "unix://" + path }
    let standard = scheme == .https ? 443 : 80
    return bracketedHost + (port == standard ? "" : ":\(port)")
  }

  package var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  package var isLoopback: Bool {
    scheme == .unix || host == "localhost" || host == "::1"
      || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
  }
}
