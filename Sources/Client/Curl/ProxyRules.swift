import HTTP
package import Platform

/// Which proxy the environment names for a server: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in capitals first.
///
/// The rules are those of Go's `httpproxy`, which kubectl and helm follow: `ALL_PROXY` means nothing, and this
/// computer is never reached by a proxy.
package struct ProxyRules: Hashable, Sendable {
  /// Those of this process, as they were when it began to send.
  static let process = ProxyRules(.current)

  private var proxies: [ServerAddress.Scheme: Named] = [:]
  private var exceptions = ProxyExceptions("")
  /// A web server hands what its client says to a CGI program as variables, `HTTP_PROXY` among them.
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

  /// The proxy to `address`, or `nil` to go there directly.
  func proxy(to address: ServerAddress) throws(TransportError) -> Proxy? {
    guard let named = proxies[address.scheme] else { return nil }
    if address.scheme == .http, isCGI {
      throw .invalid(reason: "\(named.variable) may come from outside where REQUEST_METHOD is set, and is not used")
    }
    if exceptions.contain(address) { return nil }
    do {
      return try Self.proxy(named.text)
    } catch {
      throw .invalid(reason: "\(error.sentence(of: named.variable)). \(Proxy.Problem.remedy)")
    }
  }

  /// An address without `http://` is one with it.
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

/// The servers that `NO_PROXY` excepts.
struct ProxyExceptions: Hashable, Sendable {
  private enum Rule: Hashable {
    case everything
    case network(IPAddress, bits: Int)
    case address(IPAddress, port: Int?)
    /// `.example.com`; `isExact` when `example.com` itself is meant too.
    case domain(String, port: Int?, isExact: Bool)
    /// An entry whose port is not a number matches nothing.
    case nothing
  }

  private var rules: [Rule]

  init(_ text: String) {
    rules = text.split(separator: ",").map { $0.trimmed().lowercased() }.filter { !$0.isEmpty }.map(Self.rule)
  }

  /// Whether no proxy leads to `server`: an exception, or this computer.
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
        // An address is not a name, whatever its digits end with.
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

  /// A host and what follows its colon, or `nil` when there is no port (Go's `net.SplitHostPort`).
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
