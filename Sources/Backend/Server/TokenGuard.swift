public import Client

/// Lets only those through who know a token (RFC 6750).
public struct TokenGuard: Handler {
  private let token: [UInt8]
  private let inner: any Handler

  public init(token: String, before inner: any Handler) {
    self.token = Array(token.utf8)
    self.inner = inner
  }

  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard isAuthorized(request.headers["Authorization"] ?? "") else {
      var response = Refusal(code: 401, reason: "Unauthorized", message: "Unauthorized").response
      response.headers["WWW-Authenticate"] = "Bearer"
      return response
    }
    return await inner.respond(to: request)
  }

  private func isAuthorized(_ header: String) -> Bool {
    let words = header.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer", !token.isEmpty else { return false }
    return Self.isEqual(Array(words[1].utf8), token)
  }

  /// Compares in a time that does not depend on where the first difference is.
  private static func isEqual(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
    var difference = given.count ^ expected.count
    for index in expected.indices {
      difference |= Int((index < given.count ? given[index] : 0) ^ expected[index])
    }
    return difference == 0
  }
}
