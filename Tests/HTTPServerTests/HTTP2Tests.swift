import HTTP
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Platform
import TestSupport
import Testing

/// HTTP/2 in front: requests over streams, and frames that no client should send.
@Suite(.needsOpenSSL, .endsInTime) struct HTTP2Tests {
  /// Runs `body` with a server that speaks TLS, on a port.
  private func serving(_ body: (Server, Int) async throws -> Void) async throws {
    let certificate = try await TestCertificate.shared
    let files = Listener.Certificate(chainFile: certificate.certificatePath, keyFile: certificate.keyPath)
    let server = try await Server.start(
      EchoBodies(), on: [.port(host: "127.0.0.1", port: 0, certificate: files)])
    do {
      try await body(server, try #require(server.addresses[0].split(separator: ":").last.flatMap { Int($0) }))
      await server.stop(grace: .seconds(1))
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
  }

  private static func tls(_ protocols: [String]) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    configuration.applicationProtocols = protocols
    return try NIOSSLContext(configuration: configuration)
  }

  /// A connection with HTTP/2, and the streams of it.
  private func connect(_ port: Int) async throws -> (any Channel, NIOHTTP2Handler.StreamMultiplexer) {
    let context = try Self.tls(["h2"])
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(
      host: "127.0.0.1", port: port
    ) { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
        let streams = try pipeline.configureHTTP2Pipeline(
          mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
        ) { $0.eventLoop.makeSucceededVoidFuture() }
        return (channel, streams)
      }
    }
  }

  /// What one request on a stream of its own is answered.
  private func ask(
    _ streams: NIOHTTP2Handler.StreamMultiplexer, _ method: HTTPMethod, _ path: String, body: String = "",
    fields: NIOHTTP1.HTTPHeaders = [:]
  ) async throws -> String {
    let answer = StreamAnswer()
    let stream = try await streams.createStreamChannel { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandlers([
          HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .https), answer.handler(on: stream),
        ])
      }
    }.get()
    var headers: NIOHTTP1.HTTPHeaders = ["host": "x"]
    headers.add(contentsOf: fields)
    let head = HTTPRequestHead(version: .http2, method: method, uri: path, headers: headers)
    stream.write(HTTPClientRequestPart.head(head), promise: nil)
    if !body.isEmpty { stream.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil) }
    stream.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    return await answer.text
  }

  @Test func manyRequestsAreAnsweredOverOneConnection() async throws {
    try await serving { server, port in
      let (channel, streams) = try await connect(port)
      let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
        for number in 0..<100 {
          group.addTask { (number, try await ask(streams, .POST, "/\(number)", body: "body \(number)")) }
        }
        return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
      }
      #expect(answers.count == 100)
      for (number, answer) in answers { #expect(answer == "200 POST /\(number) body \(number)") }
      #expect(await server.connections.count == 1)
      try await channel.close()
    }
  }

  @Test func aLongBodyGoesBothWays() async throws {
    try await serving { _, port in
      let (channel, streams) = try await connect(port)
      let body = String(repeating: "0123456789", count: 200_000)
      #expect(try await ask(streams, .PUT, "/long", body: body) == "200 PUT /long " + body)
      #expect(try await ask(streams, .HEAD, "/head") == "200 ")
      try await channel.close()
    }
  }

  @Test func anOlderClientIsAnsweredWithTheOlderVersion() async throws {
    try await serving { _, port in
      let connection = try await RawFrames(port, try Self.tls(["http/1.1"]))
      connection.send(Array("GET /old HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
      #expect(String(decoding: await connection.rest(), as: UTF8.self).hasSuffix("GET /old "))
    }
  }

  @Test func aServerThatStopsFinishesWhatHasBegun() async throws {
    try await serving { server, port in
      let (_, streams) = try await connect(port)
      async let slow = ask(streams, .GET, "/slow")
      await eventually { EchoBodies.slow.withLock { $0 } > 0 }
      await server.stop(grace: .seconds(30))
      #expect(try await slow == "200 GET /slow ")
    }
  }

  @Test func aConnectionThatHasGoneWrongIsEnded() async throws {
    try await serving { _, port in
      let wrong = try await RawFrames(port, try Self.tls(["h2"]))
      wrong.send(HTTP2Frames.dataOfNoStream)
      _ = await wrong.rest()
      #expect(!wrong.hasHungUp)
    }
  }

  @Test(arguments: HTTP2Frames.wrong.indices) func framesThatAreWrongHarmNoOther(index: Int) async throws {
    let (what, bytes) = HTTP2Frames.wrong[index]
    try await serving { server, port in
      let (channel, streams) = try await connect(port)
      let wrong = try await RawFrames(port, try Self.tls(["h2"]))
      wrong.send(bytes)
      let heard = await wrong.rest(within: .seconds(2))
      // Nothing of an answer: no frame with fields that says 200.
      #expect(!RawFrames.hasAnswer(heard), "\(what)")
      #expect(try await ask(streams, .GET, "/other") == "200 GET /other ", "\(what)")
      wrong.close()
      try await channel.close()
      await eventually("\(what): nothing is left") { await server.connections.count == 0 }
    }
  }
}

/// Answers with what it was asked.
private struct EchoBodies: Handler {
  /// How many requests for `/slow` have come.
  static let slow = Locked(0)

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    let body = (try? await request.body.collected()) ?? Array("cut".utf8)
    if request.head.target == "/slow" {
      Self.slow.withLock { $0 += 1 }
      try? await Task.sleep(for: .milliseconds(200))
    }
    let text = Array("\(request.head.method.rawValue) \(request.head.target) ".utf8) + body
    return HTTPResponse(status: 200, headers: ["Content-Length": String(text.count)], bytes: text)
  }
}

/// The answer on one stream.
private final class StreamAnswer: Sendable {
  private let (stream, continuation) = AsyncStream<String>.makeStream()

  var text: String {
    get async { await stream.first { _ in true } ?? "" }
  }

  func handler(on channel: any Channel) -> Collector { Collector(continuation) }

  final class Collector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    private let continuation: AsyncStream<String>.Continuation
    private var text = ""

    init(_ continuation: AsyncStream<String>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): text += "\(head.status.code) "
      case .body(let bytes): text += String(buffer: bytes)
      case .end: continuation.yield(text)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { continuation.yield("\(error)") }
    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
  }
}

/// A connection over TLS that says what it is told to.
private final class RawFrames: Sendable {
  private let channel: any Channel
  private let bytes: AsyncStream<[UInt8]>
  private let isTimedOut = Locked(false)

  /// Whether it was this side that has ended the connection, because nothing was heard for too long.
  var hasHungUp: Bool { isTimedOut.withLock { $0 } }

  init(_ port: Int, _ context: NIOSSLContext) async throws {
    let (bytes, continuation) = AsyncStream<[UInt8]>.makeStream()
    self.bytes = bytes
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandlers([
          try NIOSSLClientHandler(context: context, serverHostname: nil), Reader(continuation),
        ])
      }
    }.connect(host: "127.0.0.1", port: port).get()
  }

  func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

  func close() { channel.close(promise: nil) }

  /// What is heard until the other side hangs up, or until nothing has been heard for long.
  func rest(within limit: Duration = .seconds(60)) async -> [UInt8] {
    let alarm = Task { [channel, isTimedOut] in
      try await Task.sleep(for: limit)
      isTimedOut.withLock { $0 = true }
      try await channel.close()
    }
    defer { alarm.cancel() }
    return await bytes.reduce(into: []) { $0 += $1 }
  }

  /// Whether there is a frame with the fields of an answer that is 200.
  static func hasAnswer(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while rest.count >= 9 {
      let start = rest.startIndex
      let length = Int(rest[start]) << 16 | Int(rest[start + 1]) << 8 | Int(rest[start + 2])
      let payload = rest[(start + 9)...].prefix(length)
      // The field `:status: 200` has number 8 in the static table.
      if rest[start + 3] == 1, payload.first == 0x88 { return true }
      rest = rest[(start + 9)...].dropFirst(length)
    }
    return false
  }

  private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncStream<[UInt8]>.Continuation

    init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
