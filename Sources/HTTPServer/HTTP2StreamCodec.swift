import HTTP
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// HTTP/2 on a stream (RFC 9113), which has one request.
///
/// swift-nio-http2 validates the fields of a request; this codec refuses those that an HTTP/1.1 server would read
/// differently.
final class HTTP2StreamCodec: ServerCodec {
  typealias InboundIn = HTTP2Frame.FramePayload

  private var parts: [RequestPart] = []
  private var fault: RequestFault?
  private var hasHead = false
  private let writer = FrameWriter()

  let hasUnread = false
  func removeUnread() -> ByteBuffer? { nil }

  func append(_ data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .headers(let content): append(content)
    case .data(let content): parts.append(content)
    default: break
    }
  }

  private func append(_ content: HTTP2Frame.FramePayload.Headers) {
    guard !hasHead else { return parts.append(.end(HTTP.HTTPHeaders(of: content.headers))) }
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

  private static func head(_ content: HTTP2Frame.FramePayload.Headers) throws(RequestFault) -> RequestHead {
    var (line, fields, facts) = read(content.headers)
    // If they differ, two servers could use different ones (RFC 9113 §8.3.1).
    if facts.hosts == 1, !line.authority.isEmpty, fields["Host"] != line.authority {
      throw .malformed("its :authority and its Host differ")
    }
    if facts.hosts == 0, !line.authority.isEmpty {
      let host = HTTP.HTTPHeaders.Field(name: "Host", value: line.authority)
      facts.note(host)
      fields.add(host)
    }
    try line.check(facts)
    if facts.lengths == 0 {
      // A body without a length is chunked in HTTP/1.1; otherwise its bytes could be taken for another request.
      if !content.endStream { fields.add("Transfer-Encoding", "chunked") }
      if content.endStream, line.expectsBody { fields.add("Content-Length", "0") }
    }
    return try RequestHead(
      line.method, line.target, HTTPVersion(major: 2, minor: 0), fields, facts, hasBody: !content.endStream)
  }

  private static func read(_ block: HPACKHeaders) -> (RequestLine, HTTP.HTTPHeaders, FieldFacts) {
    var (line, fields, facts) = (RequestLine(), HTTP.HTTPHeaders(), FieldFacts())
    fields.reserve(block.count)
    var cookies: [String] = []
    for (name, value, _) in block where !line.take(name, value) {
      if name == "cookie" {
        cookies.append(value)
        continue
      }
      let field = HTTP.HTTPHeaders.Field(name: name, value: value)
      facts.note(field)
      fields.add(field)
    }
    // HTTP/1.1 has one Cookie field (RFC 9113 §8.2.3).
    if !cookies.isEmpty { fields.add("cookie", cookies.joined(separator: "; ")) }
    return (line, fields, facts)
  }

  /// What the request line has in HTTP/1.1.
  private struct RequestLine {
    var method = ""
    var target = ""
    var authority = ""

    var expectsBody: Bool { ["POST", "PUT", "PATCH"].contains(method) }

    /// Takes a pseudo-header field; false for any other field.
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
    var block = HPACKHeaders()
    block.reserveCapacity(head.headers.fields.count + 1)
    block.add(name: ":status", value: String(head.status.code))
    guard head.headers.fitsFrame(), block.add(head.headers) else { return false }
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
