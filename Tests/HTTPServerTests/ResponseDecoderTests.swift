import HTTP
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer

/// Answers made of an upstream's bytes, however they are cut, and what is none.
@Suite struct ResponseDecoderTests {
  /// What a decoder makes of `pieces` and the end of the connection, in one line for each answer.
  private func decoded(_ pieces: [[UInt8]], answersHead: Bool = false) -> [String] {
    var (decoder, lines) = (ResponseDecoder(limit: 1_000), [String]())
    decoder.answersHead = answersHead
    do throws(MalformedMessage) {
      for piece in pieces {
        decoder.append(ByteBuffer(bytes: piece))
        while let part = try decoder.next() { add(part, decoder.isKeptAlive, to: &lines) }
      }
      if let part = try decoder.finish() { add(part, decoder.isKeptAlive, to: &lines) }
    } catch {
      lines.append("! " + error.description)
    }
    return lines
  }

  private func decoded(_ text: String, answersHead: Bool = false) -> [String] {
    decoded([Array(text.utf8)], answersHead: answersHead)
  }

  private func add(_ part: ResponsePart, _ isKeptAlive: Bool, to lines: inout [String]) {
    switch part {
    case .head(let head):
      let fields = head.headers.fields.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
      lines.append("\(head.status.code) \(head.status.reasonPhrase) [\(fields)] ")
    case .body(let bytes): lines[lines.count - 1] += String(buffer: bytes)
    case .end(let trailers):
      let fields = trailers?.fields.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
      lines[lines.count - 1] += (isKeptAlive ? "." : "!") + (fields ?? "")
    }
  }

  private static let conversation =
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 Fine\r\nContent-Length: 5\r\n\r\nhello"
    + "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"
    + "HTTP/1.1 299\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A;name=\"v; w\"\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"
    + "HTTP/1.1 799 Own words\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    + "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
    + "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 to the end"

  private static let expected = [
    "103 Early Hints [Link=</a>] ", "200 OK [Content-Length=5] hello.", "204 No Content [Content-Length=3] .",
    "304 Not Modified [ETag=\"a\"] .", "299  [Transfer-Encoding=chunked] hello0123456789.T=1",
    "799 Own words [Content-Length=0,Connection=close] !", "200 OK [Content-Length=0,Connection=keep-alive] .",
    "200 OK [] HTTP/1.1 to the end!",
  ]

  @Test(arguments: 1...60) func answersDoNotDependOnWhereTheyAreCut(size: Int) {
    let bytes = Array(Self.conversation.utf8)
    let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }

    #expect(decoded(pieces) == Self.expected)
  }

  @Test func anAnswerToHeadHasNoBodyWhateverItSays() {
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

    #expect(decoded(long, answersHead: true) == ["200 OK [Content-Length=5] ."])
    #expect(decoded("HTTP/1.1 200 OK\r\n\r\n", answersHead: true) == ["200 OK [] ."])
  }

  @Test func whatFollowsAnUpgradeIsNoAnswer() throws {
    var decoder = ResponseDecoder(limit: 1_000)

    decoder.append(ByteBuffer(string: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"))

    guard case .head = try decoder.next(), case .end = try decoder.next() else {
      Issue.record("there is no answer")
      return
    }
    #expect(try decoder.next().map { _ in "a part" } == nil)
    #expect(decoder.removeUnread().map { String(buffer: $0) } == "HTTP/1.1 200 OK\r\n\r\n")
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "HTTP/1.1 2", "HTTP/1.1 200", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1\t200 OK\r\n\r\n",
    "HTTP/2.0 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 O\u{0}K\r\n\r\n",
    "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\nX: a\n\r\n", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\r\nX : a\r\n\r\n", "HTTP/1.1 200 OK\r\n: a\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 2, 3\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 2_000) + "\r\n\r\n",
  ])
  func whatIsNoAnswerIsRefused(text: String) {
    #expect(decoded(text).count == 1)
    #expect(decoded(text)[0].hasPrefix("! "))
  }

  @Test(arguments: [
    "4\r\nabcdX\r\n0\r\n\r\n", "4\nabcd\r\n0\r\n\r\n", "g\r\nabcd\r\n0\r\n\r\n", "-1\r\nabcd\r\n0\r\n\r\n",
    "4 x\r\nabcd\r\n0\r\n\r\n", "4;a\u{1}\r\nabcd\r\n0\r\n\r\n", "4\r\nabcd\n0\r\n\r\n", "0x4\r\nabcd\r\n0\r\n\r\n",
    "4\r\nabcd\r\n0\r\nX\r\n\r\n", "ffffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
  ])
  func aBodyInBadChunksHasNoEnd(chunks: String) {
    let lines = decoded("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)

    #expect(lines.last?.hasPrefix("! ") == true)
    #expect(!lines[0].hasSuffix("."))
  }

  // Wherever the connection ends, what came is not taken for a whole answer.
  @Test func anAnswerThatIsCutShortHasNoEnd() {
    let whole = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n".utf8)
    for length in whole.indices {
      let lines = decoded([Array(whole[..<length])])
      #expect(!lines.contains { $0.hasSuffix(".") || $0.hasSuffix("!") || $0.hasSuffix("T=1") }, "\(length)")
    }
    #expect(decoded([whole]) == ["200 OK [Transfer-Encoding=chunked] hello.T=1"])
  }
}
