package import HTTP
package import NIOCore

/// A relay that a connection of this server runs on its own event loop, part by part, without a task.
package protocol ChannelRelay: Relay {
  /// Returns the end that answers `exchange` and receives what the client sends.
  ///
  /// Called on the exchange's event loop, as are all members of the result.
  func begin(_ exchange: RelayedExchange) -> any RelayEnd
}

/// The upstream end of a relayed exchange, as the client's connection sees it; used on that connection's event loop
/// only.
package protocol RelayEnd: AnyObject {
  /// Starts the exchange; called after the part of the body that had already arrived has been passed to `receive`.
  func start()
  /// Whether reading the body should pause, until `RelayedExchange.readOn` is called.
  var isFull: Bool { get }
  /// Takes bytes of the body or, after an upgrade, any bytes that the client sends.
  func receive(_ bytes: ByteBuffer)
  /// The body is complete.
  func receiveEnd(_ trailers: HTTPHeaders?)
  /// Sends on what has been received since the last call.
  func flush()
  /// The body has stalled for too long; unless this call answers, the connection is cut.
  func bodyHasStopped()
  /// The client takes bytes again after its buffer was full.
  func clientIsWritable()
  /// The connection has ended before the response has.
  func clientIsGone()
}

/// The client's end of an exchange that a relay answers; used on the connection's event loop only.
package struct RelayedExchange {
  private let connection: ConnectionHandler
  package let eventLoop: any EventLoop

  init(_ connection: ConnectionHandler, _ eventLoop: any EventLoop) {
    self.connection = connection
    self.eventLoop = eventLoop
  }

  /// Whether the client takes more bytes now.
  package var isWritable: Bool { connection.isWritable }

  /// Whether `head` is short enough for the client's connection: over HTTP/2 it must fit one frame.
  package func canTake(_ head: ResponseHead) -> Bool { !connection.isStream || head.headers.fitsFrame() }

  /// Sends the head of the response, or an informational one (1xx), and sets the fields that frame the body.
  package func send(_ head: ResponseHead) { connection.relay(head) }

  /// Sends bytes of the body or, after an upgrade, of the tunnel.
  package func send(_ bytes: ByteBuffer) { connection.relay(bytes) }

  package func flush() { connection.flush() }

  /// Ends the response, after which the next request may arrive.
  package func finish(_ trailers: HTTPHeaders? = nil) { connection.relayEnd(trailers) }

  /// Answers with `head`, which has status 101; from then on bytes are passed both ways unchanged.
  package func tunnel(_ head: ResponseHead) { connection.tunnel(head) }

  /// Answers with `response` instead; cuts the connection if the relay has already sent a head.
  package func answer(_ response: HTTPResponse) { connection.answer(response) }

  /// Continues to read what the client sends, after `RelayEnd.isFull` was true.
  package func readOn() { connection.readOn() }

  /// Ends the connection, so that the client does not take a partial response for a complete one.
  package func cut() { connection.cut() }
}

extension RelayEnd {
  package func start() {}
  package func receiveEnd(_ trailers: HTTPHeaders?) {}
  package func flush() {}
  package func bodyHasStopped() {}
  package func clientIsWritable() {}
}
