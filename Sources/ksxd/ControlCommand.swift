import APIServer
import ArgumentParser
import Client
import Extensions
import KubernetesAPI
import Logging
import Packages

/// Runs the controllers against a cluster that has its own API.
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

  func run() async throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    let endings = Endings()
    let (cluster, address) = try connect()
    let dialect = try await discover(in: cluster, at: address)
    let marketplace = repository.map { Marketplace($0, beside: "") }
    Daemon.announce(": reconciling the \(dialect.installations.plural) of \(address)")
    let work = Task { await BackgroundWork(in: cluster, dialect: dialect, marketplace: marketplace).run() }
    await endings.wait()
    work.cancel()
    await work.value
  }

  private func connect() throws(DaemonError) -> (Cluster, address: String) {
    var options = KubeconfigOptions()
    options.kubeconfig = kubeconfig
    options.context = context
    do {
      let context = try Kubeconfig.load(options)
      return (Cluster(transport: CurlTransport(context.connection)), context.connection.server)
    } catch {
      throw DaemonError("\(error)")
    }
  }

  private func discover(in cluster: Cluster, at address: String) async throws(DaemonError) -> Dialect {
    let capabilities: Capabilities
    do {
      capabilities = try await Capabilities.learn(from: cluster)
    } catch {
      switch error {
      case .absent: throw DaemonError("\(address) has no KubeSphere extensions: apply their CRDs first")
      case .forbidden: throw DaemonError("\(address) does not let this user see extensions: use another context")
      case .cluster(let error): throw DaemonError(error.sentence(for: "finding the kind of installations", at: address))
      }
    }
    if let reason = capabilities.reason(against: .install) { throw DaemonError("\(address): \(reason)") }
    return capabilities.dialect
  }
}
