package import HTTP
import KubernetesAPI
import Manifest

/// A transport to the gateway through the API server's service proxy, with a kubeconfig alone.
///
/// The API server consumes the `Authorization` field and does not forward it, so the gateway sees no
/// user: only what it serves without a login can be read this way.
package struct ServiceProxyTransport: Transport {
  /// The transport to the API server, with credentials.
  package var base: any Transport
  package var service: Service

  /// A port of a service.
  package struct Service: Hashable, Sendable {
    package var namespace: String
    package var name: String
    package var scheme: String
    package var port: Int

    package init(namespace: String, name: String, scheme: String = "http", port: Int) {
      self.namespace = namespace
      self.name = name
      self.scheme = scheme
      self.port = port
    }

    /// The service of ks-apiserver in every KubeSphere.
    package static let gateway = Service(namespace: "kubesphere-system", name: "ks-apiserver", port: 80)

    var path: String { "/api/v1/namespaces/\(namespace)/services/\(scheme):\(name):\(port)/proxy" }
  }

  package init(_ base: any Transport, service: Service = .gateway) {
    self.base = base
    self.service = service
  }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    var request = request
    request.target = service.path + request.target
    // An `Authorization` field for the gateway would duplicate or replace the one for the API server.
    request.headers["Authorization"] = nil
    let response = try await base.send(request)
    guard response.status >= 400 else { return response }
    var explained = try await explained(response)
    explained.secrets = response.secrets
    return explained
  }

  /// Rewrites the message if the API server's proxy refused the request, and not the gateway.
  private func explained(_ response: HTTPResponse) async throws(TransportError) -> HTTPResponse {
    let bytes = try await response.body.collected(upTo: 1 << 20)
    guard var value = try? JSON.parse(bytes), value["kind"]?.string == "Status",
      value[path: "details", "kind"]?.string == "services" || response.status == 503
    else { return HTTPResponse(status: response.status, headers: response.headers, bytes: bytes) }
    let message = value["message"]?.string ?? ""
    value = value.setting(["message"], to: .string("the service \(service.name) cannot be reached: \(message)"))
    var headers = response.headers
    headers["Content-Length"] = nil
    return HTTPResponse(status: response.status, headers: headers, bytes: JSON.bytes(value))
  }
}
