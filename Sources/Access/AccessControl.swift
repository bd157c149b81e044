package import HTTP
package import KubernetesAPI

/// Lets through what its policy allows, and answers for whom the caller impersonates.
///
/// Decided from method and path alone, before anything behind looks whether there is such an object: a refusal
/// tells nothing about what is there.
package struct AccessControl: CallerHandler {
  private let authorizer: Authorizer
  private let handler: any CallerHandler

  package init(_ authorizer: Authorizer = Authorizer(), around handler: any CallerHandler) {
    self.authorizer = authorizer
    self.handler = handler
  }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    do throws(Status) {
      let user = try authorizer.subject(of: request.head, from: caller.user)
      let target = Target(request.head.target)
      let attributes = Attributes(request.head, target)
      try authorizer.check(attributes, by: user)
      if let review = Review(request.head, target) {
        let question = try await request.whole().json()
        var answer = HTTPResponse(
          status: 201, json: try Reviews(authorizer: authorizer, user: user).answer(review, question))
        answer.headers.add("Cache-Control", "no-cache, private")
        return answer
      }
      let known = Caller(user, refusedCreation: refusedCreation(attributes, user))
      return await handler.respond(to: request.withoutImpersonation, from: known)
    } catch {
      return error.denial
    }
  }

  /// An apply that finds no object creates one: a right of its own, found out while method and path are at hand.
  private func refusedCreation(_ attributes: Attributes, _ user: User) -> Status? {
    guard attributes.verb == "patch", attributes.subresource.isEmpty else { return nil }
    var creation = attributes
    creation.verb = "create"
    return authorizer.verdict(on: creation, by: user).isAllowed ? nil : .forbidden(creation, user)
  }
}

extension IncomingRequest {
  /// The request without the fields that have been acted on, so that they do not count again further on.
  fileprivate var withoutImpersonation: IncomingRequest {
    var request = self
    for field in head.headers.fields where field.name.lowercased().hasPrefix("impersonate-") {
      request.head.headers[field.name] = nil
    }
    return request
  }
}
