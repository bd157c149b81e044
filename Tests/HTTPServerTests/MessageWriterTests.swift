import HTTP
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPServer

/// Messages as they leave: in few pieces, and never as something else than they are.
@Suite struct MessageWriterTests {
  /// Hands on what a writer writes.
  private final class Writing: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    let writer = MessageWriter()
    var context: ChannelHandlerContext?
    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
  }

  /// What `write` sends, piece by piece.
  private func sent(_ write: (MessageWriter, ChannelHandlerContext) -> Void) throws -> [String] {
    let handler = Writing()
    let channel = EmbeddedChannel(handler: handler)
    defer { _ = try? channel.finish() }
    let context = try #require(handler.context)
    write(handler.writer, context)
    handler.writer.flush(context)
    var pieces: [String] = []
    while let piece = try channel.readOutbound(as: ByteBuffer.self) { pieces.append(String(buffer: piece)) }
    return pieces
  }

  private func head(_ buffer: inout ByteBuffer) -> Bool {
    buffer.writeStatusLine(.ok) && buffer.writeFields(["A": "b"])
  }

  @Test func aSmallMessageLeavesInOnePiece() throws {
    let pieces = try sent { writer, context in
      let isWritten = writer.writeHead(isChunked: false, context.channel, head)
      #expect(isWritten)
      writer.write(ByteBuffer(string: "hello"), to: context)
      writer.writeEnd(nil, context.channel)
    }

    #expect(pieces == ["HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello"])
  }

  // What is no UTF-8 is another's to understand.
  @Test(arguments: [[0xE4, 0x20, 0x41], [0xEF, 0x9E, 0x80, 0xFF], [0xC3, 0xA4], [0x41], [0x80, 0xC3, 0xA4]])
  func aValueLeavesAsItCame(bytes: [UInt8]) {
    let text = bytes.withUnsafeBytes { FieldText.decode($0) }
    var buffer = ByteBuffer()

    let isWritten = buffer.writeField("X", text)
    #expect(isWritten)
    #expect(Array(buffer: buffer) == Array("X: ".utf8) + bytes + [13, 10])
  }

  @Test func chunksAndTrailersLeaveInOnePieceToo() throws {
    let pieces = try sent { writer, context in
      _ = writer.writeHead(isChunked: true, context.channel, head)
      writer.write(ByteBuffer(string: "hello"), to: context)
      writer.write(ByteBuffer(), to: context)
      writer.writeEnd(["T": "1", "bad name": "x", "U": "a\r\nb"], context.channel)
    }

    #expect(pieces == ["HTTP/1.1 200 OK\r\nA: b\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n"])
  }

  @Test(arguments: [false, true]) func aLargeBodyIsNotCopiedAndKeepsItsPlace(isChunked: Bool) throws {
    let large = String(repeating: "x", count: 40_000)
    let pieces = try sent { writer, context in
      _ = writer.writeHead(isChunked: isChunked, context.channel, head)
      writer.write(ByteBuffer(string: large), to: context)
      writer.write(ByteBuffer(string: "end"), to: context)
      writer.writeEnd(nil, context.channel)
    }

    let body = isChunked ? "9c40\r\n\(large)\r\n3\r\nend\r\n0\r\n\r\n" : large + "end"
    #expect(pieces.joined() == "HTTP/1.1 200 OK\r\nA: b\r\n\r\n" + body)
    #expect(pieces.contains(large))
  }

  @Test func aHeadThatIsNoneLeavesNothingBehind() throws {
    let pieces = try sent { writer, context in
      let isWritten = writer.writeHead(isChunked: false, context.channel) { buffer in
        buffer.writeFields(["A": "b", "C": "d\r\ne"])
      }
      #expect(!isWritten)
      _ = writer.writeHead(isChunked: false, context.channel, head)
    }

    #expect(pieces == ["HTTP/1.1 200 OK\r\nA: b\r\n\r\n"])
  }

  // Every byte at every place of a name and a value: what is written is read as the same field, or nothing is written.
  @Test func aFieldIsWrittenAsItIsOrNotAtAll() {
    for byte in UInt8.min...UInt8.max {
      for text in [[byte], [97, byte], [byte, 97], [97, byte, 97], Array(repeating: 97, count: 40) + [byte, 98]] {
        check(name: String(decoding: text, as: UTF8.self), value: "v")
        check(name: "n", value: String(decoding: text, as: UTF8.self))
      }
    }
    check(name: "", value: "v")
  }

  private func check(name: String, value: String) {
    var buffer = ByteBuffer(string: "X: y\r\n")
    let isWritten = buffer.writeField(name, value)
    let isName = !name.isEmpty && name.utf8.allSatisfy { HeadParser.isToken($0) }
    let isValue = value.utf8.allSatisfy { $0 == 9 || $0 >= 32 && $0 != 127 }
    #expect(isWritten == (isName && isValue), "\(name): \(value)")
    #expect(String(buffer: buffer) == "X: y\r\n" + (isWritten ? "\(name): \(value)\r\n" : ""))
  }

  @Test(arguments: ["", "/a b", "/a\r\n", "/\u{0}", "/\u{FC}", "/a\tb", "/\u{7F}"])
  func aTargetThatCouldBeReadAsSomethingElseIsNotWritten(target: String) {
    var buffer = ByteBuffer()

    let isWritten = buffer.writeRequestLine("GET", target)

    #expect(!isWritten)
  }

  /// A channel on which each flush fails while it is being made, as TLS does that reads in between what is none.
  private final class FailingFlushes: ChannelOutboundHandler {
    typealias OutboundIn = Any
    func flush(context: ChannelHandlerContext) { context.fireErrorCaught(ChannelError.eof) }
  }

  /// Flushes again when it hears of an error, as a handler does that gives up its connection.
  private final class Giving<Writer>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let writer: Writer
    let flush: (Writer, ChannelHandlerContext) -> Void
    var errors = 0
    var context: ChannelHandlerContext?

    init(_ writer: Writer, _ flush: @escaping (Writer, ChannelHandlerContext) -> Void) {
      (self.writer, self.flush) = (writer, flush)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      errors += 1
      flush(writer, context)
    }
  }

  @Test func whoHearsOfAnErrorInTheMiddleOfAFlushMayFlush() throws {
    let handler = Giving(MessageWriter()) { $0.flush($1) }
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandlers([FailingFlushes(), handler])
    let context = try #require(handler.context)

    _ = handler.writer.writeHead(isChunked: true, channel, head)
    handler.writer.write(ByteBuffer(string: "hello"), to: context)
    handler.writer.flush(context)

    #expect(handler.errors == 1)
    _ = try? channel.finish()
  }

  @Test func whoHearsOfAnErrorInTheMiddleOfAFlushOfFramesMayFlush() throws {
    let handler = Giving(FrameWriter()) { $0.flush($1) }
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandlers([FailingFlushes(), handler])
    let context = try #require(handler.context)

    handler.writer.write(ByteBuffer(string: "hello"), to: context)
    handler.writer.flush(context)

    #expect(handler.errors == 1)
    _ = try? channel.finish()
  }
}
