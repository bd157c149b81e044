import HTTP
import HTTPServer
import NIOCore
import NIOHTTP1

/// The one who asked an upstream something; used on the event loop of the connection.
protocol UpstreamListener: AnyObject {
  /// Whether no more of the answer should be read for now.
  var holdsAnswer: Bool { get }
  /// Whether HTTP ends with this answer.
  var isTunnel: Bool { get }
  func answer(_ head: ResponseHead)
  func answer(_ bytes: ByteBuffer)
  func answerEnd(_ trailers: HTTP.HTTPHeaders?)
  /// What was answered since the last call may be sent on.
  func flushAnswer()
  func upstreamIsWritable()
  /// The upstream takes no more bytes for now.
  func upstreamIsFull()
  /// No answer has begun in the time that was given.
  func answerIsLate()
  /// The connection has ended before the answer has.
  func connectionHasEnded(_ failure: UpstreamFailure, wasReused: Bool)
}

/// A connection to an upstream, which serves one exchange at a time, or a stream of one, which serves one alone.
///
/// Confined to its event loop.
final class UpstreamConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Never
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  let address: UpstreamAddress
  private let codec: any UpstreamCodec
  /// Where it waits for the next exchange.
  private let idle: IdleConnections?
  /// What it is a stream of.
  private let session: UpstreamSession?
  private var deadline: Deadline?
  private let deadlines: DeadlineGroup?
  private var context: ChannelHandlerContext?
  private var exchange: (any UpstreamListener)?
  private var isRequestComplete = false
  private var hasServed = false
  /// Whether HTTP has ended, and bytes pass as they are.
  private var isTunnel = false
  private var isReadHeld = false
  private var failure: UpstreamFailure?

  /// A connection that speaks HTTP/1.1.
  convenience init(_ address: UpstreamAddress, _ idle: IdleConnections) {
    self.init(LineUpstreamCodec(), address, in: nil, idle, nil)
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
    // Unowned: it is this handler's own, and a weak reference would make every other one dearer.
    deadline = Deadline(on: context.eventLoop, in: deadlines) { [unowned self] in deadlineIsReached() }
  }

  private func deadlineIsReached() {
    if let exchange { exchange.answerIsLate() } else { close() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    // The context holds this handler.
    self.context = nil
    end()
  }

  var isOpen: Bool { context?.channel.isActive ?? false }
  var isWritable: Bool { context?.channel.isWritable ?? false }

  /// Gives the connection to `exchange`.
  func attach(_ exchange: any UpstreamListener) {
    deadline?.clear()
    self.exchange = exchange
    isRequestComplete = false
  }

  /// Waits for the next exchange, for a while.
  func rest(for time: Duration) {
    deadline?.set(within: time)
    readOn()
  }

  /// Tells the one who asked when no answer has begun within `time`, or what a tunnel is sent has not been taken.
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

  /// Gives the connection up; what is still to come from it is of no use.
  func close() {
    exchange = nil
    context?.close(promise: nil)
  }

  /// Closes it once what was written has left.
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
    // What was not asked for is no answer to anything that will be.
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
      // A stream ends by itself, once its request has too.
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
    // Only where nothing went wrong is this an end that an answer may have.
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
