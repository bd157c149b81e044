import HTTP
import HTTPServer
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// The head of a request to an upstream, in either version of HTTP.
protocol UpstreamHead {
  var method: HTTPRequest.Method { get }
  /// Whether the body has no length.
  var isChunked: Bool { get }
  /// Writes the head as HTTP/1.1; false if it has a byte that is not allowed.
  func write(to buffer: inout ByteBuffer) -> Bool
  /// The head as a header block of HTTP/2; `nil` if a field is invalid.
  func block() -> HPACKHeaders?
}

/// One version of HTTP on a channel to an upstream: decodes responses from what the channel reads, and encodes
/// requests.
///
/// Used on the channel's event loop only. It is not added to a pipeline; it is a handler because only handlers can
/// unwrap what a channel reads.
protocol UpstreamCodec: ChannelInboundHandler {
  /// Whether the channel can serve further requests; one that serves a single request closes by itself.
  var servesMany: Bool { get }
  /// Takes what the channel has read.
  func append(_ data: NIOAny)
  /// The next part of a response; `nil` until more has arrived.
  func next() throws(MalformedMessage) -> ResponsePart?
  /// Called at the end of the channel: returns the end of a body that lasts until then, otherwise `nil`.
  func finish() throws(MalformedMessage) -> ResponsePart?
  /// Whether the connection is ready for another request.
  var isClear: Bool { get }
  /// Removes and returns the unread bytes, for the tunnel that takes over the connection.
  func removeUnread() -> ByteBuffer?

  /// Writes a head; if it is invalid, returns false and writes nothing.
  func write(_ head: some UpstreamHead, to context: ChannelHandlerContext) -> Bool
  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext)
  func writeEnd(_ trailers: HTTP.HTTPHeaders?, to context: ChannelHandlerContext)
  /// Sends what has been written; `promise` succeeds when it has been sent.
  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?)
}

/// Bytes that the head of a response may have.
let longestAnswerHead = 80 << 10

/// HTTP/1.1 on a connection.
final class HTTP1UpstreamCodec: UpstreamCodec {
  typealias InboundIn = ByteBuffer

  private var decoder = ResponseDecoder(limit: longestAnswerHead)
  private let writer = MessageWriter()

  let servesMany = true
  // Bytes after the response could be taken for the next one.
  var isClear: Bool { decoder.isKeptAlive && !decoder.hasUnread }
  func append(_ data: NIOAny) { decoder.append(unwrapInboundIn(data)) }
  func next() throws(MalformedMessage) -> ResponsePart? { try decoder.next() }
  func finish() throws(MalformedMessage) -> ResponsePart? { try decoder.finish() }
  func removeUnread() -> ByteBuffer? { decoder.removeUnread() }

  func write(_ head: some UpstreamHead, to context: ChannelHandlerContext) -> Bool {
    decoder.answersHead = head.method == .head
    return writer.writeHead(isChunked: head.isChunked, context.channel) { head.write(to: &$0) }
  }

  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext) { writer.write(bytes, to: context) }

  func writeEnd(_ trailers: HTTP.HTTPHeaders?, to context: ChannelHandlerContext) {
    writer.writeEnd(trailers, context.channel)
  }

  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    writer.flush(context, promise: promise)
  }
}

/// HTTP/2 on a stream (RFC 9113), which has one request.
///
/// swift-nio-http2 validates frames, pseudo-header fields and the length of a body.
final class StreamUpstreamCodec: UpstreamCodec {
  typealias InboundIn = HTTP2Frame.FramePayload

  private var parts: [ResponsePart] = []
  private var flaw: MalformedMessage?
  private var isAnswered = false
  private let writer = FrameWriter()

  let servesMany = false
  let isClear = false
  func removeUnread() -> ByteBuffer? { nil }
  func finish() throws(MalformedMessage) -> ResponsePart? { nil }

  func append(_ data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .headers(let content): append(content)
    case .data(let content): parts.append(content)
    default: break
    }
  }

  private func append(_ content: HTTP2Frame.FramePayload.Headers) {
    let fields = HTTP.HTTPHeaders(of: content.headers)
    guard !isAnswered else { return parts.append(.end(fields)) }
    let code = content.headers.first(name: ":status").flatMap { Int($0) } ?? 0
    // A stream cannot be upgraded (RFC 9113 §8.6).
    guard (100..<1000).contains(code), code != 101 else {
      flaw = MalformedMessage("the status of a stream is \(code)")
      return
    }
    isAnswered = code >= 200
    parts.append(.head(ResponseHead(HTTPResponseStatus(statusCode: code), fields)))
    if content.endStream { parts.append(.end(nil)) }
  }

  func next() throws(MalformedMessage) -> ResponsePart? {
    if !parts.isEmpty { return parts.removeFirst() }
    if let flaw { throw flaw }
    return nil
  }

  func write(_ head: some UpstreamHead, to context: ChannelHandlerContext) -> Bool {
    guard let block = head.block() else { return false }
    writer.writeHead(block, to: context)
    return true
  }

  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext) { writer.write(bytes, to: context) }

  func writeEnd(_ trailers: HTTP.HTTPHeaders?, to context: ChannelHandlerContext) {
    writer.writeEnd(trailers, to: context)
  }

  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    writer.flush(context, promise: promise)
  }
}

extension HPACKHeaders {
  /// The pseudo-header fields of a request.
  init(_ method: String, _ target: String, at authority: String, isEncrypted: Bool) {
    self = [
      ":method": method, ":scheme": isEncrypted ? "https" : "http", ":authority": authority, ":path": target,
    ]
  }
}
