import HTTP
package import Platform

/// Chooses the proxy for a server from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; upper case takes precedence.
///
/// The rules are those of Go's `httpproxy`, which kubectl and helm use: `ALL_PROXY` is ignored, and no proxy is
/// used for this machine.
package struct ProxyRules: Hashable, Sendable {
  /// The rules from the environment of this process, read at first use.
  static let process = ProxyRules(.current)

  private var proxies: [ServerAddress.Scheme: Named] = [:]
  private var exceptions = ProxyExceptions("")
  /// Whether this is a CGI program: for one, a web server sets `HTTP_PROXY` from the client's `Proxy` header.
  private var isCGI = false

  private struct Named: Hashable {
    var variable: String
    var text: String
  }

  package init(_ environment: Environment) {
    for (scheme, variable) in [(ServerAddress.Scheme.http, "HTTP_PROXY"), (.https, "HTTPS_PROXY")] {
      for name in [variable, variable.lowercased()] where proxies[scheme] == nil {
        proxies[scheme] = environment[name].map { Named(variable: name, text: $0) }
      }
    }
    exceptions = ProxyExceptions(environment["NO_PROXY"] ?? environment["no_proxy"] ?? "")
    isCGI = environment["REQUEST_METHOD"] != nil
  }

  /// The proxy for `address`; `nil` for a direct connection.
  func proxy(to address: ServerAddress) throws(TransportError) -> Proxy? {
    guard let named = proxies[address.scheme] else { return nil }
    if address.scheme == .http, isCGI {
      throw .invalid(reason: "\(named.variable) may come from outside where REQUEST_METHOD is set, and is not used")
    }
    if exceptions.contain(address) { return nil }
    do {
      return try Self.proxy(named.text)
    } catch {
      throw .invalid(reason: "\(error.sentence(of: Sentence(verbatim: named.variable))). \(Proxy.Problem.remedy)")
    }
  }

  /// Parses an address, which is an `http://` URL if it has no scheme.
  private static func proxy(_ text: String) throws(Proxy.Problem) -> Proxy {
    do {
      return try Proxy(text)
    } catch {
      if case .scheme = error { throw error }
      guard !text.containsText("://") else { throw error }
      return try Proxy("http://" + text)
    }
  }
}

/// The servers that `NO_PROXY` excludes.
struct ProxyExceptions: Hashable, Sendable {
  private enum Rule: Hashable {
    case everything
    case network(IPAddress, bits: Int)
    case address(IPAddress, port: Int?)
    /// `.example.com`; `isExact` if `example.com` itself matches too.
    case domain(String, port: Int?, isExact: Bool)
    /// An entry whose port is not a number matches nothing.
    case nothing
  }

  private var rules: [Rule]

  init(_ text: String) {
    rules = text.split(separator: ",").map { $0.trimmed().lowercased() }.filter { !$0.isEmpty }.map(Self.rule)
  }

  /// Whether `server` is reached without a proxy: it matches a rule or is this machine.
  func contain(_ server: ServerAddress) -> Bool {
    if server.host == "localhost" { return true }
    let address = IPAddress(server.host, allowsZone: true)
    if address?.isLoopback == true { return true }
    let name = (InternationalName.ascii(server.host) ?? server.host).lowercased()
    return rules.contains { rule in
      switch rule {
      case .everything: true
      case .network(let network, let bits): address?.isIn(network, bits) == true
      case .address(let other, let port): address == other && (port ?? server.port) == server.port
      case .domain(let domain, let port, let isExact):
        // A domain never matches an IP address, even if the digits end with it.
        address == nil && (port ?? server.port) == server.port
          && (name.hasSuffix(domain) || isExact && name == domain.dropFirst())
      case .nothing: false
      }
    }
  }

  private static func rule(_ text: String) -> Rule {
    if text == "*" { return .everything }
    if let (network, bits) = IPAddress.network(text) { return .network(network, bits: bits) }
    var (host, port) = (text, Int?.none)
    if let (name, digits) = split(text) {
      guard !name.isEmpty else { return .nothing }
      guard digits.isEmpty || Int(digits) != nil else { return .nothing }
      (host, port) = (name, Int(digits))
    }
    if let address = IPAddress(host) { return .address(address, port: port) }
    if host.hasPrefix("*.") { host.removeFirst() }
    host = InternationalName.ascii(host) ?? host
    return host.hasPrefix(".")
      ? .domain(host, port: port, isExact: false) : .domain("." + host, port: port, isExact: true)
  }

  /// The host and the text after its colon; `nil` if there is no port (Go's `net.SplitHostPort`).
  private static func split(_ text: String) -> (host: String, port: String)? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("[") {
      guard host.hasSuffix("]") else { return nil }
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    return host.contains(where: { $0 == "[" || $0 == "]" }) ? nil : (String(host), String(text[colon...].dropFirst()))
  }
}
