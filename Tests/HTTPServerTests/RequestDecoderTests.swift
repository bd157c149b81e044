import HTTP
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer

/// Requests made of bytes, however they are cut.
@Suite struct RequestDecoderTests {
  /// What a decoder makes of `pieces`, in one line for each request.
  private func decoded(_ pieces: [[UInt8]], limit: Int = 1_000) -> [String] {
    var (decoder, lines) = (RequestDecoder(limit: limit), [String]())
    do throws(RequestFault) {
      for piece in pieces {
        decoder.append(ByteBuffer(bytes: piece))
        while let part = try decoder.next() { add(part, to: &lines) }
      }
    } catch {
      lines.append("! " + error.reason)
    }
    return lines
  }

  private func add(_ part: RequestPart, to lines: inout [String]) {
    switch part {
    case .head(let head):
      let fields = head.request.headers.fields.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
      lines.append("\(head.request.method.rawValue) \(head.request.target) \(head.version.minor) [\(fields)] ")
    case .body(let bytes): lines[lines.count - 1] += String(buffer: bytes)
    case .end(let trailers):
      lines[lines.count - 1] +=
        "." + (trailers?.fields.map { "\($0.name)=\($0.value)" }.joined(separator: ",") ?? "")
    }
  }

  private static let conversation =
    "GET /a?b=%20c HTTP/1.1\r\nHost: x\r\nEmpty:\r\nSpaced: \t a b \t\r\n\r\n"
    + "\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    + "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A;name=\"v; w\"\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"
    + "HEAD / HTTP/1.0\r\n\r\n"

  private static let expected = [
    "GET /a?b=%20c 1 [Host=x,Empty=,Spaced=a b] .", "POST /b 1 [Host=x,Content-Length=5] hello.",
    "PUT /c 1 [Host=x,Transfer-Encoding=chunked] hello0123456789.T=1", "HEAD / 0 [] .",
  ]

  @Test(arguments: 1...40) func requestsDoNotDependOnWhereTheyAreCut(size: Int) {
    let bytes = Array(Self.conversation.utf8)
    let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }

    #expect(decoded(pieces) == Self.expected)
  }

  @Test func aHeadThatIsTooLongIsRefusedWhileItStillComes() {
    let long = Array(("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 2_000)).utf8)

    #expect(decoded([long]) == ["! the header fields are too long"])
    #expect(decoded([Array("GET /".utf8), long + [13, 10, 13, 10]]) == ["! the header fields are too long"])
  }

  @Test func nothingIsReadBehindAnOfferToUpgrade() throws {
    var decoder = RequestDecoder(limit: 1_000)
    let offer = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET "

    decoder.append(ByteBuffer(string: offer))

    guard case .head(let head) = try decoder.next(), case .end = try decoder.next() else {
      Issue.record("there is no request")
      return
    }
    #expect(head.offer == ["websocket"])
    let next = try decoder.next().map { _ in "a part" }
    #expect(next == nil)
    #expect(decoder.removeUnread().map { String(buffer: $0) } == "GET ")
  }

  // Requests in it would pass all that looks at requests.
  @Test(arguments: [("h2c", nil), ("H2C, websocket", ["websocket"]), ("HTTP/2.0", nil), ("TLS/1.2, h2", nil)])
  func nobodyGoesOnWithHTTPAgain(offer: String, left: [String]?) throws {
    var decoder = RequestDecoder(limit: 1_000)
    decoder.append(
      ByteBuffer(string: "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: \(offer)\r\n\r\n"))
    guard case .head(let head) = try decoder.next() else {
      Issue.record("there is no request")
      return
    }
    #expect(head.offer == left)
  }

  @Test func theHostInTheTargetCounts() {
    let request = "GET http://a.b:8/c?d HTTP/1.1\r\nHost: other\r\n\r\n"
    #expect(decoded([Array(request.utf8)]) == ["GET /c?d 1 [Host=a.b:8] ."])
  }

  @Test func aSmallPieceDoesNotKeepABigBuffer() throws {
    var decoder = RequestDecoder(limit: 1_000)
    let chunk = "1;" + String(repeating: "x", count: 4_000) + "\r\na\r\n"
    let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    decoder.append(ByteBuffer(string: head + String(repeating: chunk, count: 16)))

    var kept: [Int] = []
    while let part = try decoder.next() {
      if case .body(let bytes) = part { kept.append(bytes.storageCapacity) }
    }
    #expect(kept.count == 16 && kept.allSatisfy { $0 <= 64 })
  }

  @Test func anythingAfterWhatIsWrongIsPassedOver() {
    #expect(
      decoded([Array("GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\nGET / HTTP/1.1\r\n\r\n".utf8)])
        == [
          "GET / 1 [Host=x] .", "! the request line is not a method, a target and a version with a space between",
        ])
  }
}
