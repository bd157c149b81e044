package import HTTP
package import NIOCore
package import NIOHPACK
import NIOHTTP2

/// Writes the parts of messages as frames of a stream, holding back the last frame, which may have to end the stream.
///
/// A class for the same reason as ``MessageWriter``.
package final class FrameWriter {
  /// The last frame, which has not been passed to the channel yet.
  private var waiting: HTTP2Frame.FramePayload?
  private var needsFlush = false

  package init() {}

  /// Writes a head.
  package func writeHead(_ block: HPACKHeaders, to context: ChannelHandlerContext) {
    hold(.headers(.init(headers: block)), context)
  }

  /// Writes bytes of a body.
  package func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext) {
    guard bytes.readableBytes > 0 else { return }
    hold(.data(.init(data: .byteBuffer(bytes))), context)
  }

  /// Ends the message, and this side of the stream.
  package func writeEnd(_ trailers: HTTP.HTTPHeaders?, to context: ChannelHandlerContext) {
    var block = HPACKHeaders()
    if let trailers, trailers.fitsFrame(), block.add(trailers), !block.isEmpty {
      return hold(.headers(.init(headers: block, endStream: true)), context)
    }
    switch waiting {
    case .headers(var content):
      content.endStream = true
      waiting = .headers(content)
    case .data(var content):
      content.endStream = true
      waiting = .data(content)
    default: hold(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), context)
    }
  }

  /// Sends what has been written since the last flush.
  package func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
    guard let frame = waiting else {
      let isNeeded = needsFlush || promise != nil
      needsFlush = false
      if isNeeded { context.flush() }
      promise?.succeed()
      return
    }
    (waiting, needsFlush) = (nil, false)
    context.writeAndFlush(NIOAny(frame), promise: promise)
  }

  private func hold(_ frame: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
    let earlier = waiting
    waiting = frame
    guard let earlier else { return }
    needsFlush = true
    context.write(NIOAny(earlier), promise: nil)
  }
}
