import HTTPServer
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Platform
import TestSupport

/// An upstream that speaks HTTP/2, and does with each stream what its path says.
final class HTTP2Upstream: Sendable {
  /// What it has been asked, as `METHOD path`, and over which connections.
  struct Seen {
    var asked: [String] = []
    var connections: [any Channel] = []
  }

  private let channel: any Channel
  private let seen: Locked<Seen>
  let url: String

  private init(_ channel: any Channel, _ seen: Locked<Seen>) {
    self.channel = channel
    self.seen = seen
    url = "https://127.0.0.1:\(channel.localAddress?.port ?? 0)"
  }

  var asked: [String] { seen.withLock { $0.asked } }
  var connections: Int { seen.withLock { $0.connections.count } }

  /// Ends all connections.
  func cut() {
    for connection in seen.withLock({ $0.connections }) { connection.close(promise: nil) }
  }

  /// Runs `body` with one that takes at most `streams` at once.
  static func with(streams: Int = 100, _ body: (HTTP2Upstream) async throws -> Void) async throws {
    let certificate = try await TestCertificate.shared
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate.certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: certificate.key, format: .pem)))
    configuration.applicationProtocols = ["h2"]
    let (tls, seen) = (try NIOSSLContext(configuration: configuration), Locked(Seen()))
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try prepare(channel, tls, streams, seen) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let upstream = HTTP2Upstream(channel, seen)
    do {
      try await body(upstream)
      try await channel.close()
    } catch {
      channel.close(promise: nil)
      throw error
    }
  }

  private static func prepare(
    _ channel: any Channel, _ tls: NIOSSLContext, _ streams: Int, _ seen: Locked<Seen>
  ) throws {
    seen.withLock { $0.connections.append(channel) }
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
    var connection = NIOHTTP2Handler.ConnectionConfiguration()
    connection.initialSettings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: streams)]
    _ = try pipeline.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: connection, streamConfiguration: .init()
    ) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandler(ScriptedStream(seen, channel))
      }
    }
  }
}

/// Answers a stream by the last part of its path.
private final class ScriptedStream: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let seen: Locked<HTTP2Upstream.Seen>
  private let connection: any Channel
  private var path = ""

  init(_ seen: Locked<HTTP2Upstream.Seen>, _ connection: any Channel) {
    self.seen = seen
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .headers(let content) = unwrapInboundIn(data) else { return }
    path = content.headers.first(name: ":path") ?? ""
    let method = content.headers.first(name: ":method") ?? ""
    let before = seen.withLock { seen in
      defer { seen.asked.append("\(method) \(path)") }
      return seen.asked.filter { $0 == "\(method) \(path)" }.count
    }
    act(context, isFirst: before == 0)
  }

  private func act(_ context: ChannelHandlerContext, isFirst: Bool) {
    switch path.split(separator: "/").last ?? "" {
    case "refuse-once" where isFirst: reset(.refusedStream, context)
    case "refuse": reset(.refusedStream, context)
    case "fail": reset(.internalError, context)
    case "cut-once" where isFirst: connection.close(promise: nil)
    case "cut": connection.close(promise: nil)
    case "half": answer(["content-length": "8"], "half", ends: false, context)
    case "leave":
      answer([:], "ok", context)
      let goAway = HTTP2Frame.FramePayload.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil)
      connection.writeAndFlush(HTTP2Frame(streamID: .rootStream, payload: goAway), promise: nil)
    case "tunnel": answer([:], "", status: "101", context)
    case "trailers":
      answer([:], "ok", ends: false, context)
      write(.headers(.init(headers: ["x-sum": "1", "x-remote-user": "root"], endStream: true)), context)
    case "hang": break
    default: answer(["x-version": "2"], "ok", context)
    }
  }

  private func reset(_ code: HTTP2ErrorCode, _ context: ChannelHandlerContext) { write(.rstStream(code), context) }

  private func answer(
    _ fields: HPACKHeaders, _ body: String, status: String = "200", ends: Bool = true, _ context: ChannelHandlerContext
  ) {
    var headers: HPACKHeaders = [":status": status]
    headers.add(contentsOf: fields)
    write(.headers(.init(headers: headers)), context)
    write(.data(.init(data: .byteBuffer(ByteBuffer(string: body)), endStream: ends)), context)
  }

  private func write(_ payload: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(payload), promise: nil)
  }
}
