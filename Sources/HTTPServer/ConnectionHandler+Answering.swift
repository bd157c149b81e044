import HTTP
import NIOCore
import NIOHTTP1

// How a request is answered: by the handler in a task, by a relay on the event loop or, after an upgrade, by the other
// end of the tunnel.
extension ConnectionHandler {
  /// This handler, for tasks; using it off the event loop traps.
  var bound: NIOLoopBound<ConnectionHandler> { NIOLoopBound(self, eventLoop: eventLoop) }

  /// Lets the handler answer `request`.
  func answer(_ request: IncomingRequest) {
    if let response = settings.handler.immediateResponse(to: request) {
      if let relay = response.relay as? any ChannelRelay { begin(relay) } else { write(response) }
      return
    }
    let (bound, settings) = (bound, settings)
    work.add {
      let response = await settings.handler.respond(to: request)
      if let relay = response.relay as? any ChannelRelay {
        bound.eventLoop.execute { bound.value.begin(relay) }
      } else if response.headers["Content-Length"] == nil {
        bound.eventLoop.execute { bound.value.writeOpenEnded(response) }
      } else {
        await ResponseWriter(connection: bound, stall: settings.limits.stall).write(response)
      }
    }
  }

  /// Answers with `response` in place of the relay, or cuts the connection if the relay has already sent a head.
  func answer(_ response: HTTPResponse) {
    guard case .answering(let exchange) = state, exchange.relay != nil else { return }
    guard !exchange.isBegun else { return cut() }
    exchange.relay = nil
    write(response)
  }

  /// Refuses an invalid request; the connection cannot continue after that.
  func refuse(_ fault: RequestFault) {
    // Otherwise the timeout for a head could end the connection before the response is sent.
    expectNothing()
    // The exchange never completes, because the end of a malformed request is unknown.
    state = .answering(Exchange(refusedOnStream: isStream))
    write(settings.refusal(fault))
  }

  /// Refuses the rest of a request whose relay has not begun to answer.
  func take(_ fault: RequestFault, before exchange: Exchange) {
    exchange.report(to: settings.log, isComplete: false)
    exchange.relay?.clientIsGone()
    refuse(fault)
  }

  private func write(_ response: HTTPResponse) {
    let writer = ResponseWriter(connection: bound, stall: settings.limits.stall)
    work.add { await writer.write(response) }
  }

  /// Writes a response that may last long, such as a watch, in a task that does not keep the one that found it alive.
  private func writeOpenEnded(_ response: HTTPResponse) {
    work.forget()
    write(response)
  }

  /// Sends the head of a response; false if there is nothing to answer any more.
  func begin(_ head: ResponseHead, flushing: Bool) -> Bool {
    guard case .answering(let exchange) = state, let context else { return false }
    var head = head
    let framing = head.frame(for: exchange.version, isHead: exchange.isHead)
    if !isStream, isStopping || framing == .endOfConnection || !exchange.isComplete || head.asksToClose {
      exchange.isKeepAlive = false
    }
    if !exchange.isKeepAlive { head.headers["Connection"] = "close" }
    if !head.headers.fields.contains(where: { $0.isNamed("date") }) { head.headers.add("Date", HTTPDate.now) }
    exchange.isBegun = true
    exchange.isOpenEnded = exchange.relay == nil && head.headers["Content-Length"] == nil
    exchange.logEntry?.request.status = Int(head.status.code)
    guard codec.write(head, isChunked: framing == .chunked, to: context) else {
      cut()
      return false
    }
    if flushing { codec.flush(context, promise: nil) }
    guard case .answering = state else { return false }
    return true
  }

  /// Ends the response, after which the next request may arrive.
  func finish(_ trailers: HTTP.HTTPHeaders? = nil) {
    guard case .answering(let exchange) = state, let context else { return }
    expectNothing()
    exchange.report(to: settings.log, isComplete: true)
    codec.writeEnd(trailers, to: context)
    work.forget()
    if isStream { return finishStream(isBodyHere: exchange.isComplete) }
    guard exchange.isKeepAlive, !isStopping else { return leave(isBodyHere: exchange.isComplete) }
    state = .waiting
    expect(within: settings.nextHead)
    codec.flush(context, promise: nil)
    decodeRequests()
    flushRelay()
    readOn()
  }

  /// Ends the response on a stream, which closes by itself once the request has ended too.
  private func finishStream(isBodyHere: Bool) {
    guard let context else { return }
    end()
    state = .leaving
    expect(within: settings.limits.stall)
    // The rest of the body is not wanted (RFC 9113 §8.1).
    if isBodyHere { codec.flush(context, promise: nil) } else { close(.all, behindAnswerOf: context) }
  }

  /// Counts bytes of a body for the log.
  func noteSent(_ count: Int) {
    guard settings.log != nil, case .answering(let exchange) = state else { return }
    exchange.logEntry?.request.sent += count
  }

  /// Ends the response and the connection.
  ///
  /// Closing while the client still sends would reset the connection, and the client could lose the response. So only
  /// the output is closed at first, and what arrives is dropped for a moment.
  private func leave(isBodyHere: Bool) {
    guard let context else { return }
    end()
    state = .leaving
    close(isBodyHere ? .all : .output, behindAnswerOf: context)
    expect(within: isBodyHere ? settings.limits.stall : settings.limits.leaving)
    readOn()
  }

  /// Sends what has been written, and closes the channel once that has been sent.
  private func close(_ mode: CloseMode, behindAnswerOf context: ChannelHandlerContext) {
    let channel = context.channel
    let sent = eventLoop.makePromise(of: Void.self)
    sent.futureResult.whenComplete { _ in channel.close(mode: mode, promise: nil) }
    codec.flush(context, promise: sent)
  }

  /// Ends the connection in the middle of a response, so that the client does not take it for complete.
  func cut() {
    // The client still receives what has been written so far.
    if let context { codec.flush(context, promise: nil) }
    end()
    context?.close(promise: nil)
  }

  // A relay, on the event loop.

  private func begin(_ relay: any ChannelRelay) {
    guard case .answering(let exchange) = state else { return }
    expectNothing()
    if let fault = exchange.fault { return take(fault, before: exchange) }
    let end = relay.begin(RelayedExchange(self, eventLoop))
    exchange.relay = end
    let bytes = exchange.body?.removeAll() ?? []
    if !bytes.isEmpty { end.receive(ByteBuffer(bytes: bytes)) }
    if exchange.isComplete { end.receiveEnd(exchange.trailers) } else { expect(within: settings.limits.bodyPause) }
    end.start()
    // While `decodeRequests` runs, it passes on the rest of what has arrived before the flush.
    if !isDecoding { end.flush() }
    readOn()
  }

  var isWritable: Bool { context?.channel.isWritable ?? false }

  func flush() {
    if let context { codec.flush(context, promise: nil) }
  }

  func relay(_ head: ResponseHead) {
    guard head.status.code < 200 else {
      _ = begin(head, flushing: false)
      return
    }
    guard case .answering(let exchange) = state, !exchange.version.isOlder, let context else { return }
    var head = head
    _ = head.frame(for: exchange.version, isHead: exchange.isHead)
    // Not flushed alone: many small heads that are sent one by one take more memory than they have bytes.
    guard codec.write(head, isChunked: false, to: context) else { return cut() }
  }

  func relay(_ bytes: ByteBuffer) {
    guard let context else { return }
    if case .tunnelling = state { return codec.write(bytes, to: context) }
    guard case .answering(let exchange) = state, exchange.isBegun else { return }
    noteSent(bytes.readableBytes)
    codec.write(bytes, to: context)
    noteWritability()
  }

  func relayEnd(_ trailers: HTTP.HTTPHeaders?) {
    if case .tunnelling = state { return closeTunnel() }
    guard case .answering(let exchange) = state, exchange.isBegun else { return }
    exchange.relay = nil
    finish(trailers)
  }

  /// Starts the timeout for a client that takes no bytes, or tells the relay that the client takes them again.
  func noteWritability() {
    guard let context else { return }
    let relay: (any RelayEnd)?
    switch state {
    case .answering(let exchange): relay = exchange.relay
    case .tunnelling(let end): relay = end
    case .waiting, .leaving, .closed: relay = nil
    }
    guard let relay else { return }
    guard context.channel.isWritable else { return expect(within: settings.limits.stall) }
    expectNothing()
    relay.clientIsWritable()
  }

  // Upgrades.

  /// Answers with `head`, which has status 101, and ends HTTP on the connection.
  func tunnel(_ head: ResponseHead) {
    guard case .answering(let exchange) = state, let context, let upgraded = exchange.upgraded else { return cut() }
    guard codec.write(head, isChunked: false, to: context) else { return cut() }
    expectNothing()
    exchange.logEntry?.request.status = Int(head.status.code)
    exchange.report(to: settings.log, isComplete: true)
    exchange.body?.end(.success(()))
    codec.flush(context, promise: nil)
    // The connection may have ended during the flush.
    guard case .answering = state else { return }
    let end = exchange.relay ?? TaskTunnel(upgraded)
    state = .tunnelling(end)
    if let early = codec.removeUnread() {
      end.receive(early)
      end.flush()
    }
    readOn()
  }

  /// Closes a tunnel once what was written has been sent.
  func closeTunnel() {
    guard let context else { return }
    let channel = context.channel
    context.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
  }
}
