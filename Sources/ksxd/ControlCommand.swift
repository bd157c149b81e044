import APIServer
import ArgumentParser
import Charts
import Client
import Controllers
import Extensions
import Glibc
import HTTP
import HTTPServer
import KubernetesAPI
import Logging
import Packages
import Platform

/// Runs the controllers in a cluster with a Kubernetes API server.
struct ControlCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controllers",
    abstract: "Run the controllers against a Kubernetes cluster without KubeSphere.")

  @Option(help: ArgumentHelp("Kubeconfig of the cluster.", valueName: "file"))
  var kubeconfig: String?

  @Option(help: ArgumentHelp("Context in the kubeconfig.", valueName: "name"))
  var context: String?

  @Option(help: ArgumentHelp("Chart repository on disk to offer.", valueName: "directory"))
  var repository: String?

  @OptionGroup var mirrors: RegistryMirrors

  @Flag(help: "Run the images of repositories in the cluster, as KubeSphere does, instead of reading their layers.")
  var runRepositoryImages = false

  @Flag(
    help:
      "Make what a chart brings as an account of its own with the rights that its permissions.yaml asks for, as KubeSphere does."
  )
  var executorAccounts = false

  @Flag(help: "Work only while holding the Lease ksxd-controllers, so that several may run.")
  var leaderElect = false

  @Option(help: ArgumentHelp("Namespace of the Lease.", valueName: "name"))
  var leaderElectNamespace = "kubesphere-system"

  @Option(help: ArgumentHelp("What the Lease calls this one; else the host and the process.", valueName: "name"))
  var identity: String?

  @Option(help: ArgumentHelp("Where to answer /livez, /readyz and /metrics.", valueName: "host:port"))
  var healthListen: String?

  func validate() throws { try Marketplace.check(repository, option: "--repository") }

  func run() async throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    try Daemon.raiseFileLimit()
    let shutdownReasons = ShutdownReasons()
    let (cluster, address) = try connect()
    let metrics = ControllerMetrics()
    let health = try await health(metrics)
    let finder = DialectFinder(cluster: cluster, address: address)
    let found = try await finder.find(shutdownReasons)
    if let reason = found.reason(against: .install) { throw DaemonError("\(address): \(reason)") }
    let background = try background(in: cluster, found.dialect, metrics)
    let work = "the \(found.dialect.installations.plural) of \(address)"
    Daemon.announce(leaderElect ? ": reconciles \(work) while it holds the lease" : ": reconciling \(work)")
    let running = Task { await run(background, in: cluster) }
    let following = Task { await finder.follow(found.dialect, shutdownReasons) }
    await shutdownReasons.wait()
    following.cancel()
    running.cancel()
    await running.value
    await health?.stop(grace: .milliseconds(500))
  }

  private func background(
    in cluster: Cluster, _ dialect: Dialect, _ metrics: ControllerMetrics
  ) throws -> BackgroundWork {
    var background = BackgroundWork(
      in: cluster, dialect: dialect, marketplace: repository.map { Marketplace($0, beside: "") })
    background.settings.registryMirrors = try mirrors.table()
    background.settings.runsRepositoryImages = runRepositoryImages
    background.settings.usesExecutorAccounts = executorAccounts
    background.settings.metrics = metrics
    if case .substitution = background.settings.renderer.engine {
      Logger(label: "ksxd").warning(
        "helm was not found: only charts that need none are installed; put it into the PATH or name it in KSX_HELM")
    }
    return background
  }

  private func run(_ background: BackgroundWork, in cluster: Cluster) async {
    guard leaderElect else { return await background.run() }
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var election = LeaderElection(cluster: cluster, identity: identity ?? "\(host)_\(getpid())")
    election.namespace = leaderElectNamespace
    election.metrics = background.settings.metrics
    election.report = background.settings.report
    background.settings.metrics.setLeader(false)
    await election.run { fenced in
      var background = background
      background.cluster.transport = fenced.transport
      await background.run()
    }
  }

  /// Serves health checks and metrics for the kubelet and Prometheus; in a pod, all of its containers can reach the
  /// port.
  private func health(_ metrics: ControllerMetrics) async throws -> Server? {
    guard let healthListen else { return nil }
    guard let address = ServerAddress("http://" + healthListen) else {
      throw ValidationError("--health-listen \(healthListen): an address and a port are expected, as in 127.0.0.1:9091")
    }
    do {
      return try await Server.start(
        ControllerHealth(metrics: metrics), on: [.port(host: address.host, port: address.port, certificate: nil)],
        refusal: { Status($0).response })
    } catch {
      throw DaemonError("\(error)")
    }
  }

  private func connect() throws(DaemonError) -> (Cluster, address: String) {
    var options = KubeconfigOptions()
    options.kubeconfig = kubeconfig
    options.context = context
    do {
      let context = try Kubeconfig.load(options)
      return (Cluster(transport: CurlTransport(context.connection)), context.connection.server)
    } catch {
      var described = error
      // The remedy for ksx does not apply to this program.
      if described.remedy.english.containsText("--standalone") {
        described.remedy = "Name one with --kubeconfig FILE or KUBECONFIG."
      }
      throw DaemonError("\(described)")
    }
  }
}
