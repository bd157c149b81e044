package import HTTP
package import KubernetesAPI
import Manifest

/// Authorizes requests by policy, applies impersonation, and answers reviews of the caller's own rights.
///
/// The decision uses only the request head, before `handler` looks for an object, so a refusal does not reveal what
/// exists.
package struct AccessControl: CallerHandler {
  private let policies: AccessFileReader<Authorizer>
  private let audit: AuditLog
  private let handler: any CallerHandler

  package init(
    _ authorizer: Authorizer = Authorizer(), audit: AuditLog = .none, around handler: any CallerHandler
  ) {
    self.init(AccessFileReader(fixed: authorizer), audit: audit, around: handler)
  }

  /// Uses the policies of a file, which is read again when it changes.
  package init(
    _ policies: AccessFileReader<Authorizer>, audit: AuditLog = .none, around handler: any CallerHandler
  ) {
    self.policies = policies
    self.audit = audit
    self.handler = handler
  }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    let authorizer = policies.content
    let authorization = Authorization(request, from: caller, authorizer)
    guard case .success(let known) = authorization.verdict else {
      return audited(authorization, authorization.authorizationResponse)
    }
    guard let review = authorization.review else {
      return await audited(authorization, created: handler.respond(to: request.withoutImpersonation, from: known))
    }
    do throws(Status) {
      let question = try await request.withWholeBody().json()
      var answer = HTTPResponse(
        status: 201, json: try Reviews(authorizer: authorizer, user: known.user).answer(review, question))
      answer.headers.add("Cache-Control", "no-cache, private")
      return answer
    } catch {
      return error.authorizationResponse
    }
  }

  package func immediateResponse(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? {
    let authorization = Authorization(request, from: caller, policies.content)
    guard case .success(let known) = authorization.verdict else {
      return audited(authorization, authorization.authorizationResponse)
    }
    guard authorization.review == nil,
      let answer = handler.immediateResponse(to: request.withoutImpersonation, from: known)
    else { return nil }
    return audited(authorization, answer)
  }

  /// Records a create, with the object's name from the response if the path does not contain it.
  private func audited(_ authorization: Authorization, created answer: HTTPResponse) async -> HTTPResponse {
    let length = answer.headers["Content-Length"].flatMap { Int($0) } ?? .max
    guard authorization.isUnnamedCreate, answer.status == 201, answer.relay == nil, length <= Self.longestCreated,
      let bytes = try? await answer.body.collected()
    else { return audited(authorization, answer) }
    var (authorization, answer) = (authorization, answer)
    authorization.attributes.name = (try? JSON.parse(bytes))?[path: "metadata", "name"]?.string ?? ""
    answer.body = HTTPBody(bytes)
    return audited(authorization, answer)
  }

  /// Responses with more bytes are not searched for the name.
  private static let longestCreated = 1 << 20

  /// Returns `answer`; a write is recorded in the audit log.
  private func audited(_ authorization: Authorization, _ answer: HTTPResponse) -> HTTPResponse {
    guard authorization.isWrite else { return answer }
    return answer.reportingStatus { [audit] status in
      audit.note(
        authorization.request, authorization.attributes, by: authorization.user, for: authorization.caller.user,
        status: status)
    }
  }
}

/// The result of authorizing one request.
private struct Authorization {
  let request: IncomingRequest
  let caller: Caller
  var attributes: Attributes
  /// The user to act as: the caller, or the user that it impersonates.
  let user: User
  /// The review of the caller's own rights that the request creates, if it creates one.
  let review: Review?
  let verdict: Result<Caller, Status>

  init(_ request: IncomingRequest, from caller: Caller, _ authorizer: Authorizer) {
    let target = Target(request.head.target)
    let attributes = Attributes(request.head, target)
    (self.request, self.caller, self.attributes) = (request, caller, attributes)
    review = Review(request.head, target)
    do throws(Status) {
      let user = try authorizer.subject(of: request.head, from: caller.user)
      self.user = user
      verdict = Self.verdict(on: attributes, by: user, authorizer)
    } catch {
      user = caller.user
      verdict = .failure(error)
    }
  }

  private static func verdict(
    on attributes: Attributes, by user: User, _ authorizer: Authorizer
  ) -> Result<Caller, Status> {
    do throws(Status) {
      try authorizer.check(attributes, by: user)
    } catch {
      return .failure(error)
    }
    guard attributes.verb == "patch", attributes.subresource.isEmpty else { return .success(Caller(user)) }
    // An apply creates a missing object, which needs a permission of its own; it is checked here, where the attributes
    // are known.
    var creation = attributes
    creation.verb = "create"
    let isAllowed = authorizer.verdict(on: creation, by: user).isAllowed
    return .success(Caller(user, refusedCreation: isAllowed ? nil : .forbidden(creation, user)))
  }

  /// Whether the request may change state; a review does not.
  var isWrite: Bool { request.mayWrite && review == nil }

  /// Whether the request creates an object whose name is not in the path.
  var isUnnamedCreate: Bool { attributes.isResourceRequest && attributes.verb == "create" && attributes.name.isEmpty }

  /// The response to a refused request.
  var authorizationResponse: HTTPResponse {
    guard case .failure(let status) = verdict else { return Status.internalError("nothing was refused").response }
    return status.authorizationResponse
  }
}
