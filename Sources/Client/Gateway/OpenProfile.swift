/// A profile opened: the ways it names, and the one transport that takes whichever works.
public struct OpenProfile: Sendable {
  public var name: String
  /// Everything goes here: Kubernetes first, the gateway when that is out of reach.
  public var transport: any Transport
  /// What only the gateway offers, if the profile names one.
  public var gateway: Gateway?
  /// The login at the gateway, if it takes one.
  public var session: GatewaySession?
  /// What the kubeconfig said, if the profile goes that way.
  public var context: ClusterContext?
  /// Where both ways are known, the one in use.
  public var fallback: FallbackTransport?
  /// The first server, as it may be shown.
  public var server: String
  /// Whether nobody checks who answers on one of the ways; to be shown all the time.
  public var isInsecure: Bool

  public var cluster: Cluster { Cluster(transport: transport) }
}

/// What opening a profile takes from outside, so that tests can make it up.
public struct Surroundings: Sendable {
  public var environment = Environment.current
  /// The command line, which says more than the profile.
  public var options = KubeconfigOptions()
  public var readFile: @Sendable (String) throws(SystemError) -> [UInt8] = { (path) throws(SystemError) in
    try Files.read(path)
  }
  /// Hears of every change of the way in use.
  public var onChange: @Sendable (FallbackTransport.Use) -> Void = { _ in }

  public init() {}
}

extension Profile {
  /// Opens the ways of this profile; nothing is sent yet.
  public func open(_ surroundings: Surroundings = Surroundings()) throws(ProfileError) -> OpenProfile {
    let context = try kubernetes.map { way throws(ProfileError) in try self.context(way, surroundings) }
    var opened = OpenProfile(
      name: name, transport: Unreachable(), context: context, server: context?.server ?? "",
      isInsecure: context?.isInsecure ?? false)
    if let context { opened.transport = CurlTransport(context.connection) }
    guard let gateway else { return opened }
    let way = try open(gateway, &opened, surroundings)
    opened.gateway = Client.Gateway(way)
    guard context != nil else {
      opened.transport = way
      return opened
    }
    let fallback = FallbackTransport(
      kubernetes: opened.transport, gateway: way, onChange: surroundings.onChange)
    opened.fallback = fallback
    opened.transport = fallback
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
      return GatewayTransport(ServiceProxyTransport(opened.transport), cluster: gateway.cluster)
    }
    var connection = Connection(server: url)
    connection.tls.isVerified = !gateway.isInsecure
    if let path = gateway.certificateAuthority {
      do {
        connection.tls.authority = try surroundings.readFile(path)
      } catch {
        throw ProfileError(file: "the profile “\(name)”", problem: "certificate-authority: \(error)")
      }
    }
    if opened.server.isEmpty { opened.server = connection.displayName }
    opened.isInsecure = opened.isInsecure || connection.isInsecure
    let base = CurlTransport(connection)
    if let path = gateway.tokenFile {
      return GatewayTransport(base, credentials: TokenFile(path), cluster: gateway.cluster)
    }
    let store = TokenStore(profile: name, server: url, directory: XDG(surroundings.environment).state)
    let session = GatewaySession(gateway: base, store: store)
    opened.session = session
    return GatewayTransport(base, credentials: session, cluster: gateway.cluster)
  }
}

/// Stands in until a way is known.
private struct Unreachable: Transport {
  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    throw .invalid(reason: "the profile names no way to a cluster")
  }
}
