import HTTP
import NIOCore
import NIOHTTP2

/// HTTP/2 (RFC 9113) on a connection that has agreed to it: to what answers requests each stream is a connection.
///
/// The frames, the flow control and the limits on floods of frames are swift-nio-http2's.
enum HTTP2Connection {
  /// Streams of one connection at once.
  private static let streams = 128

  /// Makes `channel` speak HTTP/2; `prepare` makes each stream of it ready for requests.
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
      HTTP2Setting(parameter: .maxConcurrentStreams, value: streams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headers),
    ])
  }
}

/// Has the streams that are open finished, and no more begun, when the server stops.
private final class QuiesceOnStop: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ServerStops { return context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    context.fireUserInboundEventTriggered(event)
  }
}

/// Ends the connection once it has gone wrong as a whole (RFC 9113 §5.4.1): what still comes on it means nothing.
private final class CloseOnError: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // One stream's own is that stream's.
    guard !(error is NIOHTTP2Errors.StreamError) else { return }
    context.close(promise: nil)
  }
}
