import HTTP
import NIOCore
import NIOHTTP1
import NIOSSL

/// One connection: one request at a time, each answered before the next is looked at.
///
/// ```
///   waiting ──head──▶ answering ──sent, all of the body here──▶ waiting
///      │                  ├──sent, body still coming──▶ leaving ──▶ closed
///      │                  └──101──▶ tunnelling ──▶ closed
///      └── too late, too much, malformed, or told to stop ──▶ closed
/// ```
/// Confined to the connection's event loop.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  enum State {
    case waiting
    case answering(Exchange)
    /// Answered, and about to be closed; what the client still sends is dropped.
    case leaving
    /// HTTP has ended; bytes go both ways as they are.
    case tunnelling(any RelayEnd)
    case closed
  }

  /// One request while it is answered.
  struct Exchange {
    var isKeepAlive: Bool
    var isHead: Bool
    var version: HTTPVersion
    var body: IncomingBody
    /// What the client sends after an upgrade, if it offers one.
    var upgraded: IncomingBody?
    /// Who answers instead of the handler.
    var relay: (any RelayEnd)?
    /// Whether the head of the answer has been sent.
    var isBegun = false
    /// Whether all of the body has arrived, read or not.
    var isComplete = false
    /// What a log will be told, and since when.
    var record: (request: ServedRequest, since: NIODeadline)?
  }

  /// What came while an earlier request was still being answered.
  private enum Pending {
    case part(HTTPServerRequestPart)
    case malformed(String)
  }

  var state = State.waiting
  var context: ChannelHandlerContext?
  private var deadline: Deadline?
  var isStopping = false
  /// Whether the client waits to be told that its body is wanted (RFC 9110 §10.1.1).
  var expectsContinue = false
  /// Whether a head is being written: an error that comes meanwhile is about that.
  var isWritingHead = false
  /// Whether the channel would read, if only the body's reader were faster.
  private var isReadHeld = false
  /// Requests sent before the answer to one before; what one read brought, for no more is read then.
  private var pending = CircularBuffer<Pending>()
  private var connection: HTTPConnection?
  /// Another one for every request.
  private var seed = UInt64.random(in: .min ... .max)
  private let listener: HTTPConnection.Listener
  let eventLoop: any EventLoop
  let settings: ServerSettings
  /// Whether it is a stream of HTTP/2, which has one request.
  let isStream: Bool
  private let makeWork: () -> ConnectionWork
  private(set) lazy var work = makeWork()
  /// The handlers that make HTTP of bytes, from the socket on.
  let codecs: [any RemovableChannelHandler]

  init(
    _ listener: HTTPConnection.Listener, _ settings: ServerSettings, on eventLoop: any EventLoop,
    isStream: Bool = false, codecs: [any RemovableChannelHandler] = [], work: @escaping () -> ConnectionWork
  ) {
    self.listener = listener
    self.eventLoop = eventLoop
    self.settings = settings
    self.isStream = isStream
    makeWork = work
    self.codecs = codecs
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let channel = context.channel
    deadline = Deadline(on: eventLoop) { channel.close(promise: nil) }
    if channel.isActive { expect(within: settings.limits.firstHead) }
  }

  func channelActive(context: ChannelHandlerContext) {
    expect(within: settings.limits.firstHead)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
    // The context holds this handler.
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .tunnelling = state { return context.fireChannelRead(data) }
    take(.part(unwrapInboundIn(data)))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if case .answering(let exchange) = state { exchange.relay?.flush() }
    context.fireChannelReadComplete()
  }

  /// Reads on only as fast as what comes is taken.
  func read(context: ChannelHandlerContext) {
    if isHoldingReads { isReadHeld = true } else { context.read() }
  }

  /// Whether something has come that is not looked at yet.
  var hasPending: Bool { !pending.isEmpty }

  private var isHoldingReads: Bool {
    switch state {
    case .answering(let exchange): !pending.isEmpty || exchange.relay?.isFull ?? exchange.body.isFull
    case .tunnelling(let end): end.isFull
    case .waiting, .leaving, .closed: false
    }
  }

  func readOn() {
    guard isReadHeld, !isHoldingReads else { return }
    isReadHeld = false
    context?.read()
  }

  private func take(_ next: Pending) {
    switch (next, state) {
    case (.part(.head(let head)), .waiting): begin(head)
    case (.malformed(let problem), .waiting): refuse(.malformed(problem))
    case (.part(.body(let part)), .answering(let exchange)) where !exchange.isComplete: receive(part, exchange)
    case (.part(.end(let trailers)), .answering(let exchange)) where !exchange.isComplete:
      receiveEnd(trailers, exchange)
    case (_, .answering): pending.append(next)
    default: break
    }
  }

  /// Takes up what came while the last request was answered.
  func takePending() {
    while let next = pending.first {
      if case .answering(let exchange) = state, exchange.isComplete { return }
      pending.removeFirst()
      take(next)
    }
    readOn()
  }

  private func receive(_ part: ByteBuffer, _ exchange: Exchange) {
    expectNothing()
    guard let relay = exchange.relay else { return exchange.body.append(part.readableBytesView) }
    expect(within: settings.limits.bodyPause)
    relay.receive(part)
  }

  private func receiveEnd(_ trailers: NIOHTTP1.HTTPHeaders?, _ exchange: Exchange) {
    expectNothing()
    var complete = exchange
    complete.isComplete = true
    state = .answering(complete)
    guard let relay = exchange.relay else { return exchange.body.end(.success(())) }
    relay.receiveEnd(trailers)
  }

  private func begin(_ head: HTTPRequestHead) {
    expectNothing()
    let request: HTTPRequest
    do throws(RequestFault) {
      request = try HTTPRequest(head)
    } catch {
      return refuse(error)
    }
    expectsContinue = request.headers["Expect"]?.lowercased() == "100-continue"
    let body = incomingBody()
    var incoming = IncomingRequest(head: request, body: body.reader, connection: knownConnection)
    incoming.trace = trace(request.headers["traceparent"])
    var exchange = Exchange(
      isKeepAlive: isStream || head.isKeepAlive && head.version == .http1_1, isHead: request.method == .head,
      version: head.version, body: body)
    if let protocols = head.offeredProtocols {
      let upgraded = incomingBody()
      incoming.upgrade = UpgradeOffer(protocols: protocols, bytes: upgraded.reader)
      exchange.upgraded = upgraded
      // The parser goes no further than such a request: should it not be taken up, the connection ends.
      exchange.isKeepAlive = false
    }
    if settings.log != nil { exchange.record = (ServedRequest(incoming), .now()) }
    state = .answering(exchange)
    answer(incoming)
  }

  /// Which whole the next request belongs to: the one that the client names, or a new one.
  private func trace(_ field: String?) -> TraceContext {
    seed &+= 1
    return field.flatMap { TraceContext($0)?.next(seed: seed) } ?? TraceContext(seed: seed)
  }

  private func incomingBody() -> IncomingBody {
    let bound = bound
    return IncomingBody { bound.eventLoop.execute { bound.value.sendFor() } }
  }

  /// The reader of what the client sends waits for more of it.
  private func sendFor() {
    if case .answering(let exchange) = state, exchange.body.isAwaited {
      expect(within: settings.limits.bodyPause)
      if expectsContinue {
        expectsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context?.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
      }
    }
    readOn()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ServerStops else { return context.fireUserInboundEventTriggered(event) }
    isStopping = true
    guard case .waiting = state else { return }
    cut()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    noteWritability()
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is MalformedRequest, !isWritingHead else { return cut() }
    switch state {
    case .waiting: refuse(.malformed("\(error)"))
    case .answering(let exchange) where exchange.isComplete: pending.append(.malformed("\(error)"))
    case .answering(let exchange) where exchange.relay == nil:
      // The handler hears of it where it reads the body, and answers.
      exchange.body.end(.failure(.interrupted(reason: "\(error)")))
    // The answer that is on its way must not be lost by closing while more comes.
    case .leaving: break
    default: cut()
    }
  }

  /// Ends everything that this connection is about, but not the channel.
  func end() {
    expectNothing()
    switch state {
    case .answering(let exchange):
      log(exchange, isComplete: false)
      exchange.body.end(.failure(.interrupted(reason: "the connection has ended")))
      exchange.upgraded?.end(.success(()))
      exchange.relay?.clientIsGone()
    case .tunnelling(let end): end.clientIsGone()
    case .waiting, .leaving, .closed: break
    }
    state = .closed
  }

  /// Ends the connection unless something else is expected, or nothing any more, within `time`.
  func expect(within time: Duration) {
    deadline?.set(within: time)
  }

  func expectNothing() { deadline?.clear() }

  private var knownConnection: HTTPConnection {
    if let connection { return connection }
    var made = HTTPConnection(listener)
    if let address = context?.channel.remoteAddress, let host = address.ipAddress, let port = address.port {
      made.peer = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
    // Only a listener that verifies certificates has any.
    let connection = isStream ? context?.channel.parent : context?.channel
    if let certificate = try? connection?.pipeline.syncOperations.nioSSL_peerCertificate() {
      made.clientCertificate = (try? certificate.toDERBytes()) ?? []
    }
    self.connection = made
    return made
  }
}
