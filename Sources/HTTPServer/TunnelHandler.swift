import HTTP
package import NIOCore

/// Where the bytes of a connection go once HTTP has ended on it, a client's or an upstream's.
///
/// It stands behind the handler that spoke HTTP, which from then on only passes bytes by.
package final class TunnelHandler: ChannelInboundHandler {
  package typealias InboundIn = ByteBuffer

  private let receive: (ByteBuffer) -> Void
  private let flush: () -> Void

  /// `flush` is told that what has been received since the last time may be sent on.
  package init(receive: @escaping (ByteBuffer) -> Void, flush: @escaping () -> Void) {
    self.receive = receive
    self.flush = flush
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    receive(unwrapInboundIn(data))
  }

  package func channelReadComplete(context: ChannelHandlerContext) {
    flush()
  }
}

/// The end of a tunnel whose bytes a task of this process reads.
final class TaskTunnel: RelayEnd {
  private let bytes: IncomingBody

  init(_ bytes: IncomingBody) {
    self.bytes = bytes
  }

  var isFull: Bool { bytes.isFull }
  func receive(_ buffer: ByteBuffer) { bytes.append(buffer.readableBytesView) }
  func clientIsGone() { bytes.end(.success(())) }
}
