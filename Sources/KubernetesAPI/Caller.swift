package import HTTP

/// The user who sends a request, and the result of authorization that handlers need.
package struct Caller: Hashable, Sendable {
  package var user: User
  /// The 403 for an apply that would have to create its object; `nil` if the caller may create it.
  package var refusedCreation: Status?

  package init(_ user: User, refusedCreation: Status? = nil) {
    self.user = user
    self.refusedCreation = refusedCreation
  }

  /// The user who runs this process.
  package static let owner = Caller(.owner)
}

/// Answers requests whose caller has been determined.
package protocol CallerHandler: Sendable {
  /// Answers `request`; a failure is a response with an error status.
  func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse

  /// The response if it needs no waiting; `nil`, without side effects, if `respond` must be called instead.
  func immediateResponse(to request: IncomingRequest, from caller: Caller) -> HTTPResponse?
}

extension CallerHandler {
  package func immediateResponse(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? { nil }
}

/// Sends requests to a handler in this process, without a socket.
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
