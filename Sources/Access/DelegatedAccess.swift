package import Client
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// Lets through what a Kubernetes API server says its callers may do.
///
/// What goes on to that server is not asked about here: it is sent in the caller's name, and judged there.
package struct DelegatedAccess: CallerHandler {
  private let reviews: AccessReviews
  private let handler: any CallerHandler

  package init(by cluster: Cluster, around handler: any CallerHandler) {
    self.handler = handler
    reviews = AccessReviews(cluster)
  }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    let target = Target(request.head.target)
    let attributes = Attributes(request.head, target)
    let isForAPI = ["api", "apis"].contains(target.segments.first)
    let isPublic = BuiltInRole.all.contains { caller.user.isMember(of: $0.group) && $0.allows(attributes) }
    do throws(Status) {
      if !isForAPI, !isPublic { try await reviews.check(attributes, by: caller.user) }
    } catch {
      return error.denial
    }
    return await handler.respond(to: request, from: caller)
  }
}

/// Asks what users may do, and remembers the answers for a moment.
actor AccessReviews {
  /// How long an answer holds, as for Kubernetes' own extension servers.
  private static let lifetime = Duration.seconds(10)
  private static let most = 10_000

  private static let resource = Resource(
    group: "authorization.k8s.io", version: "v1", plural: "subjectaccessreviews", kind: "SubjectAccessReview")

  private struct Question: Hashable {
    var attributes: Attributes
    var user: User
  }

  private let cluster: Cluster
  private var known: [Question: (isAllowed: Bool, at: Duration)] = [:]

  init(_ cluster: Cluster) {
    self.cluster = cluster
  }

  /// Throws 403 for what `user` may not do.
  func check(_ attributes: Attributes, by user: User) async throws(Status) {
    guard try await isAllowed(Question(attributes: attributes, user: user)) else { throw .forbidden(attributes, user) }
  }

  private func isAllowed(_ question: Question) async throws(Status) -> Bool {
    let now = cluster.timing.now()
    if let entry = known[question], now - entry.at < Self.lifetime { return entry.isAllowed }
    let review = Object([
      "apiVersion": .string(Self.resource.apiVersion), "kind": .string(Self.resource.kind), "spec": Self.spec(question),
    ])
    let isAllowed: Bool
    do throws(ClusterError) {
      isAllowed = try await cluster.ask(Self.resource, review).status["allowed"]?.bool == true
    } catch {
      throw Status(code: 503, reason: "ServiceUnavailable", message: "the caller's rights could not be reviewed")
    }
    if known.count >= Self.most { known = known.filter { now - $0.value.at < Self.lifetime } }
    if known.count < Self.most { known[question] = (isAllowed, now) }
    return isAllowed
  }

  private static func spec(_ question: Question) -> Value {
    let (attributes, user) = (question.attributes, question.user)
    var spec: Mapping = ["user": .string(user.name), "groups": .sequence(user.groups.map(Value.string))]
    if !user.uid.isEmpty { spec["uid"] = .string(user.uid) }
    let extra = user.extra.sorted { $0.key < $1.key }
    if !extra.isEmpty {
      spec["extra"] = .mapping(
        Mapping(extra.map { Mapping.Pair(key: $0.key, value: .sequence($0.value.map(Value.string))) }))
    }
    guard attributes.isResourceRequest else {
      spec["nonResourceAttributes"] = ["verb": .string(attributes.verb), "path": .string(attributes.path)]
      return .mapping(spec)
    }
    spec["resourceAttributes"] = [
      "verb": .string(attributes.verb), "group": .string(attributes.group), "resource": .string(attributes.resource),
      "subresource": .string(attributes.subresource), "namespace": .string(attributes.namespace),
      "name": .string(attributes.name),
    ]
    return .mapping(spec)
  }
}
