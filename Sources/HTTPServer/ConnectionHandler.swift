import HTTP
import NIOCore
import NIOHTTP1
import Platform

/// One connection: one request at a time, each answered before the next is read.
///
/// ```
///   waiting ──head──▶ answering ──sent, all of the body here──▶ waiting
///      │                  ├──sent, body still coming──▶ leaving ──▶ closed
///      │                  └──101──▶ tunnelling ──▶ closed
///      └── too late, too much, malformed, or told to stop ──▶ closed
/// ```
/// Confined to the connection's event loop.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Never
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  enum State {
    case waiting
    case answering(Exchange)
    /// Answered and about to be closed; what the client still sends is dropped.
    case leaving
    /// HTTP has ended; bytes are passed both ways unchanged.
    case tunnelling(any RelayEnd)
    case closed
  }

  var state = State.waiting
  var context: ChannelHandlerContext?
  private var deadline: Deadline?
  var isStopping = false
  /// Whether the client waits for a 100 before it sends the body (RFC 9110 §10.1.1).
  private var expectsContinue = false
  /// Whether a read of the channel waits until the reader of the body has caught up.
  private var isReadHeld = false
  /// Whether `decodeRequests` is running.
  private(set) var isDecoding = false
  let eventLoop: any EventLoop
  let settings: ServerSettings
  /// Whether this is an HTTP/2 stream, which has one request.
  let isStream: Bool
  let codec: any ServerCodec
  private let peer: Peer
  let work: ConnectionWork

  init(
    _ codec: any ServerCodec, _ peer: Peer, _ settings: ServerSettings, on channel: any Channel, of work: ServerWork,
    isStream: Bool = false
  ) {
    self.codec = codec
    self.peer = peer
    eventLoop = channel.eventLoop
    self.settings = settings
    self.isStream = isStream
    self.work = ConnectionWork(on: channel, of: work)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    // Unowned: this handler owns the deadline, and a weak reference would make all other references to the handler
    // slower.
    deadline = Deadline(on: eventLoop, in: isStream ? peer.deadlines : nil) { [unowned self] in deadlinePassed() }
    if context.channel.isActive, !isStream { expect(within: settings.limits.firstHead) }
  }

  private func deadlinePassed() {
    guard case .answering(let exchange) = state, let relay = exchange.relay, !exchange.isComplete else {
      return context?.close(promise: nil) ?? ()
    }
    relay.bodyHasStopped()
    // The relay did not answer.
    if case .answering(let present) = state, present === exchange, exchange.relay != nil { cut() }
  }

  func channelActive(context: ChannelHandlerContext) {
    // The head is already there when a stream begins.
    if !isStream { expect(within: settings.limits.firstHead) }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
    deadline = nil
    // The context holds this handler, so this breaks a cycle.
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .tunnelling(let end): end.receive(unwrapInboundIn(data))
    case .waiting, .answering:
      codec.append(data)
      decodeRequests()
    case .leaving, .closed: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    flushRelay()
    context.fireChannelReadComplete()
  }

  /// Lets the relay or the tunnel send on what it has received.
  func flushRelay() {
    switch state {
    case .answering(let exchange): exchange.relay?.flush()
    case .tunnelling(let end): end.flush()
    case .waiting, .leaving, .closed: break
    }
  }

  /// Reads only as fast as the bytes are taken.
  func read(context: ChannelHandlerContext) {
    if isHoldingReads { isReadHeld = true } else { context.read() }
  }

  private var isHoldingReads: Bool {
    switch state {
    case .answering(let exchange):
      exchange.isComplete && codec.hasUnread || exchange.relay?.isFull ?? exchange.body?.isFull ?? false
    case .tunnelling(let end): end.isFull
    case .waiting, .leaving, .closed: false
    }
  }

  func readOn() {
    guard isReadHeld, !isHoldingReads else { return }
    isReadHeld = false
    context?.read()
  }

  /// Decodes what has arrived, up to the end of a request that is not answered yet.
  func decodeRequests() {
    // Bytes that arrive while a part is handled are decoded by the call that is running.
    guard !isDecoding else { return }
    isDecoding = true
    defer { isDecoding = false }
    do throws(RequestFault) {
      while takesParts, let part = try codec.next() { take(part) }
    } catch {
      take(error)
    }
  }

  private var takesParts: Bool {
    switch state {
    case .waiting: true
    case .answering(let exchange): !exchange.isComplete
    case .leaving, .tunnelling, .closed: false
    }
  }

  private func take(_ part: RequestPart) {
    switch (part, state) {
    case (.head(let head), .waiting): begin(head)
    case (.body(let part), .answering(let exchange)): receive(part, exchange)
    case (.end(let trailers), .answering(let exchange)): receiveEnd(trailers, exchange)
    default: break
    }
  }

  private func take(_ fault: RequestFault) {
    switch state {
    case .waiting: refuse(fault)
    case .answering(let exchange) where exchange.relay == nil:
      // The handler gets the error from the body and answers; a relay gets it when it begins.
      exchange.fault = fault
      exchange.body?.end(.failure(.interrupted(reason: Sentence(verbatim: fault.reason))))
    case .answering(let exchange) where !exchange.isBegun: take(fault, before: exchange)
    default: cut()
    }
  }

  private func receive(_ part: ByteBuffer, _ exchange: Exchange) {
    expectNothing()
    guard let relay = exchange.relay else { return exchange.body?.append(part.readableBytesView) ?? () }
    expect(within: settings.limits.bodyPause)
    relay.receive(part)
  }

  private func receiveEnd(_ trailers: HTTP.HTTPHeaders?, _ exchange: Exchange) {
    expectNothing()
    exchange.isComplete = true
    guard let relay = exchange.relay else {
      exchange.trailers = trailers
      return exchange.body?.end(.success(())) ?? ()
    }
    relay.receiveEnd(trailers)
  }

  private func begin(_ head: RequestHead) {
    expectNothing()
    expectsContinue = head.expectsContinue
    let exchange = Exchange(head, isStream: isStream, body: head.hasBody ? incomingBody() : nil)
    let connection = peer.connection(of: isStream ? context?.channel.parent : context?.channel)
    var incoming = IncomingRequest(
      head: head.request, body: exchange.body?.reader ?? .none, connection: connection)
    incoming.trace = peer.trace(head.request.headers["traceparent"])
    if let protocols = head.offer {
      let upgraded = incomingBody()
      incoming.upgrade = UpgradeOffer(protocols: protocols, bytes: upgraded.reader)
      exchange.upgraded = upgraded
    }
    if settings.log != nil { exchange.logEntry = (ServedRequest(incoming), .now()) }
    state = .answering(exchange)
    answer(incoming)
  }

  private func incomingBody() -> IncomingBody {
    let bound = bound
    return IncomingBody { bound.eventLoop.execute { bound.value.sendFor() } }
  }

  /// Called when the reader of a body or a tunnel waits for more bytes.
  private func sendFor() {
    if case .answering(let exchange) = state, exchange.body?.isAwaited == true {
      expect(within: settings.limits.bodyPause)
      if expectsContinue, let context {
        expectsContinue = false
        _ = codec.write(ResponseHead(.continue), isChunked: false, to: context)
        codec.flush(context, promise: nil)
      }
    }
    readOn()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ServerStops else { return context.fireUserInboundEventTriggered(event) }
    isStopping = true
    switch state {
    case .waiting: cut()
    case .answering(let exchange) where exchange.isOpenEnded: endSoon(exchange)
    default: break
    }
  }

  /// Cuts the connection in 500 ms unless the response has ended, because one of unknown length, such as a watch, may
  /// never end.
  private func endSoon(_ exchange: Exchange) {
    let bound = NIOLoopBound((self, exchange), eventLoop: eventLoop)
    eventLoop.scheduleTask(in: .milliseconds(500)) {
      let (handler, exchange) = bound.value
      if case .answering(let current) = handler.state, current === exchange { handler.cut() }
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    noteWritability()
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { cut() }

  /// Ends the exchange or tunnel, but does not close the channel.
  func end() {
    expectNothing()
    switch state {
    case .answering(let exchange):
      exchange.report(to: settings.log, isComplete: false)
      exchange.body?.end(.failure(.interrupted(reason: "the connection has ended")))
      exchange.upgraded?.end(.success(()))
      exchange.relay?.clientIsGone()
    case .tunnelling(let end): end.clientIsGone()
    case .waiting, .leaving, .closed: break
    }
    state = .closed
  }

  /// Ends the connection after `time`, unless this is called again or `expectNothing` is called before.
  func expect(within time: Duration) {
    deadline?.set(within: time)
  }

  func expectNothing() { deadline?.clear() }
}
