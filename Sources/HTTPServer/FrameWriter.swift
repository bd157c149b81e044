package import HTTP
package import NIOCore
package import NIOHPACK
import NIOHTTP2

/// Puts the parts of messages into frames of a stream, one behind: the last one may be the one that ends the stream.
package struct FrameWriter {
  /// The last frame, which is held back.
  private var waiting: HTTP2Frame.FramePayload?
  private var needsFlush = false

  package init() {}

  /// Writes a head.
  package mutating func writeHead(_ block: HPACKHeaders, to context: ChannelHandlerContext) {
    hold(.headers(.init(headers: block)), context)
  }

  /// Writes bytes of a body.
  package mutating func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext) {
    guard bytes.readableBytes > 0 else { return }
    hold(.data(.init(data: .byteBuffer(bytes))), context)
  }

  /// Ends the message, and this side of the stream.
  package mutating func writeEnd(_ trailers: HTTP.HTTPHeaders?, to context: ChannelHandlerContext) {
    var block = HPACKHeaders()
    if let trailers, block.add(trailers), !block.isEmpty {
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

  /// Sends what has been written since the last time.
  package mutating func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
    guard let frame = waiting else {
      if needsFlush || promise != nil { context.flush() }
      needsFlush = false
      promise?.succeed()
      return
    }
    (waiting, needsFlush) = (nil, false)
    context.writeAndFlush(NIOAny(frame), promise: promise)
  }

  private mutating func hold(_ frame: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
    if let waiting {
      context.write(NIOAny(waiting), promise: nil)
      needsFlush = true
    }
    waiting = frame
  }
}
