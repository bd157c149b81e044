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
  /// No answer has begun in the time that was given.
  func answerIsLate()
  /// The connection has ended before the answer has.
  func connectionHasEnded(_ failure: UpstreamFailure, wasReused: Bool)
}

/// A connection to an upstream, which serves one exchange at a time.
///
/// Confined to its event loop.
final class UpstreamConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Never
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  let address: UpstreamAddress
  private let idle: IdleConnections
  private var decoder = ResponseDecoder(limit: longestHead)
  private var writer = MessageWriter()
  private var context: ChannelHandlerContext?
  private var exchange: (any UpstreamListener)?
  private var deadline: Deadline?
  private(set) var hasServed = false
  private var isRequestComplete = false
  /// Whether HTTP has ended, and bytes pass as they are.
  private var isTunnel = false
  private var isReadHeld = false
  private var failure: UpstreamFailure?

  /// Bytes that the head of an answer may have.
  private static let longestHead = 80 << 10

  init(_ address: UpstreamAddress, _ idle: IdleConnections) {
    self.address = address
    self.idle = idle
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
  }

  /// Waits for the next exchange, for a while.
  func rest(for time: Duration) {
    deadline?.set(within: time)
    readOn()
  }

  /// Tells the one who asked when no answer has begun within `time`.
  func expectAnswer(within time: Duration) { deadline?.set(within: time) }

  func expectNothing() { deadline?.clear() }

  /// Begins a request with the head that `fill` puts into a buffer.
  func sendHead(of method: HTTPRequest.Method, isChunked: Bool, _ fill: (inout ByteBuffer) -> Bool) {
    guard let context else { return }
    decoder.answersHead = method == .head
    guard writer.writeHead(isChunked: isChunked, context.channel, fill) else {
      failure = .failed("there is a character in the request that none may have")
      return context.close(promise: nil)
    }
  }

  /// Sends bytes of a body, or of a tunnel.
  func send(_ bytes: ByteBuffer) {
    guard let context else { return }
    writer.write(bytes, to: context)
  }

  func sendEnd(_ trailers: HTTP.HTTPHeaders? = nil) {
    isRequestComplete = true
    guard let context else { return }
    writer.writeEnd(trailers, context.channel)
  }

  func flush() {
    if let context { writer.flush(context) }
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
    writer.flush(context, promise: sent)
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
    let bytes = unwrapInboundIn(data)
    if isTunnel { return exchange?.answer(bytes) ?? () }
    // What was not asked for is no answer to anything that will be.
    guard exchange != nil else { return close() }
    decoder.append(bytes)
    do throws(MalformedMessage) {
      while let exchange, !isTunnel, let part = try decoder.next() { take(part, for: exchange) }
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
      if let early = decoder.removeUnread() { exchange.answer(early) }
    case .end(let trailers):
      self.exchange = nil
      hasServed = true
      // What follows the answer could be taken for the next one.
      let isUsable = decoder.isKeptAlive && isRequestComplete && !decoder.hasUnread
      if isUsable { idle.put(self) }
      exchange.answerEnd(trailers)
      if !isUsable { close() }
    }
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
    if context.channel.isWritable { exchange?.upstreamIsWritable() }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

  func channelInactive(context: ChannelHandlerContext) {
    // Only where nothing went wrong is this an end that an answer may have.
    if failure == nil, !isTunnel, let exchange {
      do throws(MalformedMessage) {
        if let end = try decoder.finish() { take(end, for: exchange) }
      } catch {
        failure = UpstreamFailure(error)
      }
    }
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
