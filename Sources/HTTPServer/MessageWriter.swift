package import HTTP
package import NIOCore
import NIOHTTP1

/// Writes the parts of messages into as few buffers, and with as few system calls, as possible.
///
/// A class, because a write to a channel may fail at once or read something that fails, and the handler that gets the
/// error calls this writer again during the first call. Such overlapping mutations of a struct would trap.
package final class MessageWriter {
  /// What has not been passed to the channel yet.
  private var waiting: ByteBuffer?
  private var isChunked = false
  private var needsFlush = false

  /// Longer parts are not copied into the buffer.
  private static let longestCopied = 16 << 10

  package init() {}

  /// Writes the head that `fill` puts into a buffer; if `fill` returns false, nothing is written.
  package func writeHead(
    isChunked: Bool, _ channel: any Channel, _ fill: (inout ByteBuffer) -> Bool
  ) -> Bool {
    var buffer = waiting ?? channel.allocator.buffer(capacity: 1_024)
    waiting = nil
    let start = buffer.writerIndex
    let isFilled = fill(&buffer)
    if !isFilled { buffer.moveWriterIndex(to: start) }
    waiting = buffer
    self.isChunked = isChunked
    return isFilled
  }

  /// Writes bytes of a body.
  package func write(_ bytes: ByteBuffer, to context: ChannelHandlerContext) {
    let count = bytes.readableBytes
    guard count > 0 else { return }
    guard waiting != nil || isChunked else {
      needsFlush = true
      return context.write(NIOAny(bytes), promise: nil)
    }
    var buffer = waiting ?? context.channel.allocator.buffer(capacity: min(count, Self.longestCopied) + 16)
    waiting = nil
    if isChunked { buffer.writeString(String(count, radix: 16) + "\r\n") }
    if buffer.readableBytes + count <= Self.longestCopied {
      buffer.writeImmutableBuffer(bytes)
    } else {
      if buffer.readableBytes > 0 { context.write(NIOAny(buffer), promise: nil) }
      context.write(NIOAny(bytes), promise: nil)
      needsFlush = true
      buffer = isChunked ? context.channel.allocator.buffer(capacity: 16) : ByteBuffer()
    }
    if isChunked { buffer.writeStaticString("\r\n") }
    if buffer.readableBytes > 0 { waiting = buffer }
  }

  /// Ends a message, leaving out invalid trailer fields.
  package func writeEnd(_ trailers: HTTP.HTTPHeaders?, _ channel: any Channel) {
    guard isChunked else { return }
    isChunked = false
    var buffer = waiting ?? channel.allocator.buffer(capacity: 64)
    waiting = nil
    buffer.writeStaticString("0\r\n")
    for field in trailers?.fields ?? [] { _ = buffer.writeField(field.name, field.value) }
    buffer.writeStaticString("\r\n")
    waiting = buffer
  }

  /// Sends what has been written since the last flush.
  package func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
    guard needsFlush || waiting != nil || promise != nil else { return }
    let buffer = waiting ?? ByteBuffer()
    (waiting, needsFlush) = (nil, false)
    if buffer.readableBytes == 0, promise == nil { return context.flush() }
    context.writeAndFlush(NIOAny(buffer), promise: promise)
  }
}

extension ByteBuffer {
  /// Writes `GET /path HTTP/1.1`; false if the target has a character that is not allowed in a request line.
  package mutating func writeRequestLine(_ method: String, _ target: String) -> Bool {
    writeString(method)
    writeInteger(HeadParser.space)
    let isTarget = target.withBytes { bytes in
      writeBytes(UnsafeRawBufferPointer(bytes))
      return !bytes.isEmpty && bytes.allSatisfy { $0 > 32 && $0 < 127 }
    }
    writeStaticString(" HTTP/1.1\r\n")
    return isTarget
  }

  /// Writes `HTTP/1.1 200 OK`.
  mutating func writeStatusLine(_ status: HTTPResponseStatus) -> Bool {
    guard status != .ok else {
      writeStaticString("HTTP/1.1 200 OK\r\n")
      return true
    }
    writeStaticString("HTTP/1.1 ")
    writeString(String(status.code))
    writeInteger(HeadParser.space)
    writeString(status.reasonPhrase)
    writeStaticString("\r\n")
    return status.reasonPhrase.utf8.allSatisfy(HeadParser.isText)
  }

  /// Writes the fields of a head and the empty line after them; false if a field is invalid.
  package mutating func writeFields(_ headers: HTTP.HTTPHeaders) -> Bool {
    for field in headers.fields {
      guard writeField(field.name, field.value) else { return false }
    }
    writeStaticString("\r\n")
    return true
  }

  /// Writes a field; if its name or value has a byte that is not allowed, returns false and writes nothing.
  package mutating func writeField(_ name: String, _ value: String) -> Bool {
    if value.withBytes({ writeField(name, $0, HeadParser.isPlainText) }) { return true }
    return FieldText.encode(value).withUnsafeBufferPointer { writeField(name, $0, HeadParser.isText) }
  }

  @inline(__always)
  private mutating func writeField(
    _ name: String, _ value: UnsafeBufferPointer<UInt8>, _ isAllowed: (UInt8) -> Bool
  ) -> Bool {
    let length = name.utf8.count + value.count + 4
    let written = writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
      let end = name.withBytes { Self.copy($0, to: target, at: 0, HeadParser.isToken) }
      guard let end, end > 0 else { return 0 }
      target[end] = UInt8(ascii: ":")
      target[end + 1] = HeadParser.space
      guard let end = Self.copy(value, to: target, at: end + 2, isAllowed) else { return 0 }
      target[end] = HeadParser.carriageReturn
      target[end + 1] = HeadParser.lineFeed
      return end + 2
    }
    return written > 0
  }

  /// Copies `bytes`, and returns the index after them; `nil` if one of them is not allowed.
  @inline(__always)
  private static func copy(
    _ bytes: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableRawBufferPointer, at start: Int,
    _ isAllowed: (UInt8) -> Bool
  ) -> Int? {
    var isGood = true
    for (index, byte) in bytes.enumerated() {
      target[start + index] = byte
      isGood = isGood && isAllowed(byte)
    }
    return isGood ? start + bytes.count : nil
  }
}
