import HTTP
import Platform

/// A proxy on the way to a server.
///
/// Its address is read as Go's `net/http` reads one, and libcurl gets the result: the two differ in
/// default ports and in which side resolves names.
struct Proxy: Hashable, Sendable {
  enum Scheme: String, Sendable, CaseIterable {
    case http, https, socks5, socks5h

    /// The port of an address that names none.
    var port: Int {
      switch self {
      case .http: 80
      case .https: 443
      case .socks5, .socks5h: 1080
      }
    }
  }

  /// Why a text is not the address of a proxy; the text itself may hold a password and is not quoted.
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

  /// The proxy at a whole URL, as `proxy-url` in a kubeconfig has it.
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

  /// The address as it may be shown.
  var name: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  /// The address as libcurl takes it: complete, because its own ports are others than Go's.
  ///
  /// Go leaves names to a SOCKS proxy, which may know those that this computer does not (`ssh -D`).
  var address: String {
    let word = scheme == .socks5 ? Scheme.socks5h : scheme
    let user = userInfo.isEmpty ? "" : userInfo + "@"
    return "\(word.rawValue)://\(user)\(name)"
  }
}

extension Proxy.Problem {
  /// What is wrong with `name`, such as `proxy-url` or `HTTPS_PROXY`.
  func sentence(of name: String) -> String {
    switch self {
    case .noAddress: "\(name) is not an address of a proxy"
    case .scheme(let scheme): "\(name) begins with \(scheme)://, a kind of proxy that is not known"
    }
  }

  static let remedy = "Write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"
}

extension String {
  /// Neither blanks nor control characters in it.
  fileprivate var isVisible: Bool { utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f } }
}
