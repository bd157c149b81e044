package import HTTP
package import KubernetesAPI

/// Finds out who asks by their bearer token (RFC 6750), and has them answered as that user.
///
/// Found out by the head alone: the body of a request with a wrong token is never sent for.
package struct Authenticator: Handler {
  private let socket: Rules
  private let port: Rules
  private let handler: any CallerHandler

  /// How the callers of one kind of listener are told apart.
  private struct Rules {
    /// `nil` takes every caller for the anonymous user, whatever credential it sends.
    var tokens: TokenTable?
    /// Who a caller without a token is; without one, they are refused.
    var anonymousUser: User?
  }

  /// With `users`, a token makes one of them of its bearer; on a port, `ownerToken` makes the owner.
  ///
  /// A caller without a token is the owner on a socket, which no other user of the machine reaches. On a port they
  /// are anonymous where there are users, and refused otherwise.
  package init(users: TokenTable? = nil, ownerToken: String? = nil, around handler: any CallerHandler) {
    self.handler = handler
    socket = Rules(tokens: users, anonymousUser: .owner)
    var tokens = users ?? TokenTable()
    if let ownerToken { tokens.add(token: Array(ownerToken.utf8), .owner) }
    port = Rules(tokens: tokens, anonymousUser: users == nil ? nil : .anonymous)
  }

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    guard let user = user(of: request) else {
      var response = Status.unauthorized.response
      response.headers["WWW-Authenticate"] = "Bearer"
      // Nothing is kept open for who has shown nothing.
      response.headers["Connection"] = "close"
      return response
    }
    var known = request
    // It has been acted on, and is for nothing behind this to see.
    known.head.headers["Authorization"] = nil
    return await handler.respond(to: known, from: Caller(user))
  }

  private func user(of request: IncomingRequest) -> User? {
    let rules = request.connection.listener == .port ? port : socket
    guard let tokens = rules.tokens, let header = request.head.headers["Authorization"] else {
      let isPublic = request.head.target.hasPrefix(BuiltInRole.frontEnd)
      return rules.anonymousUser ?? (isPublic ? .anonymous : nil)
    }
    let words = header.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    return tokens.user(of: Array(words[1].utf8))
  }
}
