import HTTP
import NIOCore

/// Where the bytes of a connection go once HTTP has ended on it.
///
/// It stands behind the `ConnectionHandler`, which from then on only passes bytes by.
final class TunnelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let end: any RelayEnd

  init(_ end: any RelayEnd) {
    self.end = end
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    end.receive(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    end.flush()
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
