import Client
import Extensions
package import HTTP
import KubernetesAPI
import Manifest
import Platform

/// The member clusters, reached with their kubeconfigs: `/clusters/NAME/…` is relayed to the API of that member.
actor Members {
  /// How long a member's object is used before it is read again.
  private static let freshness = Duration.seconds(5)

  private static let resource = Resource(
    group: "cluster.kubesphere.io", version: "v1alpha1", plural: "clusters", kind: "Cluster")

  private struct Entry {
    var result: Result<KubernetesRelay, Refusal>
    var version: String
    var read: ContinuousClock.Instant
  }

  /// Why a request cannot be relayed to a cluster, in the words of the shipped gateway.
  struct Refusal: Error, Hashable, Sendable {
    var code: Int
    var message: String

    var response: HTTPResponse {
      .unavailable(message, code: code, reason: code == 400 ? "BadRequest" : "ServiceUnavailable")
    }
  }

  private let cluster: Cluster
  private let report: @Sendable (String) -> Void
  private var known: [String: Entry] = [:]

  init(cluster: Cluster, report: @escaping @Sendable (String) -> Void = { _ in }) {
    self.cluster = cluster
    self.report = report
  }

  /// The relay to the API of the member called `name`.
  func relay(to name: String) async throws(Refusal) -> KubernetesRelay {
    let now = ContinuousClock.now
    if let entry = known[name], now - entry.read < Self.freshness { return try entry.result.get() }
    let object: Object
    do throws(ClusterError) {
      object = try await cluster.get(Self.resource, name)
    } catch {
      known[name] = nil
      guard case .refused(let status) = error, status.isNotFound else {
        let mayNot = error.status?.code == 403
        throw Refusal(code: 503, message: mayNot ? "the gateway may not read clusters" : "cluster \(name) is not ready")
      }
      throw Refusal(code: 400, message: "cluster \(name) not exists")
    }
    guard object.labels["cluster-role.kubesphere.io/host"] == nil else {
      throw Refusal(code: 400, message: "cluster \(name) is this one: ask without the prefix, or for /clusters/host")
    }
    // An unchanged object keeps its relay, and so its connections.
    let isSame = known[name]?.version == object.resourceVersion
    let result = isSame ? known[name]?.result ?? make(object) : make(object)
    if known.count >= 1_000 { known = [:] }
    known[name] = Entry(result: result, version: object.resourceVersion, read: now)
    return try result.get()
  }

  private func make(_ object: Object) -> Result<KubernetesRelay, Refusal> {
    let conditions = object.status["conditions"]?.sequence ?? []
    let isReady = conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
    guard isReady, !object.isBeingDeleted else {
      return .failure(Refusal(code: 503, message: "cluster \(object.name) is not ready"))
    }
    let text = object.spec[path: "connection", "kubeconfig"]?.string
    guard let bytes = text.flatMap(Base64.decode), let connection = Connection(carried: bytes),
      let relay = KubernetesRelay(connection, report: { [report] in report("cluster \(object.name): \($0)") })
    else {
      return .failure(Refusal(code: 503, message: "cluster \(object.name) has no kubeconfig that can be used"))
    }
    return .success(relay)
  }
}

/// Removes `/clusters/host` from a path before any other handler sees it: the host cluster is the one behind the
/// gateway.
package struct HostPrefix: Handler {
  private static let prefix = "/clusters/host/"
  private let handler: any Handler

  package init(around handler: any Handler) {
    self.handler = handler
  }

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    await handler.respond(to: Self.moved(request))
  }

  package func immediateResponse(to request: IncomingRequest) -> HTTPResponse? {
    handler.immediateResponse(to: Self.moved(request))
  }

  private static func moved(_ request: IncomingRequest) -> IncomingRequest {
    guard request.head.target.hasPrefix(prefix) else { return request }
    var moved = request
    moved.head.target.removeFirst(prefix.count - 1)
    return moved
  }
}
