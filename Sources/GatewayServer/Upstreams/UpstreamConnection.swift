import HTTP
import HTTPServer
import NIOCore
import NIOHTTP1

/// The sender of a request to an upstream; used on the event loop of the connection.
protocol UpstreamListener: AnyObject {
  /// Whether reading the response should pause.
  var holdsAnswer: Bool { get }
  /// Whether this response ends HTTP.
  var isTunnel: Bool { get }
  func answer(_ head: ResponseHead)
  func answer(_ bytes: ByteBuffer)
  func answerEnd(_ trailers: HTTP.HTTPHeaders?)
  /// Sends on what has been received since the last call.
  func flushAnswer()
  func upstreamIsWritable()
  /// The upstream takes no more bytes for now.
  func upstreamIsFull()
  /// No response has begun within the given time.
  func answerIsLate()
  /// The connection has ended before the response has.
  func connectionHasEnded(_ failure: UpstreamFailure, wasReused: Bool)
}

/// A connection to an upstream, which serves one exchange at a time, or an HTTP/2 stream, which serves only one.
///
/// Confined to its event loop.
final class UpstreamConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Never
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  let address: UpstreamAddress
  private let codec: any UpstreamCodec
  /// Where the connection is put after an exchange; `nil` for a stream.
  private let idle: IdleConnections?
  /// The session that this is a stream of.
  private let session: UpstreamSession?
  private var deadline: Deadline?
  private let deadlines: DeadlineGroup?
  private var context: ChannelHandlerContext?
  private var exchange: (any UpstreamListener)?
  private var isRequestComplete = false
  private var hasServed = false
  /// Whether HTTP has ended, and bytes are passed on unchanged.
  private var isTunnel = false
  private var isReadHeld = false
  private var failure: UpstreamFailure?

  /// A connection that speaks HTTP/1.1.
  convenience init(_ address: UpstreamAddress, _ idle: IdleConnections) {
    self.init(HTTP1UpstreamCodec(), address, in: nil, idle, nil)
  }

  /// A stream of `session`.
  convenience init(of session: UpstreamSession, _ deadlines: DeadlineGroup) {
    self.init(StreamUpstreamCodec(), session.address, in: deadlines, nil, session)
  }

  private init(
    _ codec: any UpstreamCodec, _ address: UpstreamAddress, in deadlines: DeadlineGroup?,
    _ idle: IdleConnections?, _ session: UpstreamSession?
  ) {
    self.codec = codec
    self.address = address
    self.idle = idle
    self.session = session
    self.deadlines = deadlines
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    // Unowned: this handler owns the deadline, and a weak reference would make all other references to the handler
    // slower.
    deadline = Deadline(on: context.eventLoop, in: deadlines) { [unowned self] in deadlineIsReached() }
  }

  private func deadlineIsReached() {
    if let exchange { exchange.answerIsLate() } else { close() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    // The context holds this handler, so this breaks a cycle.
    self.context = nil
    end()
  }

  var isOpen: Bool { context?.channel.isActive ?? false }
  var isWritable: Bool { context?.channel.isWritable ?? false }

  /// Assigns the connection to `exchange`.
  func attach(_ exchange: any UpstreamListener) {
    deadline?.clear()
    self.exchange = exchange
    isRequestComplete = false
  }

  /// Waits for the next exchange, and closes the connection after `time`.
  func rest(for time: Duration) {
    deadline?.set(within: time)
    readOn()
  }

  /// Calls `answerIsLate` after `time`, unless `expectNothing` is called before: if there is no response, or no byte of
  /// a tunnel is taken.
  func expectAnswer(within time: Duration) { deadline?.set(within: time) }

  func expectNothing() { deadline?.clear() }

  /// Begins a request.
  func send(_ head: some UpstreamHead) {
    guard let context else { return }
    guard codec.write(head, to: context) else {
      failure = .failed("there is a character in the request that none may have")
      return context.close(promise: nil)
    }
  }

  /// Sends bytes of a body, or of a tunnel.
  func send(_ bytes: ByteBuffer) {
    guard let context else { return }
    codec.write(bytes, to: context)
  }

  func sendEnd(_ trailers: HTTP.HTTPHeaders? = nil) {
    isRequestComplete = true
    guard let context else { return }
    codec.writeEnd(trailers, to: context)
  }

  func flush() {
    if let context { codec.flush(context, promise: nil) }
  }

  /// Closes the connection without regard to what may still arrive.
  func close() {
    exchange = nil
    context?.close(promise: nil)
  }

  /// Closes the connection once what was written has been sent.
  func finishTunnel() {
    exchange = nil
    guard let context else { return }
    let (channel, sent) = (context.channel, context.eventLoop.makePromise(of: Void.self))
    sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
    codec.flush(context, promise: sent)
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
    if isTunnel { return exchange?.answer(unwrapInboundIn(data)) ?? () }
    // Bytes that arrive without a request are no response to a later one.
    guard exchange != nil else { return close() }
    codec.append(data)
    do throws(MalformedMessage) {
      while let exchange, !isTunnel, let part = try codec.next() { take(part, for: exchange) }
    } catch {
      fail(error)
    }
  }

  private func take(_ part: ResponsePart, for exchange: any UpstreamListener) {
    switch part {
    case .head(let head): exchange.answer(head)
    case .body(let bytes): exchange.answer(bytes)
    case .end where exchange.isTunnel:
      isTunnel = true
      if let early = codec.removeUnread() { exchange.answer(early) }
    case .end(let trailers):
      self.exchange = nil
      noteServed()
      let isUsable = codec.isClear && isRequestComplete
      if isUsable { idle?.put(self) }
      exchange.answerEnd(trailers)
      // A stream closes by itself once its request has ended too.
      if !isUsable, codec.servesMany || !isRequestComplete { close() }
    }
  }

  private func noteServed() {
    hasServed = true
    session?.noteServed()
  }

  private func fail(_ error: any Error) {
    failure = failure ?? UpstreamFailure(error)
    context?.close(promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    exchange?.flushAnswer()
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { exchange?.upstreamIsWritable() } else { exchange?.upstreamIsFull() }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

  func channelInactive(context: ChannelHandlerContext) {
    // Only after an error-free end is a body that lasts until the end complete.
    if failure == nil, !isTunnel, let exchange {
      do throws(MalformedMessage) {
        if let end = try codec.finish() { take(end, for: exchange) }
      } catch {
        failure = UpstreamFailure(error)
      }
    }
    end()
    context.fireChannelInactive()
  }

  private func end() {
    deadline?.clear()
    idle?.forget(self)
    guard let exchange else { return }
    self.exchange = nil
    exchange.connectionHasEnded(failure ?? .failed("EOF"), wasReused: session?.hasServed ?? hasServed)
  }
}
