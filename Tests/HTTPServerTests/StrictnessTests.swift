import TestSupport
import Testing

@testable import HTTPServer

/// Requests that two servers on the way could read as different ones (RFC 9112): none is answered but by a refusal.
@Suite struct StrictnessTests {
  @Test(arguments: [
    "Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4",
    "Content-Length: 4\r\nContent-Length: 5", "Content-Length: 4, 5", "Content-Length: +4", "Content-Length: -4",
    "Content-Length: 0x4", "Content-Length: 99999999999999999999", "Content-Length : 4",
    "Transfer-Encoding: identity, chunked, identity", "Transfer-Encoding: gzip", "Transfer-Encoding: xchunked",
    "Transfer-Encoding : chunked", "X: a\r\n folded", "X: a\r\n\tfolded", "X: a\nY: b", "X: a\rY: b", "X: a\u{0}b",
    "X\u{1}: a", " X: a", "Host: y", "host: x", ": a", "X",
  ])
  func anAmbiguousHeadIsRefused(field: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST /echo HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\n")
      connection.say("0\r\n\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
      let heard = await connection.hear()

      #expect(heard.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
      #expect(!heard.contains("\r\n\r\nok"))
    }
  }

  @Test(arguments: [
    "GET /ok HTTP/1.1\r\n\r\n", "GET /ok HTTP/1.1\nHost: x\n\n",
    "POST /ok HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET /ok HTTP/1.1 \r\nHost: x\r\n\r\n", "GET\t/ok HTTP/1.1\r\nHost: x\r\n\r\n", "GET /ok\r\n\r\n",
    "GET /o\u{1}k HTTP/1.1\r\nHost: x\r\n\r\n", "GET  /ok HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /ok  HTTP/1.1\r\nHost: x\r\n\r\n", " GET /ok HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /ok HTTP/1.1\r\r\nHost: x\r\n\r\n",
    "GET /\u{FC} HTTP/1.1\r\nHost: x\r\n\r\n", "GET /ok http/1.1\r\nHost: x\r\n\r\n",
    "GET /ok HTTP/1.10\r\nHost: x\r\n\r\n",
    "G@T /ok HTTP/1.1\r\nHost: x\r\n\r\n", "GET /ok HTTP/1.1\r\nHost: x\r\n\n", "GET /ok HTTP/1.1\r\nHost: x\n\r\n",
    "GET /ok#x HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: a b\r\n\r\n", "GET /ok HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET http://a@b/ok HTTP/1.1\r\nHost: x\r\n\r\n",
  ])
  func anAmbiguousRequestLineIsRefused(text: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say(text)

      #expect(await connection.hear().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    }
  }

  @Test(arguments: [
    ("GET /ok HTTP/2.0\r\nHost: x\r\n\r\n", 505), ("GET /" + String(repeating: "a", count: 70_000), 414),
    ("GET /ok HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "a", count: 70_000), 431),
  ])
  func whatIsTooLongOrTooNewIsCalledSo(text: String, status: Int) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)
      connection.say(text)
      #expect(await connection.hear(until: "\r\n").hasPrefix("HTTP/1.1 \(status) "))
    }
  }

  @Test func aLaterMinorVersionMeansTheSame() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)
      connection.say("GET /ok HTTP/1.2\r\nHost: x\r\n\r\n")
      #expect(await connection.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test(arguments: [
    "4\r\nabcdX\r\n0\r\n\r\n", "4\nabcd\r\n0\r\n\r\n", "g\r\nabcd\r\n0\r\n\r\n", "-1\r\nabcd\r\n0\r\n\r\n",
    "4 x\r\nabcd\r\n0\r\n\r\n", "4;a\u{1}\r\nabcd\r\n0\r\n\r\n", "4;a\nabcd\r\n0\r\n\r\n",
    "4;a\rb\r\nabcd\r\n0\r\n\r\n",
    "4\r\nabcd\r\n0\r\nX\r\n\r\n", "4\r\nabcd\r\n0\r\n X: a\r\n\r\n", "4\r\nabcd\n0\r\n\r\n",
    "0x4\r\nabcd\r\n0\r\n\r\n",
    " 4\r\nabcd\r\n0\r\n\r\n", "4 4\r\nabcd\r\n0\r\n\r\n", "ffffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
    "\r\n4\r\nabcd\r\n0\r\n\r\n",
  ])
  func aBodyInBadChunksIsNotTakenForAWholeOne(chunks: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)")
      connection.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
      let heard = await connection.hear()

      #expect(!heard.contains("HTTP/1.1 200"))
      #expect(!heard.contains("\r\n\r\nok"))
    }
  }

  @Test func anOlderClientNeedsNoHostAndGetsNoChunks() async throws {
    try await serving { handler, _, path in
      let connection = try RawConnection(path)

      connection.say("GET /stream HTTP/1.0\r\n\r\n")
      let head = await connection.hear(until: "\r\n\r\n")
      handler.send("a line\n")

      #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(!head.contains("chunked"))
      #expect(await connection.hear(until: "line\n") == "a line\n")
    }
  }

  @Test func whatIsWrongAfterAGoodRequestIsToldAfterItsAnswer() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n")
      let heard = await connection.hear()

      #expect(heard.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(heard.contains("\r\n\r\nokHTTP/1.1 400 Bad Request\r\n"))
    }
  }
}
