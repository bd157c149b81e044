import HTTPServer
import NIOCore
import NIOSSL
import NIOTLS

/// The TLS handshake with an upstream, which negotiates the version of HTTP (RFC 7301).
///
/// Confined to the connection's event loop; after the handshake it removes itself from the pipeline.
final class UpstreamHandshake: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  enum Version {
    case http1, http2
  }

  private let deadline: Deadline
  private var done: ((Result<Version, UpstreamFailure>) -> Void)?
  private let time: Duration
  private var context: ChannelHandlerContext?

  /// Calls `done` once with the result, at the latest after `time`.
  init(
    on eventLoop: any EventLoop, within time: Duration, _ done: @escaping (Result<Version, UpstreamFailure>) -> Void
  ) {
    self.done = done
    self.time = time
    let late = Late()
    deadline = Deadline(on: eventLoop) { late.greeting?.isLate() }
    late.greeting = self
  }

  private final class Late {
    weak var greeting: UpstreamHandshake?
  }

  /// Begins the handshake on `channel`, which is connected.
  func begin(on channel: any Channel, _ tls: NIOSSLContext, _ address: UpstreamAddress) throws {
    let pipeline = channel.pipeline.syncOperations
    // SNI does not allow IP addresses.
    let isAddress = (try? SocketAddress(ipAddress: address.name, port: 0)) != nil
    deadline.set(within: time)
    try pipeline.addHandler(self)
    let handler = try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : address.name)
    try pipeline.addHandler(handler, position: .before(self))
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    tell(.failure(.failed("EOF")))
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let version)? = event as? TLSUserEvent {
      return tell(.success(version == "h2" ? .http2 : .http1))
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard done != nil else { return context.fireErrorCaught(error) }
    tell(.failure(UpstreamFailure(error)))
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    tell(.failure(.failed("EOF")))
    context.fireChannelInactive()
  }

  private func isLate() {
    let context = context
    tell(.failure(.timedOut("net/http: TLS handshake timeout")))
    context?.close(promise: nil)
  }

  private func tell(_ result: Result<Version, UpstreamFailure>) {
    guard let done else { return }
    self.done = nil
    deadline.clear()
    done(result)
    if case .success = result, let context {
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
  }
}
