import HTTP
import NIOCore
import NIOSSL

/// What is known of the client of a connection, and what the streams of that have in common.
///
/// Confined to the connection's event loop.
final class Peer {
  private let listener: HTTPConnection.Listener
  private var found: HTTPConnection?
  /// Another one for every request.
  private var seed = UInt64.random(in: .min ... .max)
  /// Those of its streams; one scheduled task serves all of them.
  private(set) lazy var deadlines = DeadlineGroup(on: eventLoop)
  private let eventLoop: any EventLoop

  init(_ listener: HTTPConnection.Listener, on eventLoop: any EventLoop) {
    self.listener = listener
    self.eventLoop = eventLoop
  }

  /// What ties the next request to all that it causes: to the whole that the client names, or to a new one.
  func trace(_ field: String?) -> TraceContext {
    seed &+= 1
    return field.flatMap { TraceContext($0)?.next(seed: seed) } ?? TraceContext(seed: seed)
  }

  /// What requests are told of the connection that `channel` is.
  func connection(of channel: (any Channel)?) -> HTTPConnection {
    if let found { return found }
    var made = HTTPConnection(listener)
    if let address = channel?.remoteAddress, let host = address.ipAddress, let port = address.port {
      made.peer = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
    // Only a listener that verifies certificates has any.
    if let certificate = try? channel?.pipeline.syncOperations.nioSSL_peerCertificate() {
      made.clientCertificate = (try? certificate.toDERBytes()) ?? []
    }
    found = made
    return made
  }
}
