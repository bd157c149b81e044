package import HTTP
package import KubernetesAPI
import Manifest

/// Lets through what its policy allows, and answers for whom the caller impersonates.
///
/// Decided from method and path alone, before anything behind looks whether there is such an object: a refusal
/// tells nothing about what is there.
package struct AccessControl: CallerHandler {
  private let policies: AccessFileReader<Authorizer>
  private let audit: AuditLog
  private let handler: any CallerHandler

  package init(
    _ authorizer: Authorizer = Authorizer(), audit: AuditLog = .none, around handler: any CallerHandler
  ) {
    self.init(AccessFileReader(fixed: authorizer), audit: audit, around: handler)
  }

  /// By what a file says, as it is at the time.
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

  /// The same of an answer that says what has been created, whose name the path did not have to tell.
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

  /// An answer with more bytes is not looked into.
  private static let longestCreated = 1 << 20

  /// `answer`, which is put on record when it is about a write.
  private func noted(_ admission: Admission, _ answer: HTTPResponse) -> HTTPResponse {
    guard admission.isWrite else { return answer }
    return answer.telling { [audit] status in
      audit.note(
        admission.request, admission.attributes, by: admission.user, for: admission.caller.user, status: status)
    }
  }
}

/// What was found out about a request before anything behind is asked.
private struct Admission {
  let request: IncomingRequest
  let caller: Caller
  var attributes: Attributes
  /// For whom it is answered.
  let user: User
  /// The review of rights that it asks for, if it does.
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
    // An apply that finds no object creates one: a right of its own, found out while method and path are at hand.
    var creation = attributes
    creation.verb = "create"
    let isAllowed = authorizer.verdict(on: creation, by: user).isAllowed
    return .success(Caller(user, refusedCreation: isAllowed ? nil : .forbidden(creation, user)))
  }

  /// Whether it may change something, and is no question about rights.
  var isWrite: Bool { request.mayWrite && review == nil }

  /// Whether it creates an object and its path does not say which.
  var namesNothing: Bool { attributes.isResourceRequest && attributes.verb == "create" && attributes.name.isEmpty }

  /// The answer to one who may not.
  var denial: HTTPResponse {
    guard case .failure(let status) = verdict else { return Status.internalError("nothing was refused").response }
    return status.denial
  }
}
