package import HTTP
package import Platform

/// A profile opened: the ways it names, and the one transport that takes whichever works.
package struct OpenProfile: Sendable {
  package var name: String
  /// Everything goes here: Kubernetes first, the gateway when that is out of reach.
  package var transport: any Transport
  /// What only the gateway offers, if the profile names one.
  package var gateway: GatewayAPI?
  /// The login at the gateway, if it takes one.
  package var session: GatewaySession?
  /// What the kubeconfig said, if the profile goes that way.
  package var context: ClusterContext?
  /// Where each way can stand in for the other, the one in use.
  package var fallback: FallbackTransport?
  /// Both ways, for comparing what they show; the same as `fallback` where that is known.
  package var ways: FallbackTransport? { fallback ?? comparison }
  fileprivate var comparison: FallbackTransport?
  /// The first server, as it may be shown.
  package var server: String
  /// Whether one of the ways does not check the server's certificate; to be shown all the time.
  package var isInsecure: Bool

  package var cluster: Cluster { Cluster(transport: transport) }
}

/// What opening a profile takes from outside, so that tests can make it up.
package struct Surroundings: Sendable {
  package var environment = Environment.current
  /// The command line, which says more than the profile.
  package var options = KubeconfigOptions()
  package var readFile: @Sendable (String) throws(SystemError) -> [UInt8] = { (path) throws(SystemError) in
    try Files.read(path)
  }
  /// Hears of every change of the way in use.
  package var onChange: @Sendable (FallbackTransport.Use) -> Void = { _ in }

  package init() {}
}

extension Profile {
  /// Opens the ways of this profile; nothing is sent yet.
  ///
  /// Options that say who asks belong to the Kubernetes way; with one of them the gateway, which knows
  /// nothing of it, does not stand in for that way.
  package func open(_ surroundings: Surroundings = Surroundings()) throws(ProfileError) -> OpenProfile {
    let context = try kubernetes.map { way throws(ProfileError) in try self.context(way, surroundings) }
    var opened = OpenProfile(
      name: name, transport: Unreachable(), context: context, server: context?.server ?? "",
      isInsecure: context?.isInsecure ?? false)
    if let context { opened.transport = CurlTransport(context.connection) }
    guard let gateway, context == nil || !surroundings.options.saysWhoAsks else { return opened }
    let way = try open(gateway, &opened, surroundings)
    opened.gateway = GatewayAPI(way)
    guard context != nil else {
      opened.transport = way
      return opened
    }
    let fallback = FallbackTransport(
      kubernetes: opened.transport, gateway: way, onChange: surroundings.onChange)
    guard gateway.url == nil else {
      opened.fallback = fallback
      opened.transport = fallback
      return opened
    }
    // The road to a gateway behind the API server is the Kubernetes way itself: it cannot stand in for it, and
    // where it leads on to a member cluster it is the only way there.
    if gateway.cluster != nil { opened.transport = way } else { opened.comparison = fallback }
    return opened
  }

  private func context(
    _ way: Kubernetes, _ surroundings: Surroundings
  ) throws(ProfileError) -> ClusterContext {
    var options = surroundings.options
    options.kubeconfig = options.kubeconfig ?? way.kubeconfig
    options.context = options.context ?? way.context
    do {
      return try Kubeconfig.load(options, environment: surroundings.environment, readFile: surroundings.readFile)
    } catch {
      throw ProfileError(file: "the profile “\(name)”", problem: error.description)
    }
  }

  private func open(
    _ gateway: Gateway, _ opened: inout OpenProfile, _ surroundings: Surroundings
  ) throws(ProfileError) -> GatewayTransport {
    // Without an address of its own it is behind the API server, which takes no second login along.
    guard let url = gateway.url else {
      var way = GatewayTransport(ServiceProxyTransport(opened.transport), cluster: gateway.cluster)
      way.remedy = "a gateway behind the API server sees no login, so give the gateway of “\(name)” a url"
      return way
    }
    let connection = try connection(to: gateway, url, surroundings)
    if opened.server.isEmpty { opened.server = connection.displayName }
    opened.isInsecure = opened.isInsecure || connection.isInsecure
    let base = CurlTransport(connection)
    var way = GatewayTransport(base, cluster: gateway.cluster)
    if let said = try credential(surroundings.options) {
      way.credentials = FixedCredential(said)
      way.remedy = "check the token, or the user name and the password"
    } else if let path = gateway.tokenFile {
      way.credentials = TokenFile(path)
      way.remedy = "renew the token in \(path)"
    } else {
      let command = "ksx login --profile \(name)"
      let session = GatewaySession(gateway: base, store: tokens(url, surroundings.environment), command: command)
      opened.session = session
      way.credentials = session
      way.remedy = "log in again with \(command)"
    }
    return way
  }

  /// Where the login of this profile at the gateway `url` is kept.
  func tokens(_ url: String, _ environment: Environment) -> TokenStore {
    TokenStore(profile: name, server: url, directory: XDG(environment).state)
  }

  private func connection(
    to gateway: Gateway, _ url: String, _ surroundings: Surroundings
  ) throws(ProfileError) -> Connection {
    let options = surroundings.options
    var connection = Connection(server: url)
    connection.proxyRules = ProxyRules(surroundings.environment)
    connection.tls.isVerified = !gateway.isInsecure
    var authority = gateway.certificateAuthority
    if kubernetes == nil {
      connection.tls.serverName = options.tlsServerName
      if let isInsecure = options.insecureSkipTLSVerify { connection.tls.isVerified = !isInsecure }
      authority = options.certificateAuthority ?? authority
    }
    connection.allowsCompression = !options.disableCompression
    if let seconds = options.requestTimeout { connection.requestTimeout = seconds == 0 ? nil : seconds }
    // An authority is named and the check of it switched off: the latter was said later, or louder.
    if let authority, connection.tls.isVerified {
      do {
        connection.tls.authority = AuthorityBundle.readable(try surroundings.readFile(authority))
      } catch {
        throw ProfileError(file: "the profile “\(name)”", problem: "certificate-authority: \(error)")
      }
    }
    return connection
  }

  /// What the command line shows to a gateway that is the only way, instead of a login.
  private func credential(_ options: KubeconfigOptions) throws(ProfileError) -> Credential? {
    guard kubernetes == nil else { return nil }
    if options.user != nil || options.clientCertificate != nil || options.isImpersonating {
      throw ProfileError(
        file: "the profile “\(name)”",
        problem:
          "its gateway takes a login, a token or a password; --user, --client-certificate and --as belong to a kubeconfig"
      )
    }
    if let token = options.token {
      guard let flaw = HeaderFlaw(in: token) else { return .bearer(token) }
      throw ProfileError(file: "--token", problem: "the token has \(flaw) in it. \(HeaderFlaw.remedy)")
    }
    guard options.username != nil || options.password != nil else { return nil }
    guard let user = options.username ?? gateway?.user, let password = options.password else {
      throw ProfileError(file: "the profile “\(name)”", problem: "--username and --password belong together")
    }
    return .basic(user, password)
  }
}

extension KubeconfigOptions {
  /// An option asks for impersonation.
  var isImpersonating: Bool {
    impersonatedUser != nil || impersonatedUID != nil || !impersonatedGroups.isEmpty || !impersonatedExtra.isEmpty
  }

  /// An option says who the user is, so another way must not ask as a different user.
  var saysWhoAsks: Bool {
    user != nil || token != nil || username != nil || password != nil || clientCertificate != nil || isImpersonating
  }
}

/// Stands in until a way is known.
private struct Unreachable: Transport {
  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    throw .invalid(reason: "the profile names no way to a cluster")
  }
}
