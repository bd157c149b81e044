import Client
import HTTP
import KubernetesAPI
import NIOCore
import NIOHTTP1

/// One connection: one request at a time, each answered before the next is looked at.
///
/// ```
///   waiting ──head──▶ receiving ──end──▶ responding ──sent──▶ waiting
///      └── too late, too much, malformed, or told to stop ──▶ closing
/// ```
/// Confined to the connection's event loop.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case waiting
    case receiving(HTTPRequestHead, ByteBuffer)
    case responding(Task<Void, Never>)
    case closing
  }

  private var state = State.waiting
  private var deadline: Scheduled<Void>?
  private var isStopping = false
  private let door: Door
  private let limits: ServerLimits

  init(_ door: Door, _ limits: ServerLimits) {
    self.door = door
    self.limits = limits
  }

  func channelActive(context: ChannelHandlerContext) {
    expect(within: limits.firstHead, context)
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
    case (.head(let head), .waiting): receive(head, context)
    case (.body(let part), .receiving(let head, let body)): receive(part, head, body, context)
    case (.end, .receiving(let head, let body)): respond(to: head, body, context)
    default: break
    }
  }

  private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    guard announced <= limits.body else {
      return refuse(.tooLarge("Request entity too large: limit is \(limits.body)"), context)
    }
    state = .receiving(head, context.channel.allocator.buffer(capacity: announced))
    expect(within: limits.bodyTime, context)
    guard head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) else { return }
    context.writeAndFlush(
      wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
  }

  private func receive(
    _ part: ByteBuffer, _ head: HTTPRequestHead, _ body: ByteBuffer, _ context: ChannelHandlerContext
  ) {
    guard body.readableBytes + part.readableBytes <= limits.body else {
      return refuse(.tooLarge("Request entity too large: limit is \(limits.body)"), context)
    }
    // Out of the state first, so that the buffer is not copied for every part.
    var whole = body
    state = .closing
    whole.writeImmutableBuffer(part)
    state = .receiving(head, whole)
  }

  private func respond(to head: HTTPRequestHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
    guard let method = HTTPRequest.Method(rawValue: head.method.rawValue) else {
      return refuse(.unknownMethod, context)
    }
    guard head.uri.hasPrefix("/") else { return refuse(.badRequest("the request names no path"), context) }
    deadline?.cancel()
    var request = HTTPRequest(method, head.uri, body: Array(body.readableBytesView))
    for field in head.headers { request.headers.add(field.name, field.value) }
    let isLast = !head.isKeepAlive || head.version != .http1_1 || isStopping
    let writer = ResponseWriter(channel: context.channel, isLast: isLast, stall: limits.stall)
    // Safe: both are used on the event loop only, which NIOLoopBound checks.
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let (door, eventLoop) = (door, context.eventLoop)
    state = .responding(
      Task {
        let isSent = await writer.write(await door.respond(to: request), isHead: method == .head)
        eventLoop.execute {
          let (connection, context) = bound.value
          isSent ? connection.finish(!isLast, context) : connection.cut(context)
        }
      })
  }

  /// Ends the answer, after which the next request may come at once.
  private func finish(_ goesOn: Bool, _ context: ChannelHandlerContext) {
    guard case .responding = state else { return }
    guard goesOn, !isStopping else {
      state = .closing
      let channel = context.channel
      context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
      return
    }
    state = .waiting
    expect(within: limits.nextHead, context)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// Ends in the middle of an answer, so that nobody takes what came for the whole of it.
  private func cut(_ context: ChannelHandlerContext) {
    state = .closing
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ServerStops else { return context.fireUserInboundEventTriggered(event) }
    isStopping = true
    guard case .waiting = state else { return }
    state = .closing
    context.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch state {
    case .waiting where error is HTTPParserError, .receiving where error is HTTPParserError:
      refuse(.badRequest("this is no HTTP request: \(error)"), context)
    default:
      end()
      context.close(promise: nil)
    }
  }

  /// Says no to a request that is not read to its end, so that the connection cannot go on.
  private func refuse(_ refusal: Status, _ context: ChannelHandlerContext) {
    end()
    let channel = context.channel
    let stall = limits.stall
    Task {
      let writer = ResponseWriter(channel: channel, isLast: true, stall: stall)
      if await writer.write(refusal.response, isHead: false) {
        try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
      }
      channel.close(promise: nil)
    }
  }

  private func end() {
    deadline?.cancel()
    if case .responding(let task) = state { task.cancel() }
    state = .closing
  }

  private func expect(within time: Duration, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
  }
}
