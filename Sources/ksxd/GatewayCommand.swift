import Access
import ArgumentParser
import Client
import Extensions
import GatewayServer
import HTTP
import HTTPServer
import KubernetesAPI
import Logging
import Platform

/// Runs the gateway in front of a cluster with a Kubernetes API server.
///
/// It stores nothing itself, so any number of replicas may run: logins are stored in the cluster.
struct GatewayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateway", abstract: "Serve what extensions bring, in front of a real Kubernetes API server.")

  @Option(help: ArgumentHelp("Kubeconfig of the cluster; its user must be allowed to impersonate.", valueName: "file"))
  var kubeconfig: String?

  @Option(help: ArgumentHelp("Context in the kubeconfig.", valueName: "name"))
  var context: String?

  @Option(help: ArgumentHelp("Where to listen.", valueName: "host:port"))
  var listen = "127.0.0.1:9090"

  @OptionGroup var identity: GatewayIdentity
  @OptionGroup var logs: LogOptions

  @Option(
    help: ArgumentHelp("Where Services are, and what objects may lead to: a file in YAML.", valueName: "file"))
  var gatewayConfig: String?

  @Option(
    help: ArgumentHelp("Namespace that keeps the logins of KubeSphere's users, and the keys.", valueName: "name"))
  var loginNamespace = LoginSettings().namespace

  func run() async throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    try Daemon.raiseFileLimit()
    do {
      try await serve()
    } catch let error as ServerError {
      throw DaemonError("\(error)")
    } catch let error as AccessFileError {
      throw DaemonError("\(error)")
    } catch let error as KubeconfigError {
      throw DaemonError("\(error)")
    }
  }

  private func serve() async throws {
    let shutdownReasons = ShutdownReasons()
    let listener = try Listener(listen, certificate: identity.certificate())
    let connection = try connect()
    let settings = try settings()
    guard let api = KubernetesRelay(connection, report: settings.report) else {
      throw DaemonError("\(connection.displayName): the gateway needs an API server with an address of the network")
    }
    let cluster = Cluster(transport: CurlTransport(connection))
    let origin = APIServerAddresses.Origin(ServerAddress(connection.server), in: cluster, report: settings.report)
    let apiServer = settings.upstreams.addresses.apiServer
    await apiServer.review(origin)
    let finder = DialectFinder(cluster: cluster, address: connection.displayName)
    let dialect = try await finder.find(shutdownReasons).dialect
    let gateway = Gateway(GatewayRules(), in: cluster, dialect: dialect, settings: settings, around: api)
    let users = try await users(in: cluster, at: connection.displayName)
    let monitor = APIServerMonitor(of: cluster)
    let server = try await start(try guarded(gateway, by: cluster, users: users, monitor: monitor), on: listener)
    Daemon.announce(" on \(server.addresses[0]), in front of \(connection.displayName)")
    await shutdownReasons.wait(
      for: server,
      beside: [
        Task { await gateway.run(in: cluster) }, Task { await monitor.run() }, Task { await apiServer.run(origin) },
        Task { await finder.follow(dialect, shutdownReasons) },
      ])
  }

  private func settings() throws -> GatewaySettings {
    var settings = try GatewayConfig(atOption: gatewayConfig).settings(isStandalone: false)
    settings.report = { Logger(label: "gateway").warning("\($0)") }
    return settings
  }

  private func start(_ handler: some Handler, on listener: Listener) async throws -> Server {
    try await Server.start(handler, on: [listener], log: logs.access, report: Serve.report) { Status($0).response }
  }

  private func connect() throws(KubeconfigError) -> Client.Connection {
    var options = KubeconfigOptions()
    options.kubeconfig = kubeconfig
    options.context = context
    return try Kubeconfig.load(options).connection
  }

  /// `gateway` behind authentication and authorization by the cluster.
  private func guarded(
    _ gateway: Gateway, by cluster: Cluster, users: KubeSphereUsers, monitor: APIServerMonitor
  ) throws -> some Handler {
    let access = DelegatedAccess(by: cluster, audit: logs.audit, around: gateway)
    return GatewayHealth(
      rules: gateway.rules, monitor: monitor,
      around: HostPrefix(
        around: DelegatedAuthenticator(
          by: cluster, tokens: try identity.tokens(), users: users,
          logins: ClusterLogins(of: users, in: cluster, loginSettings), audit: logs.audit, around: access)))
  }

  private var loginSettings: LoginSettings {
    var settings = LoginSettings()
    settings.namespace = loginNamespace
    settings.report = Serve.report
    return settings
  }

  /// Finds KubeSphere's users; if the cluster has none now, they are looked up again later.
  private func users(in cluster: Cluster, at address: String) async throws(DaemonError) -> KubeSphereUsers {
    let users = KubeSphereUsers(in: cluster, loginSettings: loginSettings)
    do {
      _ = try await users.isServed()
      return users
    } catch {
      throw DaemonError(error.daemonMessage(for: "looking for KubeSphere's users", at: address))
    }
  }
}

/// How clients are authenticated, in addition to the API server's tokens.
struct GatewayIdentity: ParsableArguments {
  @OptionGroup var tls: TLSOptions

  @Option(
    help: ArgumentHelp(
      "Users and their tokens, beside those that the API server knows: token,user,uid,\"groups\".", valueName: "file"))
  var tokenAuthFile: String?

  func certificate() throws -> Listener.Certificate? { try tls.certificate() }

  func tokens() throws(AccessFileError) -> AccessFileReader<TokenTable> {
    guard let tokenAuthFile else { return AccessFileReader(fixed: TokenTable()) }
    return try AccessFileReader(tokenAuthFile, report: Serve.report) { path throws(AccessFileError) in
      try TokenTable(file: path)
    }
  }
}
