import HTTP
import NIOCore
import NIOHTTP2

/// HTTP/2 (RFC 9113) on a connection that has negotiated it: each stream is a channel that answers one request.
///
/// swift-nio-http2 does the framing and the flow control, and limits floods of frames.
enum HTTP2Connection {
  /// Concurrent streams of one connection.
  private static let maximumStreams = 128

  /// Adds HTTP/2 to `channel`; `prepare` sets up each of its streams.
  static func begin(
    on channel: any Channel, _ limits: ServerLimits, prepare: @escaping @Sendable (any Channel) throws -> Void
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    let manager = NIOHTTP2ServerConnectionManagementHandler(
      eventLoop: channel.eventLoop,
      configuration: .init(maxIdleTime: TimeAmount(limits.nextHead), maxAge: nil, maxGraceTime: nil, keepalive: nil))
    try pipeline.addHandler(FlushOncePerTurn())
    try pipeline.addHandler(QuiesceOnStop())
    _ = try pipeline.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: connection(limits), streamConfiguration: HTTP2Windows.stream,
      streamDelegate: manager.http2StreamDelegate
    ) { stream in
      stream.eventLoop.makeCompletedFuture { try prepare(stream) }
    }
    try pipeline.addHandler(manager)
    try pipeline.addHandler(CloseOnError())
  }

  private static func connection(_ limits: ServerLimits) -> NIOHTTP2Handler.ConnectionConfiguration {
    HTTP2Windows.connection([
      HTTP2Setting(parameter: .maxConcurrentStreams, value: maximumStreams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headers),
    ])
  }
}

/// Lets open streams finish and refuses new ones when the server stops.
private final class QuiesceOnStop: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ServerStops { return context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    context.fireUserInboundEventTriggered(event)
  }
}

/// Closes the connection after a connection error (RFC 9113 §5.4.1).
private final class CloseOnError: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A stream error ends that stream only.
    guard !(error is NIOHTTP2Errors.StreamError) else { return }
    context.close(promise: nil)
  }
}
