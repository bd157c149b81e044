import ArgumentParser
import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Explains which rule serves a request, why the others do not, and what is sent to its upstream.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say which rule of an extension serves a request, why not the others, and what the upstream is sent.")

  @Argument(help: "Method, such as GET.")
  var method: String

  @Argument(help: "Path and query, or the whole URL.")
  var url: String

  @Option(help: ArgumentHelp("Unix socket of the backend that is asked.", valueName: "path"))
  var socket = XDG().socket

  @Option(help: ArgumentHelp("Kubeconfig of the cluster that is asked instead.", valueName: "file"))
  var kubeconfig: String?

  @Option(help: ArgumentHelp("Context in the kubeconfig.", valueName: "name"))
  var context: String?

  func run() async throws {
    let request: HTTPRequest
    do {
      request = try HTTPRequest(method: method, address: url)
    } catch {
      throw ValidationError(error.sentence)
    }
    print(JSON.prettyText(Explanation(request, by: nil, in: try await table()).value))
  }

  private func table() async throws(DaemonError) -> RouteTable {
    let server = kubeconfig ?? "unix://" + socket
    do {
      let cluster = try cluster()
      let dialect = try await Capabilities.learn(from: cluster).dialect
      return try await RouteTable.read(from: cluster, dialect)
    } catch let error as ClusterError {
      throw DaemonError(error.daemonMessage(for: "reading the rules", at: server))
    } catch let error as DialectError {
      throw DaemonError(Self.sentence(error, at: server))
    } catch {
      throw DaemonError("\(error)")
    }
  }

  private static func sentence(_ error: DialectError, at server: String) -> String {
    switch error {
    case .absent: "\(server) has no KubeSphere extensions"
    case .forbidden: "\(server) does not allow to look which KubeSphere extensions it has"
    case .cluster(let error): error.daemonMessage(for: "asking which KubeSphere it is", at: server)
    }
  }

  private func cluster() throws -> Cluster {
    guard kubeconfig != nil || context != nil else {
      return Cluster(transport: CurlTransport(base: "unix://" + socket))
    }
    var options = KubeconfigOptions()
    options.kubeconfig = kubeconfig
    options.context = context
    return Cluster(transport: CurlTransport(try Kubeconfig.load(options).connection))
  }
}
