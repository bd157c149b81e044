package import HTTP
import KubernetesAPI
import Manifest

/// The gateway reached with a kubeconfig alone, through the API server's proxy to services.
///
/// The API server takes the `Authorization` field for itself and does not pass it on, so the gateway
/// sees no user: only what it serves without a login can be read this way.
package struct ServiceProxyTransport: Transport {
  /// Reaches the API server, with its credentials.
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

    /// Where every KubeSphere has its API server.
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
    // One that is meant for the gateway would stand beside, or instead of, that for the API server.
    request.headers["Authorization"] = nil
    let response = try await base.send(request)
    guard response.status >= 400 else { return response }
    var explained = try await explained(response)
    explained.secrets = response.secrets
    return explained
  }

  /// Says so when it was the API server that refused, not the gateway.
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
