import HTTP
import NIOCore
import NIOHTTP1

// How a request is answered: by the handler in the connection's task, by a relay on the event loop, or, after an upgrade,
// by the other end of the tunnel.
extension ConnectionHandler {
  /// This handler for others, to be used on the event loop only, which is checked.
  var bound: NIOLoopBound<ConnectionHandler> { NIOLoopBound(self, eventLoop: eventLoop) }

  /// Has `request` answered by the handler.
  func answer(_ request: IncomingRequest) {
    if let response = settings.handler.respondAtOnce(to: request) {
      if let relay = response.relay as? any ChannelRelay { begin(relay) } else { write(response) }
      return
    }
    let (bound, settings) = (bound, settings)
    work.add {
      let response = await settings.handler.respond(to: request)
      if let relay = response.relay as? any ChannelRelay {
        bound.eventLoop.execute { bound.value.begin(relay) }
      } else {
        await ResponseWriter(connection: bound, stall: settings.limits.stall).write(response)
      }
    }
  }

  /// Gives `response` in place of a relay, if that has not begun to answer.
  func answer(_ response: HTTPResponse) {
    guard case .answering(var exchange) = state, exchange.relay != nil else { return }
    guard !exchange.isBegun else { return cut() }
    exchange.relay = nil
    state = .answering(exchange)
    write(response)
  }

  /// Refuses what is no request, after which the connection cannot go on.
  func refuse(_ fault: RequestFault) {
    // The answer must not be overtaken by the end of the wait for a head.
    expectNothing()
    var exchange = Exchange(
      isKeepAlive: isStream, isHead: false, version: isStream ? .http2 : .http1_1, body: IncomingBody {})
    // What comes after it cannot be told from its body.
    exchange.isComplete = false
    state = .answering(exchange)
    write(settings.refusal(fault))
  }

  private func write(_ response: HTTPResponse) {
    let writer = ResponseWriter(connection: bound, stall: settings.limits.stall)
    work.add { await writer.write(response) }
  }

  /// Begins an answer with `head`; false when there is nothing left to answer.
  func begin(_ head: HTTPResponseHead, flushing: Bool) -> Bool {
    guard case .answering(var exchange) = state, let context else { return false }
    var head = head
    let endsByClosing = head.frame(for: exchange.version, isHead: exchange.isHead)
    if !isStream, isStopping || endsByClosing || !exchange.isComplete || asksToClose(head) {
      exchange.isKeepAlive = false
    }
    if !exchange.isKeepAlive { head.headers.replaceOrAdd(name: "Connection", value: "close") }
    exchange.isBegun = true
    exchange.record?.request.status = Int(head.status.code)
    state = .answering(exchange)
    isWritingHead = true
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    isWritingHead = false
    if flushing { context.flush() }
    guard case .answering = state else { return false }
    return true
  }

  private func asksToClose(_ head: HTTPResponseHead) -> Bool {
    head.headers.contains(name: "connection") && head.headers["connection"].contains { $0.lowercased() == "close" }
  }

  /// Ends the answer, after which the next request may come at once.
  func finish(_ trailers: NIOHTTP1.HTTPHeaders? = nil) {
    guard case .answering(var exchange) = state, let context else { return }
    expectNothing()
    log(exchange, isComplete: true)
    exchange.record = nil
    state = .answering(exchange)
    if isStream { return finishStream(isBodyHere: exchange.isComplete, trailers) }
    guard exchange.isKeepAlive, !isStopping else { return leave(isBodyHere: exchange.isComplete, trailers) }
    state = .waiting
    expect(within: settings.limits.nextHead)
    context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: nil)
    takePending()
  }

  /// Ends the answer on a stream, which ends by itself once the request has.
  private func finishStream(isBodyHere: Bool, _ trailers: NIOHTTP1.HTTPHeaders?) {
    guard let context else { return }
    end()
    state = .leaving
    let channel = context.channel
    let sent = context.writeAndFlush(wrapOutboundOut(.end(trailers)))
    // What is still to come of the body is not wanted (RFC 9113 §8.1).
    if !isBodyHere { sent.whenComplete { _ in channel.close(promise: nil) } }
    expect(within: settings.limits.stall)
  }

  /// Tells the log of a request that is over, if there is one.
  func log(_ exchange: Exchange, isComplete: Bool) {
    guard var record = exchange.record, let log = settings.log else { return }
    record.request.isComplete = isComplete
    record.request.duration = Duration.nanoseconds((NIODeadline.now() - record.since).nanoseconds)
    log(record.request)
  }

  /// Counts bytes of a body for the log.
  func noteSent(_ count: Int) {
    guard settings.log != nil, case .answering(var exchange) = state else { return }
    exchange.record?.request.sent += count
    state = .answering(exchange)
  }

  /// Ends the answer and the connection.
  ///
  /// Closing while the client still sends would reset the connection, and could cost it the answer: first only this
  /// side is closed, and what comes is dropped for a moment.
  private func leave(isBodyHere: Bool, _ trailers: NIOHTTP1.HTTPHeaders?) {
    guard let context else { return }
    end()
    state = .leaving
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(trailers))).whenComplete { _ in
      channel.close(mode: isBodyHere ? .all : .output, promise: nil)
    }
    expect(within: isBodyHere ? settings.limits.stall : settings.limits.leaving)
    readOn()
  }

  /// Ends in the middle of an answer, so that the client does not take what came for the whole of it.
  func cut() {
    end()
    context?.close(promise: nil)
  }

  // A relay, on the event loop.

  private func begin(_ relay: any ChannelRelay) {
    guard case .answering(var exchange) = state else { return }
    expectNothing()
    let end = relay.begin(RelayedExchange(self, eventLoop))
    exchange.relay = end
    state = .answering(exchange)
    let bytes = exchange.body.removeAll()
    if !bytes.isEmpty { end.receive(ByteBuffer(bytes: bytes)) }
    if exchange.isComplete { end.receiveEnd(nil) } else { expect(within: settings.limits.bodyPause) }
    end.start()
    end.flush()
    readOn()
  }

  var isWritable: Bool { context?.channel.isWritable ?? false }

  func flush() { context?.flush() }

  func relay(_ head: HTTPResponseHead) {
    guard head.status.code < 200 else {
      _ = begin(head, flushing: false)
      return
    }
    guard case .answering(let exchange) = state, !exchange.version.isOlder, let context else { return }
    var head = head
    _ = head.frame(for: exchange.version, isHead: exchange.isHead)
    isWritingHead = true
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    isWritingHead = false
  }

  func relay(_ bytes: ByteBuffer) {
    if case .tunnelling = state { return context?.write(NIOAny(bytes), promise: nil) ?? () }
    guard case .answering(let exchange) = state, exchange.isBegun, let context else { return }
    noteSent(bytes.readableBytes)
    context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    noteWritability()
  }

  func relayEnd(_ trailers: NIOHTTP1.HTTPHeaders?) {
    if case .tunnelling = state { return closeTunnel() }
    guard case .answering(var exchange) = state, exchange.isBegun else { return }
    exchange.relay = nil
    state = .answering(exchange)
    finish(trailers)
  }

  /// A reader that takes nothing for long is given up; the one who sends is told when it takes more.
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

  /// Answers with `head`, which has status 101, and takes HTTP out of the connection.
  func tunnel(_ head: HTTPResponseHead) {
    guard case .answering(let exchange) = state, let context, let upgraded = exchange.upgraded else { return cut() }
    // What the client has sent behind its offer was too much, and is lost.
    guard !hasPending else { return cut() }
    expectNothing()
    let end = exchange.relay ?? TaskTunnel(upgraded)
    var logged = exchange
    logged.record?.request.status = Int(head.status.code)
    log(logged, isComplete: true)
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    exchange.body.end(.success(()))
    state = .tunnelling(end)
    let (channel, pipeline) = (context.channel, context.pipeline.syncOperations)
    do {
      try pipeline.addHandler(TunnelHandler(receive: end.receive, flush: end.flush), position: .after(self))
    } catch {
      return cut()
    }
    // From the far end on, so that what the parser still holds comes last, and through no other.
    for codec in codecs.reversed() { pipeline.removeHandler(codec).whenFailure { _ in channel.close(promise: nil) } }
    readOn()
  }

  /// Ends a tunnel once what was written has left.
  func closeTunnel() {
    guard let context else { return }
    let channel = context.channel
    context.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
  }
}

extension HTTPResponseHead {
  /// Sets the fields that tell how long the answer is (RFC 9112 §6.3); true when only the end of the connection does.
  mutating func frame(for version: HTTPVersion, isHead: Bool) -> Bool {
    headers.remove(name: "Transfer-Encoding")
    guard status.mayHaveResponseBody else {
      if status != .notModified { headers.remove(name: "Content-Length") }
      return false
    }
    guard !headers.contains(name: "Content-Length"), !isHead else { return false }
    guard version == .http1_1 else { return version.isOlder }
    headers.add(name: "Transfer-Encoding", value: "chunked")
    return false
  }
}

extension HTTPRequestHead {
  /// What the client would go on with instead of HTTP; `nil` when it offers nothing.
  var offeredProtocols: [String]? {
    guard version == .http1_1, headers.contains(name: "upgrade"),
      headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" })
    else { return nil }
    let protocols = headers[canonicalForm: "upgrade"].map(String.init)
    return protocols.isEmpty ? nil : protocols
  }
}
