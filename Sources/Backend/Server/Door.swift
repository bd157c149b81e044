import Client
import HTTP
import KubernetesAPI

/// Finds out who asks by their bearer token (RFC 6750), and has them answered as that user.
struct Door: Sendable {
  /// `nil` lets everybody in as `stranger`, whatever they show.
  var tokens: TokenTable?
  /// Who somebody without a token is; nobody comes in without one when there is none.
  var stranger: User?
  var handler: any Handler

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard let user = user(of: request) else {
      var response = Status.unauthorized.response
      response.headers["WWW-Authenticate"] = "Bearer"
      return response
    }
    return await handler.respond(to: request, as: user)
  }

  private func user(of request: HTTPRequest) -> User? {
    guard let tokens, let header = request.headers["Authorization"] else { return stranger }
    let words = header.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    return tokens.user(of: Array(words[1].utf8))
  }
}
