import HTTPServer
import NIOCore
import NIOHTTP1

/// The one who asked an upstream something; used on the event loop of the connection.
protocol UpstreamListener: AnyObject {
  /// Whether no more of the answer should be read for now.
  var holdsAnswer: Bool { get }
  /// Whether HTTP ends with this answer.
  var isTunnel: Bool { get }
  func answer(_ head: HTTPResponseHead)
  func answer(_ bytes: ByteBuffer)
  func answerEnd(_ trailers: NIOHTTP1.HTTPHeaders?)
  /// What was answered since the last call may be sent on.
  func flushAnswer()
  func upstreamIsWritable()
  /// No answer has begun in the time that was given.
  func answerIsLate()
  /// The connection has ended before the answer has.
  func connectionHasEnded(_ failure: UpstreamFailure, wasReused: Bool)
}

/// A connection to an upstream, which serves one exchange at a time.
///
/// Confined to its event loop.
final class UpstreamConnection: ChannelDuplexHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = HTTPClientRequestPart
  typealias OutboundOut = HTTPClientRequestPart

  let address: UpstreamAddress
  private let idle: IdleConnections
  private let codecs: [any RemovableChannelHandler]
  private var context: ChannelHandlerContext?
  private var exchange: (any UpstreamListener)?
  private var deadline: Deadline?
  private(set) var hasServed = false
  private var isRequestComplete = false
  private var isKeptAlive = true
  private var isTunnel = false
  /// Whether bytes pass as they are, nothing of HTTP being left.
  private var isPassing = false
  private var early: [ByteBuffer] = []
  private var isReadHeld = false
  private var failure: UpstreamFailure?

  init(_ address: UpstreamAddress, _ idle: IdleConnections, _ codecs: [any RemovableChannelHandler]) {
    self.address = address
    self.idle = idle
    self.codecs = codecs
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    // Weak: it is this handler's own.
    deadline = Deadline(on: context.eventLoop) { [weak self] in self?.deadlineIsReached() }
  }

  private func deadlineIsReached() {
    if let exchange { exchange.answerIsLate() } else { close() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    // The context holds this handler.
    self.context = nil
    end()
  }

  var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

  var isOpen: Bool { context?.channel.isActive ?? false }
  var isWritable: Bool { context?.channel.isWritable ?? false }

  /// Gives the connection to `exchange`.
  func attach(_ exchange: any UpstreamListener) {
    deadline?.clear()
    self.exchange = exchange
    isRequestComplete = false
    isKeptAlive = true
  }

  /// Waits for the next exchange, for a while.
  func rest(for time: Duration) {
    deadline?.set(within: time)
    readOn()
  }

  /// Tells the one who asked when no answer has begun within `time`.
  func expectAnswer(within time: Duration) { deadline?.set(within: time) }

  func expectNothing() { deadline?.clear() }

  func send(_ part: HTTPClientRequestPart) {
    if case .end = part { isRequestComplete = true }
    context?.write(wrapOutboundOut(part), promise: nil)
  }

  /// Sends bytes of a tunnel; those that come before HTTP has left the connection wait until it has.
  func send(_ bytes: ByteBuffer) {
    guard isPassing else { return early.append(bytes) }
    context?.write(NIOAny(bytes), promise: nil)
  }

  func flush() { context?.flush() }

  /// Gives the connection up; what is still to come from it is of no use.
  func close() {
    exchange = nil
    context?.close(promise: nil)
  }

  /// Closes it once what was written has left.
  func finishTunnel() {
    exchange = nil
    guard let context else { return }
    // Nothing was sent yet, and HTTP's own handlers would not know what to make of it.
    guard isPassing else { return context.close(promise: nil) }
    let channel = context.channel
    context.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
  }

  func read(context: ChannelHandlerContext) {
    if exchange?.holdsAnswer == true { isReadHeld = true } else { context.read() }
  }

  func readOn() {
    guard isReadHeld else { return }
    isReadHeld = false
    context?.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isTunnel { return context.fireChannelRead(data) }
    // What was not asked for is no answer to anything that will be.
    guard let exchange else { return close() }
    switch unwrapInboundIn(data) {
    case .head(let head):
      if head.status.code >= 200 { isKeptAlive = head.isKeepAlive }
      exchange.answer(head)
    case .body(let bytes): exchange.answer(bytes)
    case .end(let trailers):
      if exchange.isTunnel { return tunnel(context) }
      self.exchange = nil
      hasServed = true
      let isUsable = isKeptAlive && isRequestComplete
      if isUsable { idle.put(self) }
      exchange.answerEnd(trailers)
      if !isUsable { close() }
    }
  }

  /// Takes HTTP out of the connection.
  private func tunnel(_ context: ChannelHandlerContext) {
    guard let exchange else { return }
    isTunnel = true
    let (channel, pipeline) = (context.channel, context.pipeline.syncOperations)
    do {
      try pipeline.addHandler(
        TunnelHandler(receive: { exchange.answer($0) }, flush: exchange.flushAnswer), position: .after(self))
    } catch {
      return close()
    }
    let gone = codecs.reversed().map { pipeline.removeHandler($0) }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    EventLoopFuture.andAllSucceed(gone, on: context.eventLoop).whenComplete { result in
      guard case .success = result else { return channel.close(promise: nil) }
      bound.value.pass()
    }
  }

  private func pass() {
    isPassing = true
    for bytes in early { send(bytes) }
    early = []
    flush()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    exchange?.flushAnswer()
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { exchange?.upstreamIsWritable() }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failure = failure ?? UpstreamFailure(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    deadline?.clear()
    idle.forget(self)
    guard let exchange else { return }
    self.exchange = nil
    exchange.connectionHasEnded(failure ?? .failed("EOF"), wasReused: hasServed)
  }
}
