import HTTP
import NIOCore

/// One version of HTTP on a channel: makes requests of what that brings, and what that takes of answers.
///
/// Used on the channel's event loop only. It stands in no pipeline: it is a handler because only those may look into what a
/// channel brings.
protocol ServerCodec: ChannelInboundHandler {
  /// Takes what the channel has brought.
  func append(_ data: NIOAny)
  /// The next part of a request; `nil` until more has come.
  func next() throws(RequestFault) -> RequestPart?
  /// Whether something has come that is not taken up yet.
  var hasUnread: Bool { get }
  /// Takes out what is unread, for one who goes on with the connection itself.
  func removeUnread() -> ByteBuffer?

  /// Writes a head; false, and nothing of it is written, when a field may not be sent.
  func write(_ head: ResponseHead, isChunked: Bool, to context: ChannelHandlerContext) -> Bool
  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext)
  func writeEnd(_ trailers: HTTPHeaders?, to context: ChannelHandlerContext)
  /// Sends what has been written; `promise` is told when it has left.
  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?)
}

/// HTTP/1.1 on a connection.
final class LineCodec: ServerCodec {
  typealias InboundIn = ByteBuffer

  private var decoder: RequestDecoder
  private let writer = MessageWriter()

  /// `limit` is how many bytes a head may have.
  init(limit: Int) {
    decoder = RequestDecoder(limit: limit)
  }

  var hasUnread: Bool { decoder.hasUnread }
  func append(_ data: NIOAny) { decoder.append(unwrapInboundIn(data)) }
  func next() throws(RequestFault) -> RequestPart? { try decoder.next() }
  func removeUnread() -> ByteBuffer? { decoder.removeUnread() }

  func write(_ head: ResponseHead, isChunked: Bool, to context: ChannelHandlerContext) -> Bool {
    writer.writeHead(isChunked: isChunked, context.channel) { buffer in
      buffer.writeStatusLine(head.status) && buffer.writeFields(head.headers)
    }
  }

  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext) { writer.write(bytes, to: context) }

  func writeEnd(_ trailers: HTTPHeaders?, to context: ChannelHandlerContext) {
    writer.writeEnd(trailers, context.channel)
  }

  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    writer.flush(context, promise: promise)
  }
}
