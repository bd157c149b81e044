import HTTP
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// HTTP/2 on a stream (RFC 9113), which has one request.
///
/// That the fields of a request are in order, swift-nio-http2 has found out; that none of them means something else to a
/// server that speaks HTTP/1.1, is found out here.
final class StreamCodec: ServerCodec {
  typealias InboundIn = HTTP2Frame.FramePayload

  private var parts: [RequestPart] = []
  private var fault: RequestFault?
  private var hasHead = false
  /// The last frame, which is held back: it may be the one that ends the stream.
  private var waiting: HTTP2Frame.FramePayload?
  private var needsFlush = false

  let hasUnread = false
  func removeUnread() -> ByteBuffer? { nil }

  func append(_ data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .headers(let content): append(content)
    case .data(let content):
      if case .byteBuffer(let bytes) = content.data, bytes.readableBytes > 0 { parts.append(.body(bytes)) }
      if content.endStream { parts.append(.end(nil)) }
    default: break
    }
  }

  private func append(_ content: HTTP2Frame.FramePayload.Headers) {
    guard !hasHead else { return parts.append(.end(Self.fields(of: content.headers))) }
    hasHead = true
    do throws(RequestFault) {
      parts.append(.head(try Self.head(content)))
      if content.endStream { parts.append(.end(nil)) }
    } catch {
      fault = error
    }
  }

  func next() throws(RequestFault) -> RequestPart? {
    if let fault { throw fault }
    return parts.isEmpty ? nil : parts.removeFirst()
  }

  private static func fields(of block: HPACKHeaders) -> HTTP.HTTPHeaders {
    var fields = HTTP.HTTPHeaders()
    fields.reserve(block.count)
    for (name, value, _) in block where name.utf8.first != UInt8(ascii: ":") { fields.add(name, value) }
    return fields
  }

  private static func head(_ content: HTTP2Frame.FramePayload.Headers) throws(RequestFault) -> RequestHead {
    var (line, fields, facts) = (RequestLine(), HTTP.HTTPHeaders(), FieldFacts())
    fields.reserve(content.headers.count)
    for (name, value, _) in content.headers where !line.take(name, value) {
      let field = HTTP.HTTPHeaders.Field(name: name, value: value)
      facts.note(field)
      fields.add(field)
    }
    if facts.hosts == 0, !line.authority.isEmpty {
      let host = HTTP.HTTPHeaders.Field(name: "Host", value: line.authority)
      facts.note(host)
      fields.add(host)
    }
    try line.check(facts)
    if facts.lengths == 0 {
      // A body without a length goes on in chunks: what its frames hold must not be taken for another request.
      if !content.endStream { fields.add("Transfer-Encoding", "chunked") }
      if content.endStream, line.expectsBody { fields.add("Content-Length", "0") }
    }
    return try RequestHead(
      line.method, line.target, HTTPVersion(major: 2, minor: 0), fields, facts, hasBody: !content.endStream)
  }

  /// What HTTP/1.1 has in the first line of a request.
  private struct RequestLine {
    var method = ""
    var target = ""
    var authority = ""

    var expectsBody: Bool { ["POST", "PUT", "PATCH"].contains(method) }

    /// Takes a field that is none in HTTP/1.1; false for any other.
    mutating func take(_ name: String, _ value: String) -> Bool {
      guard name.utf8.first == UInt8(ascii: ":") else { return false }
      switch name {
      case ":method": method = value
      case ":path": target = value
      case ":authority": authority = value
      default: break
      }
      return true
    }

    func check(_ facts: FieldFacts) throws(RequestFault) {
      guard facts.hosts > 0 else { throw .malformed("it has no Host") }
      guard (target + authority).utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
        throw .malformed("there is a character in the target that must be encoded")
      }
      guard facts.codings == 0, facts.lengths == 0 || facts.lengths == 1 && facts.length != nil else {
        throw .malformed("its length is no number, or more than one")
      }
    }
  }

  func write(_ head: ResponseHead, isChunked: Bool, to context: ChannelHandlerContext) -> Bool {
    guard let block = Self.block(head.headers, status: Int(head.status.code)) else { return false }
    hold(.headers(.init(headers: block)), context)
    return true
  }

  func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext) {
    guard bytes.readableBytes > 0 else { return }
    hold(.data(.init(data: .byteBuffer(bytes))), context)
  }

  func writeEnd(_ trailers: HTTP.HTTPHeaders?, to context: ChannelHandlerContext) {
    if let trailers, let block = Self.block(trailers, status: nil) {
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

  func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    guard let frame = waiting else {
      if needsFlush || promise != nil { context.flush() }
      needsFlush = false
      promise?.succeed()
      return
    }
    (waiting, needsFlush) = (nil, false)
    context.writeAndFlush(NIOAny(frame), promise: promise)
  }

  private func hold(_ frame: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
    if let waiting {
      context.write(NIOAny(waiting), promise: nil)
      needsFlush = true
    }
    waiting = frame
  }

  /// The fields as a stream has them: in lower case, without those about a connection (RFC 9113 §8.2.2).
  private static func block(_ headers: HTTP.HTTPHeaders, status: Int?) -> HPACKHeaders? {
    var block = HPACKHeaders()
    block.reserveCapacity(headers.fields.count + 1)
    if let status { block.add(name: ":status", value: String(status)) }
    for field in headers.fields where !isAboutConnection(field) {
      guard field.isSendable else { return nil }
      let isLower = field.name.utf8.allSatisfy { !(65...90).contains($0) }
      block.add(name: isLower ? field.name : field.name.lowercased(), value: field.value)
    }
    return block
  }

  private static func isAboutConnection(_ field: HTTP.HTTPHeaders.Field) -> Bool {
    switch field.name.utf8.count {
    case 7: field.isNamed("upgrade")
    case 10: field.isNamed("connection") || field.isNamed("keep-alive")
    case 16: field.isNamed("proxy-connection")
    case 17: field.isNamed("transfer-encoding")
    default: false
    }
  }
}

extension HTTP.HTTPHeaders.Field {
  /// Whether no byte of it would make something else of it.
  var isSendable: Bool {
    !name.isEmpty && name.utf8.allSatisfy(HeadParser.isToken) && value.utf8.allSatisfy(HeadParser.isText)
  }
}
