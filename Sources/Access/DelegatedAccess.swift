package import Client
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// Authorizes requests by asking a Kubernetes API server what their callers may do.
///
/// A request that is forwarded to that server is not reviewed here: it is sent in the caller's name, and the server
/// authorizes it.
package struct DelegatedAccess: CallerHandler {
  private let reviews: AccessReviews
  private let audit: AuditLog
  private let handler: any CallerHandler

  package init(by cluster: Cluster, audit: AuditLog = .none, around handler: any CallerHandler) {
    self.handler = handler
    self.audit = audit
    reviews = AccessReviews(cluster)
  }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    let attributes = Attributes(request.head, Target(request.head.target))
    var subject = caller
    do throws(Status) {
      if let impersonation = try Impersonation(request.head) {
        for needed in impersonation.needed { try await reviews.check(needed, by: caller.user) }
        subject = Caller(impersonation.user)
      }
      if isReviewed(attributes, request, subject) { try await reviews.check(attributes, by: subject.user) }
    } catch {
      return audited(request, attributes, by: subject, for: caller, error.authorizationResponse)
    }
    let answer = await handler.respond(to: request.withoutImpersonation, from: subject)
    return audited(request, attributes, by: subject, for: caller, answer)
  }

  package func immediateResponse(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? {
    guard !request.isImpersonating else { return nil }
    let attributes = Attributes(request.head, Target(request.head.target))
    if isReviewed(attributes, request, caller) {
      guard let isAllowed = reviews.known(attributes, by: caller.user) else { return nil }
      guard isAllowed else {
        return audited(
          request, attributes, by: caller, for: caller, Status.forbidden(attributes, caller.user).authorizationResponse)
      }
    }
    return handler.immediateResponse(to: request, from: caller).map {
      audited(request, attributes, by: caller, for: caller, $0)
    }
  }

  /// Returns `answer`; a write is recorded in the audit log.
  private func audited(
    _ request: IncomingRequest, _ attributes: Attributes, by subject: Caller, for caller: Caller,
    _ answer: HTTPResponse
  ) -> HTTPResponse {
    guard request.mayWrite else { return answer }
    return answer.reportingStatus { [audit] status in
      audit.note(request, attributes, by: subject.user, for: caller.user, status: status)
    }
  }

  /// Whether a review is needed: not for what the built-in roles allow, nor for what the API server authorizes itself.
  private func isReviewed(_ attributes: Attributes, _ request: IncomingRequest, _ caller: Caller) -> Bool {
    let path = request.head.target
    guard !["/api/", "/apis/"].contains(where: path.hasPrefix), path != "/api", path != "/apis" else { return false }
    return !BuiltInRole.all.contains { caller.user.isMember(of: $0.group) && $0.allows(attributes) }
  }
}

/// Asks by SubjectAccessReview what users may do, and caches the answers.
struct AccessReviews: Sendable {
  /// How long an answer is cached, as in Kubernetes' own extension API servers.
  private static let lifetime = Duration.seconds(10)
  private static let capacity = 10_000

  private static let resource = Resource(
    group: "authorization.k8s.io", version: "v1", plural: "subjectaccessreviews", kind: "SubjectAccessReview")

  private struct Question: Hashable {
    var attributes: Attributes
    var user: User
  }

  private let cluster: Cluster
  private let answers = Locked<[Question: (isAllowed: Bool, at: Duration)]>([:])

  init(_ cluster: Cluster) {
    self.cluster = cluster
  }

  /// Throws 403 if `user` may not do this.
  func check(_ attributes: Attributes, by user: User) async throws(Status) {
    guard try await isAllowed(Question(attributes: attributes, user: user)) else { throw .forbidden(attributes, user) }
  }

  /// The cached answer; `nil` if there is none.
  func known(_ attributes: Attributes, by user: User) -> Bool? { known(Question(attributes: attributes, user: user)) }

  private func known(_ question: Question) -> Bool? {
    guard let entry = answers.withLock({ $0[question] }), cluster.timing.now() - entry.at < Self.lifetime else {
      return nil
    }
    return entry.isAllowed
  }

  private func isAllowed(_ question: Question) async throws(Status) -> Bool {
    if let known = known(question) { return known }
    let now = cluster.timing.now()
    let review = Object([
      "apiVersion": .string(Self.resource.apiVersion), "kind": .string(Self.resource.kind), "spec": Self.spec(question),
    ])
    let isAllowed: Bool
    do throws(ClusterError) {
      isAllowed = try await cluster.createReview(Self.resource, review).status["allowed"]?.bool == true
    } catch {
      throw Status(code: 503, reason: "ServiceUnavailable", message: "the caller's rights could not be reviewed")
    }
    answers.withLock { answers in
      if answers.count >= Self.capacity { answers = answers.filter { now - $0.value.at < Self.lifetime } }
      if answers.count < Self.capacity { answers[question] = (isAllowed, now) }
    }
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
