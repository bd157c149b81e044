import HTTP
import Platform

/// A proxy for the connections to a server.
///
/// Its address is parsed as in Go's `net/http` and passed to libcurl in full: the two differ in
/// default ports and in which side resolves names.
struct Proxy: Hashable, Sendable {
  enum Scheme: String, Sendable, CaseIterable {
    case http, https, socks5, socks5h

    /// The default port.
    var port: Int {
      switch self {
      case .http: 80
      case .https: 443
      case .socks5, .socks5h: 1080
      }
    }
  }

  /// Why a text is not a proxy's address; the text is not quoted, because it may contain a password.
  enum Problem: Error, Hashable {
    case noAddress
    case scheme(String)
  }

  var scheme: Scheme
  /// Without brackets around an IPv6 address.
  var host: String
  var port: Int
  /// `user:password`, percent-encoded, or empty.
  var userInfo = ""

  /// Parses a full URL, such as `proxy-url` in a kubeconfig.
  init(_ url: String) throws(Problem) {
    guard let separator = url.rangeOfText("://") else { throw .noAddress }
    let name = url[..<separator.lowerBound].lowercased()
    var authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard Self.isScheme(name), !authority.isEmpty else { throw .noAddress }
    guard let scheme = Scheme(rawValue: name) else { throw .scheme(name) }
    if let at = authority.lastIndex(of: "@") {
      userInfo = String(authority[..<at])
      authority = authority[authority.index(after: at)...]
    }
    guard let (name, port) = ServerAddress.hostAndPort(authority), !name.isEmpty, (name + userInfo).isVisible,
      let host = InternationalName.ascii(name)
    else { throw .noAddress }
    self.scheme = scheme
    self.host = host
    self.port = port ?? scheme.port
  }

  private static func isScheme(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, ("a"..."z").contains(first) else { return false }
    return text.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("0"..."9").contains($0) || "+-.".contains(Character($0))
    }
  }

  /// The address for display.
  var name: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  /// The address for libcurl, always with a port, because libcurl's default ports differ from Go's.
  ///
  /// `socks5` becomes `socks5h`: as in Go, a SOCKS proxy resolves names, and it may know names that this machine does
  /// not (`ssh -D`).
  var address: String {
    let word = scheme == .socks5 ? Scheme.socks5h : scheme
    let user = userInfo.isEmpty ? "" : userInfo + "@"
    return "\(word.rawValue)://\(user)\(name)"
  }
}

extension Proxy.Problem {
  /// The problem with the setting `name`, such as `proxy-url` or `HTTPS_PROXY`.
  func sentence(of name: Sentence) -> Sentence {
    switch self {
    case .noAddress: "\(name) is not an address of a proxy"
    case .scheme(let scheme): "\(name) begins with \(scheme)://, a kind of proxy that is not known"
    }
  }

  static let remedy: Sentence = "Write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"
}

extension String {
  /// Whether it has neither blanks nor control characters.
  fileprivate var isVisible: Bool { utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f } }
}
