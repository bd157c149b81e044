import HTTP
import NIOCore
import NIOHTTP1
import NIOSSL

/// One connection: one request at a time, each answered before the next is looked at.
///
/// ```
///   waiting ──head──▶ answering ──sent, all of the body here──▶ waiting
///      │                  └──sent, body still coming──▶ leaving ──▶ closed
///      └── too late, too much, malformed, or told to stop ──▶ closed
/// ```
/// Confined to the connection's event loop.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case waiting
    case answering(Exchange)
    /// Answered, and about to be closed; what the client still sends is dropped.
    case leaving
    case closed
  }

  /// One request while it is answered.
  private struct Exchange {
    var isKeepAlive: Bool
    var body: IncomingBody
    var task: Task<Void, Never>
  }

  private var state = State.waiting
  private var deadline: Scheduled<Void>?
  private var isStopping = false
  /// Whether the client waits to be told that its body is wanted (RFC 9110 §10.1.1).
  private var expectsContinue = false
  /// Whether the channel would read, if only the body's reader were faster.
  private var isReadHeld = false
  private var connection: HTTPConnection?
  private let listener: HTTPConnection.Listener
  private let settings: ServerSettings

  init(_ listener: HTTPConnection.Listener, _ settings: ServerSettings) {
    self.listener = listener
    self.settings = settings
  }

  func channelActive(context: ChannelHandlerContext) {
    expect(within: settings.limits.firstHead, context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), .waiting): begin(head, context)
    case (.body(let part), .answering(let exchange)):
      deadline?.cancel()
      exchange.body.append(part.readableBytesView)
    case (.end, .answering(let exchange)):
      deadline?.cancel()
      exchange.body.end(.success(()))
    default: break
    }
  }

  /// Reads on only as fast as the body is read.
  func read(context: ChannelHandlerContext) {
    if case .answering(let exchange) = state, exchange.body.isFull {
      isReadHeld = true
    } else {
      context.read()
    }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    let request: HTTPRequest
    do throws(RequestFault) {
      request = try HTTPRequest(head)
    } catch {
      return refuse(error, context)
    }
    expectsContinue = head.headers["expect"].contains { $0.lowercased() == "100-continue" }
    // Safe: both are used on the event loop only, which NIOLoopBound checks.
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let eventLoop = context.eventLoop
    let body = IncomingBody {
      eventLoop.execute { bound.value.0.sendFor(bound.value.1) }
    }
    let incoming = IncomingRequest(
      head: request, body: HTTPBody { { () async throws(TransportError) in try await body.next() } },
      connection: connection(context))
    let isKeepAlive = head.isKeepAlive && head.version == .http1_1
    state = .answering(Exchange(isKeepAlive: isKeepAlive, body: body, task: answer(incoming, bound)))
  }

  private func answer(
    _ request: IncomingRequest, _ bound: NIOLoopBound<(ConnectionHandler, ChannelHandlerContext)>
  ) -> Task<Void, Never> {
    let (channel, settings) = (bound.value.1.channel, settings)
    return Task {
      let response = await settings.handler.respond(to: request)
      let asksToClose = response.headers["Connection"]?.lowercased() == "close"
      let isLast = await channel.eventLoop.value { bound.value.0.isLast || asksToClose }
      let writer = ResponseWriter(channel: channel, isLast: isLast, stall: settings.limits.stall)
      let isSent = await writer.write(response, isHead: request.head.method == .head)
      channel.eventLoop.execute {
        let (connection, context) = bound.value
        isSent ? connection.finish(isLast, context) : connection.cut(context)
      }
    }
  }

  /// Whether the connection ends with the answer that is about to begin.
  private var isLast: Bool {
    guard case .answering(let exchange) = state else { return true }
    return isStopping || !exchange.isKeepAlive || !exchange.body.isComplete
  }

  /// The body's reader waits for more of it.
  private func sendFor(_ context: ChannelHandlerContext) {
    guard case .answering(let exchange) = state, exchange.body.isAwaited else { return }
    expect(within: settings.limits.bodyPause, context)
    if expectsContinue {
      expectsContinue = false
      let head = HTTPResponseHead(version: .http1_1, status: .continue)
      context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }
    readOn(context)
  }

  private func readOn(_ context: ChannelHandlerContext) {
    guard isReadHeld else { return }
    isReadHeld = false
    context.read()
  }

  /// Ends the answer, after which the next request may come at once.
  private func finish(_ isLast: Bool, _ context: ChannelHandlerContext) {
    guard case .answering(let exchange) = state else { return }
    guard isLast || isStopping else {
      state = .waiting
      expect(within: settings.limits.nextHead, context)
      readOn(context)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      return
    }
    leave(isBodyHere: exchange.body.isComplete, context)
  }

  /// Ends the answer and the connection.
  ///
  /// Closing while the client still sends would reset the connection, and could cost it the answer: first only this
  /// side is closed, and what comes is dropped for a moment.
  private func leave(isBodyHere: Bool, _ context: ChannelHandlerContext) {
    end()
    state = .leaving
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      channel.close(mode: isBodyHere ? .all : .output, promise: nil)
    }
    expect(within: isBodyHere ? settings.limits.stall : settings.limits.leaving, context)
    readOn(context)
  }

  /// Ends in the middle of an answer, so that the client does not take what came for the whole of it.
  private func cut(_ context: ChannelHandlerContext) {
    end()
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ServerStops else { return context.fireUserInboundEventTriggered(event) }
    isStopping = true
    guard case .waiting = state else { return }
    cut(context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch state {
    case .waiting where error is HTTPParserError: refuse(.malformed("\(error)"), context)
    case .answering(let exchange) where error is HTTPParserError && !exchange.body.isComplete:
      // The handler hears of it where it reads the body, and answers.
      exchange.body.end(.failure(.interrupted(reason: "\(error)")))
    default: cut(context)
    }
  }

  /// Refuses what is no request, after which the connection cannot go on.
  private func refuse(_ fault: RequestFault, _ context: ChannelHandlerContext) {
    // The answer must not be overtaken by the end of the wait for a head.
    deadline?.cancel()
    state = .leaving
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let (channel, settings) = (context.channel, settings)
    Task {
      let writer = ResponseWriter(channel: channel, isLast: true, stall: settings.limits.stall)
      let isSent = await writer.write(settings.refusal(fault), isHead: false)
      channel.eventLoop.execute {
        let (connection, context) = bound.value
        isSent ? connection.leave(isBodyHere: false, context) : connection.cut(context)
      }
    }
  }

  private func end() {
    deadline?.cancel()
    if case .answering(let exchange) = state {
      exchange.task.cancel()
      exchange.body.end(.failure(.interrupted(reason: "the connection has ended")))
    }
    state = .closed
  }

  private func expect(within time: Duration, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
  }

  private func connection(_ context: ChannelHandlerContext) -> HTTPConnection {
    if let connection { return connection }
    var made = HTTPConnection(listener)
    if let address = context.channel.remoteAddress, let host = address.ipAddress, let port = address.port {
      made.peer = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
    // Only a listener that verifies certificates has any.
    if let certificate = try? context.channel.pipeline.syncOperations.nioSSL_peerCertificate() {
      made.clientCertificate = (try? certificate.toDERBytes()) ?? []
    }
    connection = made
    return made
  }
}

extension EventLoop {
  /// What `read` gives on the event loop.
  fileprivate func value(_ read: @escaping @Sendable () -> Bool) async -> Bool {
    await withCheckedContinuation { continuation in execute { continuation.resume(returning: read()) } }
  }
}
