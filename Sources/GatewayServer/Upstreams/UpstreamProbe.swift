import HTTP
import HTTPServer
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOPosix

/// A request of the gateway's own to an upstream: for the status only, or for a response of a bounded length.
///
/// Confined to an event loop.
final class UpstreamProbe: UpstreamListener {
  let holdsAnswer = false
  let isTunnel = false

  struct Answer: Hashable, Sendable {
    var status: Int
    var headers: HTTP.HTTPHeaders
    var bytes: [UInt8] = []
  }

  private let promise: EventLoopPromise<Answer>
  /// The most bytes of a body; `nil` if only the status is asked for.
  private let limit: Int?
  private var received: Answer?
  private var connection: UpstreamConnection?
  private var isOver = false

  private init(_ promise: EventLoopPromise<Answer>, upTo limit: Int?) {
    self.promise = promise
    self.limit = limit
  }

  /// The status of the response of `address` to a GET of `path`, within `time`.
  static func status(
    of path: String, at address: UpstreamAddress, _ pools: UpstreamPools, on eventLoop: any EventLoop,
    within time: Duration
  ) async throws(UpstreamFailure) -> Int {
    let head = Head(path: path, host: address.authority, headers: ["User-Agent": "ksxd health check"])
    return try await answer(to: head, at: address, pools, on: eventLoop, within: time, upTo: nil).status
  }

  /// The whole response to a GET of `path` with `headers`, within `time`; it fails if the body is longer than `limit`.
  static func answer(
    to path: String, _ headers: HTTP.HTTPHeaders, at address: UpstreamAddress, _ pools: UpstreamPools,
    within time: Duration, upTo limit: Int
  ) async throws(UpstreamFailure) -> Answer {
    let head = Head(path: path, host: address.authority, headers: headers)
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    return try await answer(to: head, at: address, pools, on: eventLoop, within: time, upTo: limit)
  }

  private static func answer(
    to head: Head, at address: UpstreamAddress, _ pools: UpstreamPools, on eventLoop: any EventLoop,
    within time: Duration, upTo limit: Int?
  ) async throws(UpstreamFailure) -> Answer {
    let answer = eventLoop.flatSubmit {
      let probe = UpstreamProbe(eventLoop.makePromise(of: Answer.self), upTo: limit)
      probe.start(head, address, pools.pool(of: eventLoop), time)
      return probe.promise.futureResult
    }
    do {
      return try await answer.get()
    } catch {
      throw UpstreamFailure(error)
    }
  }

  private func start(_ head: Head, _ address: UpstreamAddress, _ pool: UpstreamPool, _ time: Duration) {
    let bound = NIOLoopBound(self, eventLoop: pool.eventLoop)
    let alarm = pool.eventLoop.scheduleTask(in: TimeAmount(time)) {
      bound.value.finish(.failure(.timedOut("no answer within \(time)")))
    }
    promise.futureResult.whenComplete { _ in alarm.cancel() }
    pool.connect(address) { result in
      switch result {
      case .failure(let failure): self.finish(.failure(failure))
      case .success(let connection): self.ask(head, connection)
      }
    }
  }

  private func ask(_ head: Head, _ connection: UpstreamConnection) {
    guard !isOver else { return connection.close() }
    self.connection = connection
    connection.attach(self)
    connection.send(head)
    connection.sendEnd()
    connection.flush()
  }

  private struct Head: UpstreamHead {
    var path: String
    var host: String
    var headers: HTTP.HTTPHeaders

    let method = HTTPRequest.Method.get
    let isChunked = false

    func write(to buffer: inout ByteBuffer) -> Bool {
      var fields = headers
      fields.add("Connection", "close")
      return buffer.writeRequestLine("GET", path) && buffer.writeField("Host", host) && buffer.writeFields(fields)
    }

    func block() -> HPACKHeaders? {
      var block = HPACKHeaders("GET", path, at: host, isEncrypted: true)
      return block.add(headers) ? block : nil
    }
  }

  func answer(_ head: ResponseHead) {
    let answer = Answer(status: Int(head.status.code), headers: head.headers)
    guard answer.status >= 200 || head.status == .switchingProtocols else { return }
    if limit == nil || head.status == .switchingProtocols { finish(.success(answer)) } else { received = answer }
  }

  private func finish(_ result: Result<Answer, UpstreamFailure>) {
    guard !isOver else { return }
    isOver = true
    promise.completeWith(result.mapError { $0 as any Error })
    connection?.close()
    connection = nil
  }

  func answer(_ bytes: ByteBuffer) {
    guard !isOver, let limit else { return }
    received?.bytes += bytes.readableBytesView
    if let received, received.bytes.count > limit {
      finish(.failure(.notForwarded("the answer is longer than \(limit) bytes")))
    }
  }

  func answerEnd(_ trailers: HTTP.HTTPHeaders?) {
    if let received { finish(.success(received)) }
  }

  func flushAnswer() {}
  func upstreamIsWritable() {}
  func upstreamIsFull() {}

  func answerIsLate() {}

  func connectionHasEnded(_ failure: UpstreamFailure, wasReused: Bool) {
    finish(.failure(failure))
  }
}
