import HTTPServer
import NIOCore
import NIOHTTP2

/// An HTTP/2 connection to an upstream (RFC 9113): each exchange is a stream of it.
///
/// Confined to its event loop.
final class UpstreamSession: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame

  let address: UpstreamAddress
  private let settings: UpstreamSettings
  private let channel: any Channel
  private let whenEnding: (UpstreamSession) -> Void
  private let deadlines: DeadlineGroup
  private var streams: NIOHTTP2Handler.StreamMultiplexer?
  /// Closes the connection after a time without streams.
  private var idleDeadline: Deadline?
  private var openStreams = 0
  /// Concurrent streams that the upstream accepts; swift-nio-http2 queues further ones.
  private var streamLimit = maximumStreams
  /// Whether one of its exchanges has been answered.
  private(set) var hasServed = false
  private var isEnding = false

  private static let maximumStreams = 100

  /// Whether another stream can begin at once.
  var hasRoom: Bool { !isEnding && openStreams < streamLimit && channel.isActive }

  /// Sets up HTTP/2 on `channel`, on whose event loop this is called; `whenEnding` is called once no further stream can
  /// begin.
  init(
    _ channel: any Channel, _ address: UpstreamAddress, _ settings: UpstreamSettings,
    whenEnding: @escaping (UpstreamSession) -> Void
  ) throws {
    self.channel = channel
    self.address = address
    self.settings = settings
    self.whenEnding = whenEnding
    deadlines = DeadlineGroup(on: channel.eventLoop)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(FlushOncePerTurn())
    streams = try pipeline.configureHTTP2Pipeline(
      mode: .client, connectionConfiguration: Self.connection, streamConfiguration: HTTP2Windows.stream
    ) { stream in
      // Push is disabled, so an upstream must not open streams.
      stream.close()
    }
    try pipeline.addHandler(self)
    idleDeadline = Deadline(on: channel.eventLoop) { [weak self] in self?.close() }
  }

  private static let connection = HTTP2Windows.connection([
    HTTP2Setting(parameter: .enablePush, value: 0),
    HTTP2Setting(parameter: .maxHeaderListSize, value: longestAnswerHead),
  ])

  /// Opens a stream, and calls `done` with the result, usually at once.
  func open(_ done: @escaping (Result<UpstreamConnection, UpstreamFailure>) -> Void) {
    guard let streams else { return done(.failure(.failed("EOF"))) }
    idleDeadline?.clear()
    openStreams += 1
    let bound = NIOLoopBound((self, done), eventLoop: channel.eventLoop)
    let made = channel.eventLoop.makePromise(of: (any Channel).self)
    streams.createStreamChannel(promise: made) { stream in
      stream.eventLoop.makeCompletedFuture {
        let session = bound.value.0
        try stream.pipeline.syncOperations.addHandler(UpstreamConnection(of: session, session.deadlines))
      }
    }
    made.futureResult.whenComplete { result in
      let (session, done) = bound.value
      done(session.opened(result))
    }
  }

  private func opened(_ result: Result<any Channel, any Error>) -> Result<UpstreamConnection, UpstreamFailure> {
    switch result {
    case .failure(let error):
      streamHasEnded()
      return .failure(UpstreamFailure(error))
    case .success(let stream):
      let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
      stream.closeFuture.whenComplete { _ in bound.value.streamHasEnded() }
      let handler = try? stream.pipeline.syncOperations.handler(type: UpstreamConnection.self)
      return handler.map { .success($0) } ?? .failure(.failed("EOF"))
    }
  }

  private func streamHasEnded() {
    openStreams -= 1
    guard openStreams == 0 else { return }
    if isEnding { close() } else { idleDeadline?.set(within: settings.idleTimeout) }
  }

  func noteServed() { hasServed = true }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data).payload {
    case .goAway: end()
    case .settings(.settings(let list)):
      for setting in list where setting.parameter == .maxConcurrentStreams {
        streamLimit = min(setting.value, Self.maximumStreams)
      }
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A stream error concerns that stream only.
    guard !(error is NIOHTTP2Errors.StreamError) else { return }
    close()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    idleDeadline?.clear()
    context.fireChannelInactive()
  }

  func close() {
    end()
    channel.close(promise: nil)
  }

  /// Refuses further streams; open ones continue.
  private func end() {
    guard !isEnding else { return }
    isEnding = true
    whenEnding(self)
    if openStreams == 0 { channel.close(promise: nil) }
  }
}
