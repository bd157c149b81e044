package import HTTP

/// One request that has been answered or abandoned, for an access log.
package struct ServedRequest: Hashable, Sendable {
  package var trace: TraceContext
  /// The address of the client; empty for a unix socket.
  package var peer: String
  package var method: HTTPRequest.Method
  /// Path and query, without the values of parameters whose names look like secrets.
  package var target: String
  /// 0 if no response had begun.
  package var status = 0
  /// Bytes of the response's body.
  package var sent = 0
  package var duration = Duration.zero
  /// Whether the response was sent completely.
  package var isComplete = false
}

extension ServedRequest {
  init(_ request: IncomingRequest) {
    self.init(
      trace: request.trace, peer: request.connection.peer, method: request.head.method,
      target: Redaction.target(request.head.target))
  }
}
