import HTTP
import NIOCore

/// One version of HTTP on a channel: decodes requests from what the channel reads, and encodes responses.
///
/// Used on the channel's event loop only. It is not added to a pipeline; it is a handler because only handlers can
/// unwrap what a channel reads.
protocol ServerCodec: ChannelInboundHandler {
  /// Takes what the channel has read.
  func append(_ data: NIOAny)
  /// The next part of a request; `nil` until more has arrived.
  func next() throws(RequestFault) -> RequestPart?
  /// Whether bytes have arrived that are not decoded yet.
  var hasUnread: Bool { get }
  /// Removes and returns the unread bytes, for the tunnel that takes over the connection.
  func removeUnread() -> ByteBuffer?

  /// Writes a head; if a field is invalid, returns false and writes nothing.
  func write(_ head: ResponseHead, isChunked: Bool, to context: ChannelHandlerContext) -> Bool
  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext)
  func writeEnd(_ trailers: HTTPHeaders?, to context: ChannelHandlerContext)
  /// Sends what has been written; `promise` succeeds when it has been sent.
  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?)
}

/// HTTP/1.1 on a connection.
final class HTTP1Codec: ServerCodec {
  typealias InboundIn = ByteBuffer

  private var decoder: RequestDecoder
  private let writer = MessageWriter()

  /// A head may have `limit` bytes.
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
