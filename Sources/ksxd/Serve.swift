import APIServer
import Access
import ArgumentParser
import Client
import Controllers
import Extensions
import GatewayServer
import Glibc
import HTTP
import HTTPServer
import KubeSphereKinds
import KubernetesAPI
import Logging
import Packages
import Platform

/// Serves the standalone API.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the extension API from local disk, and run the controllers.")

  @Option(help: ArgumentHelp("Unix socket to listen on.", valueName: "path"))
  var socket = XDG().socket

  @Option(help: ArgumentHelp("Port to listen on besides, as in 127.0.0.1:6443.", valueName: "host:port"))
  var listen: String?

  @Option(help: ArgumentHelp("File with the token that clients of the port must show.", valueName: "file"))
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Users and their tokens: lines of token,user,uid,\"group1,group2\" as kube-apiserver reads them.",
      valueName: "file"))
  var tokenAuthFile: String?

  @Option(
    help: ArgumentHelp(
      "Users who log in with a password: lines of user,hash,uid,\"group1,group2\", hashes as mkpasswd makes them.",
      valueName: "file"))
  var passwordFile: String?

  @Option(
    help: ArgumentHelp(
      "What these users may do: one policy in JSON a line as kube-apiserver reads them.", valueName: "file"))
  var authorizationPolicyFile: String?

  @OptionGroup var tls: TLSOptions

  @Option(help: ArgumentHelp("Directory that keeps the objects.", valueName: "directory"))
  var data = XDG().data

  @OptionGroup var mirrors: RegistryMirrors

  @Option(help: "How installations are described.")
  var dialect = Dialect.Name.installPlan

  @Option(help: ArgumentHelp("Chart repository on disk to offer.", valueName: "directory"))
  var marketplace: String?

  @Option(
    help: ArgumentHelp("Where the gateway finds Services, and what it allows: a file in YAML.", valueName: "file"))
  var gatewayConfig: String?

  @OptionGroup var logs: LogOptions

  @Flag(help: "End when the last client has left and nothing is being installed.")
  var exitWithClients = false

  func validate() throws { try Marketplace.check(marketplace, option: "--marketplace") }

  func run() async throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    umask(0o077)
    try Daemon.raiseFileLimit()
    do {
      try await serve()
    } catch StorageError.inUse(let path) {
      // Has an exit code of its own, because the process that uses the storage may be about to end.
      let words = Array("Error: \(StorageError.inUse(path: path))\n".utf8)
      _ = write(STDERR_FILENO, words, words.count)
      throw ExitCode(EX_TEMPFAIL)
    } catch let error as StorageError {
      throw DaemonError("\(error)")
    } catch let error as ServerError {
      throw DaemonError("\(error)")
    } catch let error as AccessFileError {
      throw DaemonError("\(error)")
    }
  }

  private func serve() async throws {
    let (shutdownReasons, listeners, accessControlled) = (ShutdownReasons(), try listeners(), try accessControl())
    let api = try await preparedAPI()
    api.startup.begin("marketplace")
    let cluster = Cluster(transport: InProcessTransport(api))
    let services = try await MarketplaceServices.start(in: data)
    let gateway = Gateway(
      GatewayRules(), in: cluster, dialect: Dialect(dialect),
      settings: services.served(in: try GatewayConfig(atOption: gatewayConfig).settings(isStandalone: true)),
      around: api)
    let server = try await Server.start(
      accessControlled(gateway), on: listeners, log: logs.access, report: Self.report
    ) { Status($0).response }
    Daemon.announce(" on \(server.addresses.joined(separator: " and "))")
    let work = try backgroundWork(in: cluster, api)
    let activity = work.settings.activity
    if exitWithClients { shutdownReasons.add(leavingOf: server.connections) { activity.isBusy } }
    let running = Task {
      async let serving: Void = gateway.run(in: cluster)
      await work.run()
      await serving
    }
    await shutdownReasons.wait()
    await server.stop(grace: .seconds(10))
    running.cancel()
    await running.value
    await services.stop()
  }

  /// The API with its first namespaces, and with the certificates that its clients may trust.
  private func preparedAPI() async throws -> API {
    let api = try api()
    try await api.makeNamespaces(["default", "kube-system", "kubesphere-system"])
    if let file = tls.tlsCert, let certificates = try? Files.text(file, limit: 1 << 20) {
      await api.publish(authority: certificates)
    }
    return api
  }

  /// Returns a function that puts authentication and authorization in front of a handler; their files are read now, and
  /// again when they change.
  private func accessControl() throws -> (any CallerHandler) -> any Handler {
    let report = Self.report
    let policies = try policies()
    let users = try tokenAuthFile.map { file throws(AccessFileError) in
      try AccessFileReader(file, report: report) { path throws(AccessFileError) in try TokenTable(file: path) }
    }
    let owner = try token()
    let logins = try passwordFile.map { file throws(AccessFileError) in
      LocalLogins(
        try AccessFileReader(file, report: report) { path throws(AccessFileError) in try PasswordTable(file: path) },
        file: data + "/logins.json", audit: logs.audit)
    }
    let (audit, trustsCertificates) = (logs.audit, tls.clientCaFile != nil)
    return { handler in
      HostPrefix(
        around: Authenticator(
          file: users, owner: owner, logins: logins, trustsCertificates: trustsCertificates, audit: audit,
          around: ProtobufBodies(around: AccessControl(policies, audit: audit, around: handler))))
    }
  }

  private func backgroundWork(in cluster: Cluster, _ api: API) throws -> BackgroundWork {
    var work = BackgroundWork(
      in: cluster, dialect: Dialect(dialect), marketplace: Marketplace(marketplace, beside: data))
    // A standalone backend has no kubelet.
    work.settings.simulatesWorkloads = true
    work.settings.registryMirrors = try mirrors.table()
    work.whenOffered = { api.startup.end("marketplace") }
    return work
  }

  private func api() throws -> API {
    try Files.makeDirectory(data)
    return try API(
      path: data + "/standalone.db", types: ResourceTypes(dialect: Dialect(dialect)),
      report: { Logger(label: "storage").warning("\($0)") })
  }
}
