package import HTTP

/// Who makes a request, and what was found out about their rights before anything behind it is looked at.
package struct Caller: Hashable, Sendable {
  package var user: User
  /// Why the caller may not create what the request names, which an apply does when there is none; `nil` when they may.
  package var refusedCreation: Status?

  package init(_ user: User, refusedCreation: Status? = nil) {
    self.user = user
    self.refusedCreation = refusedCreation
  }

  /// The user whose process this is.
  package static let owner = Caller(.owner)
}

/// Something that answers requests of callers that are known.
package protocol CallerHandler: Sendable {
  /// Answers `request`; every failure is an answer too.
  func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse

  /// The answer, where nothing has to be waited for; `nil` leaves it to `respond`, with nothing done yet.
  func respondAtOnce(to request: IncomingRequest, from caller: Caller) -> HTTPResponse?
}

extension CallerHandler {
  package func respondAtOnce(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? { nil }
}

/// Reaches a handler in this process without a socket.
package struct InProcessTransport: Transport {
  private let handler: any CallerHandler
  private let caller: Caller

  package init(_ handler: any CallerHandler, as user: User = .owner) {
    self.handler = handler
    caller = Caller(user)
  }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard !Task.isCancelled else { throw .cancelled }
    return await handler.respond(to: IncomingRequest(request), from: caller)
  }
}
