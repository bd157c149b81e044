package import HTTP
package import NIOCore

/// A relay that a connection of this server can carry out: on its own event loop, part by part, without a task.
package protocol ChannelRelay: Relay {
  /// Makes the one that answers `exchange`, and takes what the client sends.
  ///
  /// Called on the exchange's event loop, as is everything that follows.
  func begin(_ exchange: RelayedExchange) -> any RelayEnd
}

/// The other end of a relayed exchange, as the client's connection sees it; used on the connection's event loop only.
package protocol RelayEnd: AnyObject {
  /// Begins, once everything that follows can reach it.
  func start()
  /// Whether no more of the body should be read for now; `RelayedExchange.readOn` ends that.
  var isFull: Bool { get }
  /// Takes a part of the body, or, after an upgrade, whatever the client sends.
  func receive(_ bytes: ByteBuffer)
  /// The body is complete.
  func receiveEnd(_ trailers: HTTPHeaders?)
  /// What has been received since the last call may be sent on.
  func flush()
  /// For long nothing more of the body has come, or could be sent on; the connection ends, unless an answer is given.
  func bodyHasStopped()
  /// The client takes bytes again.
  func clientIsWritable()
  /// The connection has ended before the answer has.
  func clientIsGone()
}

/// The client's end of an exchange that another server answers; used on the connection's event loop only.
package struct RelayedExchange {
  private let connection: ConnectionHandler
  package let eventLoop: any EventLoop

  init(_ connection: ConnectionHandler, _ eventLoop: any EventLoop) {
    self.connection = connection
    self.eventLoop = eventLoop
  }

  package var isWritable: Bool { connection.isWritable }

  /// Whether the client can be sent `head`, for its length.
  package func canTake(_ head: ResponseHead) -> Bool { !connection.isStream || head.headers.fitsFrame() }

  /// Sends the head of the answer, or one before it (1xx); the fields that frame the body are set here.
  package func send(_ head: ResponseHead) { connection.relay(head) }

  package func send(_ bytes: ByteBuffer) { connection.relay(bytes) }

  package func flush() { connection.flush() }

  /// Ends the answer, after which the next request may come at once.
  package func finish(_ trailers: HTTPHeaders? = nil) { connection.relayEnd(trailers) }

  /// Answers with `head`, which has status 101: from then on bytes go both ways as they are.
  package func tunnel(_ head: ResponseHead) { connection.tunnel(head) }

  /// Gives `response` after all, if no head has been sent.
  package func answer(_ response: HTTPResponse) { connection.answer(response) }

  package func readOn() { connection.readOn() }

  /// Ends the connection, so that the client does not take what came for the whole of it.
  package func cut() { connection.cut() }
}

extension RelayEnd {
  package func start() {}
  package func receiveEnd(_ trailers: HTTPHeaders?) {}
  package func flush() {}
  package func bodyHasStopped() {}
  package func clientIsWritable() {}
}
