package import HTTP
package import Platform

/// An opened profile: the ways to its cluster, and one transport over them.
package struct OpenProfile: Sendable {
  package var name: String
  /// The transport for all requests; with two ways, Kubernetes first, and the gateway if that is unreachable.
  package var transport: any Transport
  /// The gateway's own APIs, if the profile has a gateway.
  package var gateway: GatewayAPI?
  /// The login at the gateway, if the profile uses one.
  package var session: GatewaySession?
  /// The resolved context of the kubeconfig, if the profile has a Kubernetes way.
  package var context: ClusterContext?
  /// The switch between the two ways, if each can replace the other.
  package var fallback: FallbackTransport?
  /// Both ways, for comparing their objects; the same as `fallback` if that is set.
  package var ways: FallbackTransport? { fallback ?? comparison }
  fileprivate var comparison: FallbackTransport?
  /// The URL of the API server, or else of the gateway, for display.
  package var server: String
  /// Whether one of the ways is unencrypted or does not check the server's certificate; views show this permanently.
  package var isInsecure: Bool

  package var cluster: Cluster { Cluster(transport: transport) }
}

/// The environment in which a profile is opened, which tests replace.
package struct ProfileEnvironment: Sendable {
  package var environment = Environment.current
  /// The options of the command line, which override the profile.
  package var options = KubeconfigOptions()
  package var readFile: @Sendable (String) throws(SystemError) -> [UInt8] = { (path) throws(SystemError) in
    try Files.read(path)
  }
  /// Called after every change of the way in use.
  package var onChange: @Sendable (FallbackTransport.Use) -> Void = { _ in }

  package init() {}
}

extension Profile {
  /// Opens the ways of this profile; sends no request.
  ///
  /// Options for credentials and impersonation belong to the Kubernetes way. With one of them the gateway, which
  /// would act as a different user, is not opened beside it.
  package func open(_ surroundings: ProfileEnvironment = ProfileEnvironment()) throws(ProfileError) -> OpenProfile {
    let context = try kubernetes.map { way throws(ProfileError) in try self.context(way, surroundings) }
    var opened = OpenProfile(
      name: name, transport: Unreachable(), context: context, server: context?.server ?? "",
      isInsecure: context?.isInsecure ?? false)
    if let context { opened.transport = CurlTransport(context.connection) }
    guard let gateway, context == nil || !surroundings.options.determinesUser else { return opened }
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
    // A gateway behind the API server is reached by the Kubernetes way itself, so it cannot replace that way. If it
    // leads to a member cluster, it is the only way there.
    if gateway.cluster != nil { opened.transport = way } else { opened.comparison = fallback }
    return opened
  }

  private func context(
    _ way: Kubernetes, _ surroundings: ProfileEnvironment
  ) throws(ProfileError) -> ClusterContext {
    var options = surroundings.options
    options.kubeconfig = options.kubeconfig ?? way.kubeconfig
    options.context = options.context ?? way.context
    do {
      return try Kubeconfig.load(options, environment: surroundings.environment, readFile: surroundings.readFile)
    } catch {
      throw ProfileError(file: "the profile “\(name)”", problem: error.sentence)
    }
  }

  private func open(
    _ gateway: Gateway, _ opened: inout OpenProfile, _ surroundings: ProfileEnvironment
  ) throws(ProfileError) -> GatewayTransport {
    // A gateway without a URL is behind the API server's service proxy, which does not forward a second login.
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

  /// The store for the login of this profile at the gateway `url`.
  func tokens(_ url: String, _ environment: Environment) -> TokenStore {
    TokenStore(profile: name, server: url, directory: XDG(environment).state)
  }

  private func connection(
    to gateway: Gateway, _ url: String, _ surroundings: ProfileEnvironment
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
    // If an authority is named and verification is off, the latter takes precedence.
    if let authority, connection.tls.isVerified {
      do {
        connection.tls.authority = AuthorityBundle.readable(try surroundings.readFile(authority))
      } catch {
        throw ProfileError(file: "the profile “\(name)”", problem: "certificate-authority: \(error)")
      }
    }
    return connection
  }

  /// The credential of the command line for a gateway that is the only way; it replaces a login.
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
      guard let flaw = InvalidHeaderCharacter(in: token) else { return .bearer(token) }
      throw ProfileError(
        file: "--token", problem: "the token has \(flaw.words) in it. \(InvalidHeaderCharacter.remedy)")
    }
    guard options.username != nil || options.password != nil else { return nil }
    guard let user = options.username ?? gateway?.user, let password = options.password else {
      throw ProfileError(file: "the profile “\(name)”", problem: "--username and --password belong together")
    }
    return .basic(user, password)
  }
}

extension KubeconfigOptions {
  /// Whether an option asks for impersonation.
  var isImpersonating: Bool {
    impersonatedUser != nil || impersonatedUID != nil || !impersonatedGroups.isEmpty || !impersonatedExtra.isEmpty
  }

  /// Whether an option determines the user, so that another way must not act as a different user.
  var determinesUser: Bool {
    user != nil || token != nil || username != nil || password != nil || clientCertificate != nil || isImpersonating
  }
}

/// The transport of a profile without a way.
private struct Unreachable: Transport {
  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    throw .invalid(reason: "the profile names no way to a cluster")
  }
}
