package import HTTP
import KubernetesAPI
import Manifest
import Platform

/// A transport to KubeSphere's gateway (ks-apiserver): `/api` and `/apis` as in Kubernetes, KubeSphere's
/// own APIs under `/kapis`.
///
/// It adds credentials, directs requests to a member cluster if one is set, and converts the gateway's
/// own refusals to a Kubernetes `Status`.
package struct GatewayTransport: Transport {
  /// The transport to the gateway, without credentials.
  package var base: any Transport
  /// The session whose token is sent; `nil` sends none.
  package var credentials: (any CredentialSource)?
  /// The member cluster for all requests; `nil` for the cluster that the gateway runs in.
  package var cluster: String?
  /// The advice for the user if the gateway does not authenticate a request.
  package var remedy = "log in again with ksx login"

  package init(_ base: any Transport, credentials: (any CredentialSource)? = nil, cluster: String? = nil) {
    self.base = base
    self.credentials = credentials
    self.cluster = cluster
  }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard !GatewayPath.erasesStatus(request) else {
      throw .invalid(reason: "a change through /kapis would wipe the object's status; it belongs under /apis")
    }
    var request = request
    request.target = GatewayPath.target(request.target, in: cluster)
    return try await GatewayRefusal.translated(try await sendAuthenticated(request), cluster, remedy)
  }

  private func sendAuthenticated(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard let credentials else { return try await base.send(request) }
    let credential = try await credentials.credential(insteadOf: nil)
    let response = try await send(request, as: credential)
    guard response.status == 401 else { return response }
    // A 401 means that the server did nothing, so even a write may be sent again.
    let fresh = try await credentials.credential(insteadOf: credential)
    return fresh == credential ? response : try await send(request, as: fresh)
  }

  private func send(
    _ request: HTTPRequest, as credential: Credential
  ) async throws(TransportError) -> HTTPResponse {
    var request = request
    for field in credential.headers.fields { request.headers[field.name] = field.value }
    do {
      var response = try await base.send(request)
      response.secrets.texts += credential.secrets
      return response
    } catch {
      throw error.without(credential.secrets)
    }
  }
}

/// The paths of the gateway.
enum GatewayPath {
  /// `target` in a member cluster; unchanged if it is not under `/api`, `/apis` or `/kapis`.
  static func target(_ target: String, in cluster: String?) -> String {
    guard let cluster, !cluster.isEmpty else { return target }
    let first = target.dropFirst().prefix { $0 != "/" && $0 != "?" }
    guard ["api", "apis", "kapis"].contains(first) else { return target }
    return "/clusters/" + PercentEncoding.encode(cluster) + target
  }

  /// Whether `request` would erase the status of an object (docs/KUBESPHERE.md: Gateway): a write through `/kapis` to
  /// KubeSphere's own kinds.
  static func erasesStatus(_ request: HTTPRequest) -> Bool {
    guard ![.get, .head, .options].contains(request.method) else { return false }
    var path = request.target.prefix { $0 != "?" }
    if path.hasPrefix("/clusters/") { path = path.dropFirst("/clusters/".count).drop { $0 != "/" } }
    return path.hasPrefix("/kapis/kubesphere.io/") || path.hasPrefix("/kapis/extensions.kubesphere.io/")
  }
}

/// Converts refusals of the gateway to the form of Kubernetes.
enum GatewayRefusal {
  /// The maximum number of bytes to read of a refusal.
  private static var limit: Int { 64 << 10 }

  static func translated(
    _ response: HTTPResponse, _ cluster: String?, _ remedy: String
  ) async throws(TransportError) -> HTTPResponse {
    guard response.status >= 400 else { return response }
    var translated = try await translation(of: response, cluster, remedy)
    translated.secrets = response.secrets
    return translated
  }

  private static func translation(
    of response: HTTPResponse, _ cluster: String?, _ remedy: String
  ) async throws(TransportError) -> HTTPResponse {
    var bytes: [UInt8] = []
    for try await chunk in response.body {
      bytes += chunk
      if bytes.count > limit { break }
    }
    let body = unwrapped(bytes)
    var status = Status(code: response.status, headers: response.headers, body: body)
    // The `Status` of a member cluster may contain a code that differs from the response's.
    status.code = response.status
    let sentence = sentence(for: status, cluster, remedy)
    if sentence == nil, (try? JSON.parse(body))?["kind"]?.string == "Status" {
      return HTTPResponse(status: response.status, headers: response.headers, bytes: body)
    }
    if let sentence { status.message = sentence }
    var headers = response.headers
    headers["Content-Type"] = "application/json"
    headers["Content-Length"] = nil
    return HTTPResponse(status: response.status, headers: headers, bytes: JSON.bytes(value(status)))
  }

  /// The gateway encodes its own refusals as a Go error, with the `Status` under `ErrStatus`.
  private static func unwrapped(_ bytes: [UInt8]) -> [UInt8] {
    guard let value = try? JSON.parse(bytes), var inner = value["ErrStatus"]?.mapping else { return bytes }
    inner["kind"] = "Status"
    inner["apiVersion"] = "v1"
    return JSON.bytes(.mapping(inner))
  }

  /// A clearer message for refusals whose own message says too little; `nil` for others.
  private static func sentence(for status: Status, _ cluster: String?, _ remedy: String) -> String? {
    let name = cluster.map { "“\($0)”" } ?? "asked for"
    let isAboutCluster = status.message.hasPrefix("cluster ")
    switch status.code {
    case 400 where isAboutCluster && status.message.containsText("not exists"):
      return "the gateway knows no cluster \(name)"
    case 503 where isAboutCluster && status.message.containsText("not ready"):
      return "the gateway cannot reach the cluster \(name) now; it is not ready"
    case 511:
      return
        "the cluster \(name) does not accept this login; \(remedy), and if that does not help, the kubeconfig that the "
        + "host cluster keeps for it has ended"
    case 401:
      let quote = status.message.isEmpty ? "the gateway did not authenticate the request" : status.message
      return "\(quote); \(remedy)"
    default: return nil
    }
  }

  private static func value(_ status: Status) -> Value {
    var fields: Mapping = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
      "message": .string(status.message), "code": .integer(status.code),
    ]
    if !status.reason.isEmpty { fields["reason"] = .string(status.reason) }
    return .mapping(fields)
  }
}
