import HTTP
import NIOCore
import NIOSSL

/// What is known about the client of a connection, and the state that its streams share.
///
/// Confined to the connection's event loop.
final class Peer {
  private let listener: HTTPConnection.Listener
  private var found: HTTPConnection?
  /// Incremented with every request.
  private var seed = UInt64.random(in: .min ... .max)
  /// The deadlines of the connection's streams; one scheduled task serves all of them.
  private(set) lazy var deadlines = DeadlineGroup(on: eventLoop)
  private let eventLoop: any EventLoop

  init(_ listener: HTTPConnection.Listener, on eventLoop: any EventLoop) {
    self.listener = listener
    self.eventLoop = eventLoop
  }

  /// The trace of the next request: a new span of the client's trace if `field` names one, otherwise a new trace.
  func trace(_ field: String?) -> TraceContext {
    seed &+= 1
    return field.flatMap { TraceContext($0)?.child(seed: seed) } ?? TraceContext(seed: seed)
  }

  /// Describes the connection of `channel` to the handler.
  func connection(of channel: (any Channel)?) -> HTTPConnection {
    if let found { return found }
    var made = HTTPConnection(listener)
    if let address = channel?.remoteAddress, let host = address.ipAddress, let port = address.port {
      made.peer = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
    // Only a listener that verifies certificates has one.
    if let certificate = try? channel?.pipeline.syncOperations.nioSSL_peerCertificate() {
      made.clientCertificate = (try? certificate.toDERBytes()) ?? []
    }
    found = made
    return made
  }
}
