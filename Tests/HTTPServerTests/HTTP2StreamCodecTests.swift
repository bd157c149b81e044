import HTTP
import NIOCore
import NIOHPACK
import NIOHTTP2
import Testing

@testable import HTTPServer

/// Requests made of the frames of a stream: none of them means something else to a server that speaks HTTP/1.1.
@Suite struct StreamCodecTests {
  /// What a codec makes of the head of a request.
  private func head(_ fields: [(String, String)], endStream: Bool) throws -> RequestHead? {
    let codec = HTTP2StreamCodec()
    let content = HTTP2Frame.FramePayload.Headers(headers: HPACKHeaders(fields), endStream: endStream)
    codec.append(NIOAny(HTTP2Frame.FramePayload.headers(content)))
    guard case .head(let head) = try codec.next() else { return nil }
    return head
  }

  private static func request(_ method: String, _ more: [(String, String)] = []) -> [(String, String)] {
    [(":method", method), (":path", "/a?b"), (":scheme", "https"), (":authority", "x.y:1")] + more
  }

  @Test func aHeadIsThatOfARequest() throws {
    let head = try #require(try head(Self.request("GET", [("accept", "*/*")]), endStream: true))

    #expect(head.request.method == .get && head.request.target == "/a?b")
    #expect(head.request.headers == ["accept": "*/*", "Host": "x.y:1"])
    #expect(!head.hasBody && head.offer == nil)
  }

  @Test func cookiesAreOneFieldAgain() throws {
    let cookies = [("cookie", "a=1"), ("accept", "x"), ("cookie", "b=2")]
    let head = try #require(try head(Self.request("GET", cookies), endStream: true))

    #expect(head.request.headers.fields.filter { $0.name == "cookie" }.map(\.value) == ["a=1; b=2"])
  }

  // Sent on without a length, the body of a GET would be read as the next request.
  @Test(arguments: ["GET", "HEAD", "DELETE", "POST"]) func aBodyWithoutALengthGoesOnInChunks(method: String) throws {
    let open = try #require(try head(Self.request(method), endStream: false))
    let known = try #require(try head(Self.request(method, [("content-length", "3")]), endStream: false))

    #expect(open.hasBody && open.request.headers["Transfer-Encoding"] == "chunked")
    #expect(known.hasBody && known.request.headers["Transfer-Encoding"] == nil)
  }

  @Test func aRequestThatCouldHaveABodyAndHasNoneSaysSo() throws {
    #expect(try head(Self.request("POST"), endStream: true)?.request.headers["Content-Length"] == "0")
    #expect(try head(Self.request("GET"), endStream: true)?.request.headers["Content-Length"] == nil)
  }

  @Test(arguments: [
    [(":method", "GET"), (":path", "/a b"), (":authority", "x")],
    [(":method", "GET"), (":path", "/a\r\nX: y"), (":authority", "x")],
    [(":method", "GET"), (":path", "/\u{FC}"), (":authority", "x")],
    [(":method", "GET"), (":path", "/a"), (":authority", "x\r\nX: y")],
    [(":method", "GET"), (":path", "/a")],
    [(":method", "GET"), (":path", "a"), (":authority", "x")],
    [(":method", "G T"), (":path", "/a"), (":authority", "x")],
    [(":method", "GET"), (":path", "/a"), ("host", "x"), ("host", "y")],
    [(":method", "GET"), (":path", "/a"), (":authority", "x"), ("host", "y")],
    [(":method", "POST"), (":path", "/a"), (":authority", "x"), ("content-length", "1"), ("content-length", "2")],
    [(":method", "POST"), (":path", "/a"), (":authority", "x"), ("content-length", "+1")],
    [(":method", "POST"), (":path", "/a"), (":authority", "x"), ("transfer-encoding", "chunked")],
  ])
  func whatCouldBeReadAsSomethingElseIsRefused(fields: [(String, String)]) {
    #expect(throws: RequestFault.self) { try head(fields, endStream: true) }
  }
}
