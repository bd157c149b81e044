import Extensions
import HTTP
import HTTPServer
import NIOCore
import NIOHTTP1

/// One request to an upstream and its response.
///
/// Confined to the client's event loop, which is also that of the upstream's connection.
///
/// ```
///   connecting ──▶ sending ──head──▶ answering ──end──▶ over
///        │            │                  └──101──▶ tunnel ──▶ over
///        └────────────┴── no connection or no response: 502 or 504, or one retry if that is safe
/// ```
final class UpstreamExchange: RelayEnd, UpstreamListener {
  private let client: RelayedExchange
  private let relay: UpstreamRelay
  private let pool: UpstreamPool
  private var upstream: UpstreamConnection?
  /// What the client sent before there was a connection, in one buffer, because it may arrive in many small pieces.
  private var waiting = ByteBuffer()
  private var hasBody = false
  private var isRequestComplete = false
  private var trailers: HTTP.HTTPHeaders?
  private var isAnswered = false
  private var isOver = false
  private var isRetry = false
  /// The timeout for making a connection.
  private var deadline: Deadline?
  private(set) var isTunnel = false

  /// Bytes of a body that are buffered before there is a connection.
  private static let capacity = 64 << 10

  init(_ client: RelayedExchange, _ relay: UpstreamRelay) {
    self.client = client
    self.relay = relay
    pool = relay.pools.pool(of: client.eventLoop)
  }

  /// Whether the client does not take what the upstream has sent.
  var holdsAnswer: Bool { !isOver && !client.isWritable }

  func start() {
    if !isRetry, let kept = pool.take(relay.address) { return begin(on: kept) }
    if pool.openStream(relay.address, connected) { return }
    // Resolving a name may take long.
    let deadline = Deadline(on: client.eventLoop) { [weak self] in self?.answerIsLate() }
    deadline.set(within: pool.settings.answerTimeout)
    self.deadline = deadline
    pool.connect(relay.address, connected)
  }

  private func connected(_ result: Result<UpstreamConnection, UpstreamFailure>) {
    switch result {
    case .success(let connection):
      begin(on: connection)
      connection.flush()
    case .failure(let failure): fail(failure)
    }
  }

  private func begin(on connection: UpstreamConnection) {
    guard !isOver else { return connection.close() }
    deadline = nil
    upstream = connection
    connection.attach(self)
    connection.send(relay)
    if waiting.readableBytes > 0 { connection.send(waiting) }
    waiting = ByteBuffer()
    // The timeout for the response begins after the request; until then the client's connection has its own for the
    // body.
    if isRequestComplete { sendEnd(on: connection) }
    client.readOn()
  }

  // Calls from the client's connection.

  var isFull: Bool {
    if let upstream { return !upstream.isWritable }
    return waiting.readableBytes >= Self.capacity
  }

  func receive(_ bytes: ByteBuffer) {
    hasBody = true
    if let upstream { upstream.send(bytes) } else { waiting.writeImmutableBuffer(bytes) }
  }

  func receiveEnd(_ trailers: HTTP.HTTPHeaders?) {
    isRequestComplete = true
    self.trailers = trailers.map { UpstreamRelay.passedOn($0) }
    if let upstream { sendEnd(on: upstream) }
  }

  private func sendEnd(on connection: UpstreamConnection) {
    connection.sendEnd(trailers)
    if !isAnswered { connection.expectAnswer(within: pool.settings.answerTimeout) }
  }

  func bodyHasStopped() {
    let problem: UpstreamFailure = .timedOut("the upstream has stopped reading the request")
    if isFull, !isAnswered { abandon(problem) } else { client.cut() }
  }

  func flush() { upstream?.flush() }

  func clientIsWritable() { upstream?.readOn() }

  func clientIsGone() {
    guard !isOver else { return }
    end(isAnswered ? .finished : .abandoned)
    isTunnel ? upstream?.finishTunnel() : upstream?.close()
    upstream = nil
  }

  // Calls from the upstream's connection.

  func answer(_ head: ResponseHead) {
    if head.status == .switchingProtocols {
      guard relay.acceptsUpgrade(head) else {
        return abandon(.failed("malformed HTTP response: it switches to a protocol that was not asked for"))
      }
      upstream?.expectNothing()
      (isAnswered, isTunnel) = (true, true)
      relay.report(.answered(Int(head.status.code)))
      return client.tunnel(relay.tunnelled(head))
    }
    guard head.status.code >= 200 else {
      // Informational responses are optional: if the client does not read, they are dropped and not buffered.
      if client.isWritable, let edited = relay.edited(head) { client.send(edited) }
      return
    }
    upstream?.expectNothing()
    // Reports describe what the client receives.
    guard let edited = relay.edited(head) else {
      return abandon(.notForwarded("the backend attempted to redirect this request, which is not permitted"))
    }
    guard client.canTake(edited) else {
      return abandon(.notForwarded("the header of the answer is too long to be sent on over HTTP/2"))
    }
    isAnswered = true
    relay.report(.answered(Int(head.status.code)))
    client.send(edited)
  }

  func answer(_ bytes: ByteBuffer) {
    guard !isOver else { return }
    client.send(bytes)
    // Otherwise the flush would wait for the end of the read, which is paused.
    if !client.isWritable { client.flush() }
  }

  func answerEnd(_ trailers: HTTP.HTTPHeaders?) {
    guard !isOver else { return }
    end(.finished)
    upstream = nil
    client.finish(trailers.map { UpstreamRelay.passedOn($0) })
  }

  func flushAnswer() { client.flush() }

  func upstreamIsWritable() {
    if isTunnel { upstream?.expectNothing() }
    client.readOn()
  }

  /// A request has its own timeout; a tunnel whose upstream reads nothing would stay open for ever.
  func upstreamIsFull() {
    if isTunnel { upstream?.expectAnswer(within: pool.settings.stall) }
  }

  /// The connection has ended before the exchange has.
  func connectionHasEnded(_ failure: UpstreamFailure, wasReused: Bool) {
    guard !isOver else { return }
    upstream = nil
    if isTunnel {
      end(.finished)
      return client.finish()
    }
    guard mayRepeat(after: failure, wasReused: wasReused) else { return fail(failure) }
    isRetry = true
    start()
  }

  /// Whether the request can be sent again: the upstream has done nothing with it, as far as is known, or repeating it
  /// is harmless.
  private func mayRepeat(after failure: UpstreamFailure, wasReused: Bool) -> Bool {
    guard !isAnswered, !isRetry, !hasBody else { return false }
    if case .refused = failure { return true }
    // The upstream may have closed the connection while it was idle.
    return wasReused && relay.isRepeatable
  }

  /// Ends the exchange without a response of the upstream.
  func fail(_ failure: UpstreamFailure) {
    guard !isOver else { return }
    let isBegun = isAnswered
    end(.failed(failure))
    if isBegun { client.cut() } else { client.answer(failure.response) }
  }

  /// Answers with `failure` in place of the response that the upstream has begun.
  private func abandon(_ failure: UpstreamFailure) {
    isAnswered = false
    upstream?.close()
    upstream = nil
    fail(failure)
  }

  func answerIsLate() {
    upstream?.close()
    upstream = nil
    fail(.timedOut("no answer within \(pool.settings.answerTimeout.components.seconds) seconds"))
  }

  private func end(_ outcome: UpstreamRelay.Outcome) {
    isOver = true
    deadline = nil
    waiting = ByteBuffer()
    relay.report(outcome)
  }
}
