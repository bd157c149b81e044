/// Answers requests: an application, or a layer around another handler.
package protocol Handler: Sendable {
  /// Answers `request`; a failure is a response too.
  ///
  /// Called as soon as the head has arrived: if a handler refuses the head, the body is never requested.
  func respond(to request: IncomingRequest) async -> HTTPResponse

  /// The response, if nothing has to be waited for; `nil` leaves the request to `respond`, with no side effects.
  ///
  /// Called on the connection's event loop, which serves other connections too, so it must not do long work.
  func immediateResponse(to request: IncomingRequest) -> HTTPResponse?
}

extension Handler {
  package func immediateResponse(to request: IncomingRequest) -> HTTPResponse? { nil }
}

/// A request whose head has arrived, and whose body may still be arriving.
package struct IncomingRequest: Sendable {
  /// Method, target and header fields; without the body.
  package var head: HTTPRequest
  /// The body as it arrives, to be read once.
  package var body: HTTPBody
  /// The connection it arrived on.
  package var connection: HTTPConnection
  /// The protocols that the client offers to continue with on the same connection, if any.
  package var upgrade: UpgradeOffer?
  /// Correlates it with the requests that it causes.
  package var trace = TraceContext(seed: 0)

  package init(head: HTTPRequest, body: HTTPBody, connection: HTTPConnection) {
    self.head = head
    self.body = body
    self.connection = connection
  }

  /// A request with its complete body.
  package init(_ request: HTTPRequest, connection: HTTPConnection = HTTPConnection(.inProcess)) {
    body = HTTPBody(request.body)
    head = request
    head.body = []
    self.connection = connection
  }

  /// The request with its whole body; throws if that has more than `limit` bytes.
  package func collected(upTo limit: Int) async throws(RequestBodyError) -> HTTPRequest {
    // An announced length suffices to refuse the body before it is sent.
    if let announced = head.headers["Content-Length"].flatMap({ Int($0) }), announced > limit {
      throw .tooLarge(limit: limit)
    }
    var request = head
    do throws(TransportError) {
      for try await piece in body {
        request.body += piece
        if request.body.count > limit { break }
      }
    } catch {
      throw .broken(error)
    }
    guard request.body.count <= limit else { throw .tooLarge(limit: limit) }
    return request
  }
}

/// A client's offer to change the protocol (RFC 9110 §7.8), which a response with status 101 accepts.
package struct UpgradeOffer: Sendable {
  /// As in the `Upgrade` field, such as `websocket` or `SPDY/3.1`.
  package var protocols: [String]
  /// The bytes that the client sends after the response, to be read once.
  package var bytes: HTTPBody

  package init(protocols: [String], bytes: HTTPBody) {
    self.protocols = protocols
    self.bytes = bytes
  }
}

/// Why the body of a request did not arrive.
package enum RequestBodyError: Error, Hashable, Sendable {
  case tooLarge(limit: Int)
  /// The connection ended, or was silent for too long.
  case broken(TransportError)
}

/// The connection that a request arrived on.
package struct HTTPConnection: Hashable, Sendable {
  /// The kind of listener.
  package enum Listener: Hashable, Sendable {
    /// No listener: client and server are one process.
    case inProcess
    /// A unix socket, which other users of the machine cannot reach.
    case socket
    case port
  }

  package var listener: Listener
  /// The address of the client, such as `127.0.0.1:50123`; empty if there is none.
  package var peer: String
  /// The client certificate that the listener has verified, as DER; empty without one.
  package var clientCertificate: [UInt8]

  package init(_ listener: Listener, peer: String = "", clientCertificate: [UInt8] = []) {
    self.listener = listener
    self.peer = peer
    self.clientCertificate = clientCertificate
  }
}
