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
  /// Writes it as HTTP/1.1 has it; false when that has a byte that would make something else of it.
  func write(to buffer: inout ByteBuffer) -> Bool
  /// It as a stream of HTTP/2 has it; `nil` when a field may not be sent.
  func block() -> HPACKHeaders?
}

/// One version of HTTP on a channel to an upstream: makes answers of what that brings, and what that takes of requests.
///
/// Used on the channel's event loop only. It stands in no pipeline: it is a handler because only those may look into what a
/// channel brings.
protocol UpstreamCodec: ChannelInboundHandler {
  /// Whether there is another request once this one is answered; a channel that serves one alone ends by itself.
  var servesMany: Bool { get }
  /// Takes what the channel has brought.
  func append(_ data: NIOAny)
  /// The next part of an answer; `nil` until more has come.
  func next() throws(MalformedMessage) -> ResponsePart?
  /// What the end of the channel makes of the answer that is being read: its end, or nothing.
  func finish() throws(MalformedMessage) -> ResponsePart?
  /// Whether nothing stands in the way of another request.
  var isClear: Bool { get }
  /// Takes out what is unread, for one who goes on with the connection itself.
  func removeUnread() -> ByteBuffer?

  /// Writes a head; false, and nothing of it is written, when it may not be sent.
  func write(_ head: some UpstreamHead, to context: ChannelHandlerContext) -> Bool
  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext)
  func writeEnd(_ trailers: HTTP.HTTPHeaders?, to context: ChannelHandlerContext)
  /// Sends what has been written; `promise` is told when it has left.
  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?)
}

/// Bytes that the head of an answer may have.
let longestAnswerHead = 80 << 10

/// HTTP/1.1 on a connection.
final class LineUpstreamCodec: UpstreamCodec {
  typealias InboundIn = ByteBuffer

  private var decoder = ResponseDecoder(limit: longestAnswerHead)
  private let writer = MessageWriter()

  let servesMany = true
  // What follows the answer could be taken for the next one.
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
/// That frames and pseudo-fields are in order, and a body as long as is said, swift-nio-http2 has found out.
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
    // A stream is no tunnel (RFC 9113 §8.6).
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
  /// What a stream has of the first line of a request.
  init(_ method: String, _ target: String, at authority: String, isEncrypted: Bool) {
    self = [
      ":method": method, ":scheme": isEncrypted ? "https" : "http", ":authority": authority, ":path": target,
    ]
  }
}
