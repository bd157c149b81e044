import Client
import Controllers
import HTTP
import HTTPServer
import KubernetesAPI
import Logging
import Manifest
import Platform

/// Reads a cluster for a chart that is being rendered, so that `lookup` in its templates finds what is there, and
/// `.Capabilities.APIVersions` what is served.
///
/// helm gets no credentials of this process: it gets an address on this machine with a secret path, which accepts only
/// GET and is closed when helm has ended.
struct LookupHandler: Handler {
  private let cluster: Cluster
  /// The prefix of the path.
  private let secret: String

  static func open(_ cluster: Cluster) async -> LookupServer? {
    let secret = "/" + (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
    do throws(ServerError) {
      let window = LookupHandler(cluster: cluster, secret: secret)
      let server = try await Server.start(window, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
      return LookupServer(address: (server.addresses.first ?? "") + secret) { await server.stop(grace: .zero) }
    } catch {
      Logger(label: "controllers").warning("lookup and .Capabilities.APIVersions in charts find nothing: \(error)")
      return nil
    }
  }

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    let target = request.head.target
    guard target.hasPrefix(secret + "/") else { return HTTPResponse(status: 404, bytes: []) }
    guard request.head.method == .get else { return Status.unknownMethod.response }
    do throws(ClusterError) {
      return HTTPResponse(status: 200, json: try await cluster.document(String(target.dropFirst(secret.count))))
    } catch {
      return (error.status ?? .internalError("\(error)")).response
    }
  }
}
