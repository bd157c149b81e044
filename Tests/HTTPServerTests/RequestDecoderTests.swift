import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPServer

/// Requests made of bytes, however they are cut.
@Suite struct RequestDecoderTests {
  /// What a decoder makes of `pieces`, in one line for each request.
  private func decoded(_ pieces: [[UInt8]], limit: Int = 1_000) throws -> [String] {
    let channel = EmbeddedChannel(handler: RequestDecoder(limit: limit))
    defer { _ = try? channel.finish() }
    var lines: [String] = []
    do {
      for piece in pieces {
        try channel.writeInbound(ByteBuffer(bytes: piece))
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) { add(part, to: &lines) }
      }
    } catch let error as MalformedRequest {
      while let part = try channel.readInbound(as: HTTPServerRequestPart.self) { add(part, to: &lines) }
      lines.append("! " + error.description)
    }
    return lines
  }

  private func add(_ part: HTTPServerRequestPart, to lines: inout [String]) {
    switch part {
    case .head(let head):
      let fields = head.headers.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
      lines.append("\(head.method) \(head.uri) \(head.version.minor) [\(fields)] ")
    case .body(let bytes): lines[lines.count - 1] += String(buffer: bytes)
    case .end(let trailers):
      lines[lines.count - 1] += "." + (trailers?.map { "\($0.name)=\($0.value)" }.joined(separator: ",") ?? "")
    }
  }

  private static let conversation =
    "GET /a?b=%20c HTTP/1.1\r\nHost: x\r\nEmpty:\r\nSpaced: \t a b \t\r\n\r\n"
    + "\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    + "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A;name=\"v; w\"\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"
    + "HEAD / HTTP/1.0\r\n\r\n"

  private static let expected = [
    "GET /a?b=%20c 1 [Host=x,Empty=,Spaced=a b] .", "POST /b 1 [Host=x,Content-Length=5] hello.",
    "PUT /c 1 [Host=x,Transfer-Encoding=chunked] hello0123456789.T=1", "HEAD / 0 [] .",
  ]

  @Test(arguments: 1...40) func requestsDoNotDependOnWhereTheyAreCut(size: Int) throws {
    let bytes = Array(Self.conversation.utf8)
    let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }

    #expect(try decoded(pieces) == Self.expected)
  }

  @Test func aHeadThatIsTooLongIsRefusedWhileItStillComes() throws {
    let long = Array(("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 2_000)).utf8)

    #expect(try decoded([long]) == ["! the header fields are too long"])
    #expect(try decoded([Array("GET /".utf8), long + [13, 10, 13, 10]]) == ["! the header fields are too long"])
  }

  @Test func nothingIsReadBehindAnOfferToUpgrade() throws {
    let channel = EmbeddedChannel()
    let decoder = RequestDecoder(limit: 1_000)
    try channel.pipeline.syncOperations.addHandler(decoder)
    let offer = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET "
    try channel.writeInbound(ByteBuffer(string: offer))
    var parts = 0
    while try channel.readInbound(as: HTTPServerRequestPart.self) != nil { parts += 1 }
    #expect(parts == 2)

    channel.pipeline.syncOperations.removeHandler(decoder).whenFailure { Issue.record("\($0)") }
    channel.embeddedEventLoop.run()

    #expect(try channel.readInbound(as: ByteBuffer.self).map { String(buffer: $0) } == "GET ")
    _ = try channel.finish()
  }

  @Test func whatFollowsAnOfferToUpgradeIsNotKeptWithoutEnd() throws {
    let offer = Array("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".utf8)
    let more = [UInt8](repeating: 0, count: 600)
    let line = "GET / 1 [Host=x,Connection=Upgrade,Upgrade=websocket] ."

    #expect(try decoded([offer, more]) == [line])
    #expect(
      try decoded([offer, more, more])
        == [line, "! too much follows an offer to upgrade that is not taken up yet"])
  }

  @Test func anythingAfterWhatIsWrongIsPassedOver() throws {
    #expect(
      try decoded([Array("GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\nGET / HTTP/1.1\r\n\r\n".utf8)])
        == [
          "GET / 1 [Host=x] .", "! the request line is not a method, a target and a version with a space between",
        ])
  }
}
