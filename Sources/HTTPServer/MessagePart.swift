package import HTTP
package import NIOCore
package import NIOHTTP2

/// A part of a request or a response, in the order in which they arrive.
package enum MessagePart<Head> {
  case head(Head)
  case body(ByteBuffer)
  /// The end, with the trailers if there are any.
  case end(HTTP.HTTPHeaders?)
}

extension Array {
  /// Appends the bytes of a DATA frame, and the end if it ends the stream.
  package mutating func append<Head>(_ frame: HTTP2Frame.FramePayload.Data) where Element == MessagePart<Head> {
    if case .byteBuffer(let bytes) = frame.data, bytes.readableBytes > 0 { append(.body(bytes)) }
    if frame.endStream { append(.end(nil)) }
  }
}
