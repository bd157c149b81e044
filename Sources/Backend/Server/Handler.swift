public import Client

/// Something that answers requests: the API, a gateway, or a guard before one of them.
public protocol Handler: Sendable {
  /// Answers `request`; every failure is an answer too.
  func respond(to request: HTTPRequest) async -> HTTPResponse
}

extension API: Handler {}
