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
    let admission = Admission(request, from: caller, authorizer)
    guard case .success(let known) = admission.verdict else { return noted(admission, admission.denial) }
    guard let review = admission.review else {
      return await noted(admission, created: handler.respond(to: request.withoutImpersonation, from: known))
    }
    do throws(Status) {
      let question = try await request.whole().json()
      var answer = HTTPResponse(
        status: 201, json: try Reviews(authorizer: authorizer, user: known.user).answer(review, question))
      answer.headers.add("Cache-Control", "no-cache, private")
      return answer
    } catch {
      return error.denial
    }
  }

  package func respondAtOnce(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? {
    let admission = Admission(request, from: caller, policies.content)
    guard case .success(let known) = admission.verdict else { return noted(admission, admission.denial) }
    guard admission.review == nil,
      let answer = handler.respondAtOnce(to: request.withoutImpersonation, from: known)
    else { return nil }
    return noted(admission, answer)
  }

  /// Records a create, with the object's name from the response if the path does not contain it.
  private func noted(_ admission: Admission, created answer: HTTPResponse) async -> HTTPResponse {
    let length = answer.headers["Content-Length"].flatMap { Int($0) } ?? .max
    guard admission.namesNothing, answer.status == 201, answer.relay == nil, length <= Self.longestCreated,
      let bytes = try? await answer.body.collected()
    else { return noted(admission, answer) }
    var (admission, answer) = (admission, answer)
    admission.attributes.name = (try? JSON.parse(bytes))?[path: "metadata", "name"]?.string ?? ""
    answer.body = HTTPBody(bytes)
    return noted(admission, answer)
  }

  /// Responses with more bytes are not searched for the name.
  private static let longestCreated = 1 << 20

  /// Returns `answer`; a write is recorded in the audit log.
  private func noted(_ admission: Admission, _ answer: HTTPResponse) -> HTTPResponse {
    guard admission.isWrite else { return answer }
    return answer.telling { [audit] status in
      audit.note(
        admission.request, admission.attributes, by: admission.user, for: admission.caller.user, status: status)
    }
  }
}

/// The result of authorizing one request.
private struct Admission {
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
  var namesNothing: Bool { attributes.isResourceRequest && attributes.verb == "create" && attributes.name.isEmpty }

  /// The response to a refused request.
  var denial: HTTPResponse {
    guard case .failure(let status) = verdict else { return Status.internalError("nothing was refused").response }
    return status.denial
  }
}
