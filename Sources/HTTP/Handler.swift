/// Something that answers requests: an application, or a part of one around another.
package protocol Handler: Sendable {
  /// Answers `request`; every failure is an answer too.
  ///
  /// Called as soon as the head has arrived: a handler that refuses by the head never has the body sent for.
  func respond(to request: IncomingRequest) async -> HTTPResponse

  /// The answer, where nothing has to be waited for; `nil` leaves it to `respond`, with nothing done yet.
  ///
  /// Called on the event loop of the connection, which serves others too: it decides and hands on, and does no work.
  func respondAtOnce(to request: IncomingRequest) -> HTTPResponse?
}

extension Handler {
  package func respondAtOnce(to request: IncomingRequest) -> HTTPResponse? { nil }
}

/// A request that has arrived, and of which the body may still be on its way.
package struct IncomingRequest: Sendable {
  /// Method, target and header fields; without the body.
  package var head: HTTPRequest
  /// The body as it arrives, to be read once.
  package var body: HTTPBody
  /// The connection it came by.
  package var connection: HTTPConnection
  /// What the client asks to go on with on the same connection, if it asks for that.
  package var upgrade: UpgradeOffer?
  /// What ties it to all that it causes.
  package var trace = TraceContext(seed: 0)

  package init(head: HTTPRequest, body: HTTPBody, connection: HTTPConnection) {
    self.head = head
    self.body = body
    self.connection = connection
  }

  /// A request that is here with all of its body.
  package init(_ request: HTTPRequest, connection: HTTPConnection = HTTPConnection(.inProcess)) {
    body = HTTPBody(request.body)
    head = request
    head.body = []
    self.connection = connection
  }

  /// The request with its whole body, if that has at most `limit` bytes.
  package func collected(upTo limit: Int) async throws(RequestBodyError) -> HTTPRequest {
    // What is announced need not be sent to be refused.
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

/// A client's offer to leave HTTP (RFC 9110 §7.8), which an answer of 101 takes up.
package struct UpgradeOffer: Sendable {
  /// As in the `Upgrade` field, such as `websocket` or `SPDY/3.1`.
  package var protocols: [String]
  /// What the client sends after the answer, to be read once.
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

/// What is known of the connection that a request came by.
package struct HTTPConnection: Hashable, Sendable {
  /// What the server listens on.
  package enum Listener: Hashable, Sendable {
    /// No listener: client and server are one process.
    case inProcess
    /// A unix socket, which other users of the machine cannot reach.
    case socket
    case port
  }

  package var listener: Listener
  /// The address of the other end, such as `127.0.0.1:50123`; empty where there is none.
  package var peer: String
  /// The certificate that the client has shown and the listener has verified, as DER; empty without one.
  package var clientCertificate: [UInt8]

  package init(_ listener: Listener, peer: String = "", clientCertificate: [UInt8] = []) {
    self.listener = listener
    self.peer = peer
    self.clientCertificate = clientCertificate
  }
}
