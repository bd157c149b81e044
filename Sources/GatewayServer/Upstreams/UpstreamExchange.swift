import Extensions
import HTTP
import HTTPServer
import NIOCore
import NIOHTTP1

/// One request on its way to an upstream and its answer on the way back.
///
/// Confined to the client's event loop, on which
/// the upstream's connection is too.
///
/// ```
///   connecting ──▶ sending ──head──▶ answering ──end──▶ over
///        │            │                  └──101──▶ tunnel ──▶ over
///        └────────────┴── no connection, no answer: 502, 504, or once more where nothing can have been done
/// ```
final class UpstreamExchange: RelayEnd, UpstreamListener {
  private let client: RelayedExchange
  private let relay: UpstreamRelay
  private let pool: UpstreamPool
  private var upstream: UpstreamConnection?
  /// What the client sent before there was a connection; in one piece, however small those were in which it came.
  private var waiting = ByteBuffer()
  private var hasBody = false
  private var isRequestComplete = false
  private var trailers: HTTP.HTTPHeaders?
  private var isAnswered = false
  private var isOver = false
  private var isRetry = false
  /// For the time in which there is no connection.
  private var deadline: Deadline?
  private(set) var isTunnel = false

  /// Bytes of a body that are taken before there is a connection to send them on.
  private static let capacity = 64 << 10

  init(_ client: RelayedExchange, _ relay: UpstreamRelay) {
    self.client = client
    self.relay = relay
    pool = relay.pools.pool(of: client.eventLoop)
  }

  /// Whether the client does not take what has come from the upstream.
  var holdsAnswer: Bool { !isOver && !client.isWritable }

  func start() {
    if !isRetry, let kept = pool.take(relay.address) { return begin(on: kept) }
    if pool.openStream(relay.address, connected) { return }
    // A name may take long to be found.
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
    // A body may take its time; how long the client may pause in it, its connection knows.
    if isRequestComplete { sendEnd(on: connection) }
    client.readOn()
  }

  // What the client sends.

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

  // What the upstream answers.

  func answer(_ head: ResponseHead) {
    if head.status == .switchingProtocols {
      guard relay.takesUp(head) else {
        return abandon(.failed("malformed HTTP response: it switches to a protocol that was not asked for"))
      }
      upstream?.expectNothing()
      (isAnswered, isTunnel) = (true, true)
      relay.report(.answered(Int(head.status.code)))
      return client.tunnel(relay.tunnelled(head))
    }
    guard head.status.code >= 200 else {
      // They are in addition to the answer: one that the client does not read is not kept.
      if client.isWritable, let edited = relay.edited(head) { client.send(edited) }
      return
    }
    upstream?.expectNothing()
    // What is told of the answer is what the client gets.
    guard let edited = relay.edited(head) else {
      return abandon(.unfit("the backend attempted to redirect this request, which is not permitted"))
    }
    guard client.canTake(edited) else {
      return abandon(.unfit("the header of the answer is too long to be sent on over HTTP/2"))
    }
    isAnswered = true
    relay.report(.answered(Int(head.status.code)))
    client.send(edited)
  }

  func answer(_ bytes: ByteBuffer) {
    guard !isOver else { return }
    client.send(bytes)
    // Else it would wait for the end of what comes in, which is held back.
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

  /// A request has its own time; a tunnel of which the other end reads nothing would be held for ever.
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

  /// Whether the upstream has seen nothing of the request, for all that is known, and a second one does no harm.
  private func mayRepeat(after failure: UpstreamFailure, wasReused: Bool) -> Bool {
    guard !isAnswered, !isRetry, !hasBody else { return false }
    if case .refused = failure { return true }
    // It had been closed while it was kept.
    return wasReused && relay.isRepeatable
  }

  /// Ends without an answer of the upstream.
  func fail(_ failure: UpstreamFailure) {
    guard !isOver else { return }
    let isBegun = isAnswered
    end(.failed(failure))
    if isBegun { client.cut() } else { client.answer(failure.response) }
  }

  /// Answers with `failure` in place of what the upstream has begun to say.
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
