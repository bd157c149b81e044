import HTTP
import HTTPServer
import NIOCore
import NIOHPACK
import NIOHTTP1

/// A request to an upstream for its status only.
///
/// Confined to an event loop.
final class UpstreamProbe: UpstreamListener {
  let holdsAnswer = false
  let isTunnel = false

  private let promise: EventLoopPromise<Int>
  private var connection: UpstreamConnection?
  private var isOver = false

  private init(_ promise: EventLoopPromise<Int>) {
    self.promise = promise
  }

  /// The status of the response of `address` to a GET of `path`, within `time`.
  static func status(
    of path: String, at address: UpstreamAddress, _ pools: UpstreamPools, on eventLoop: any EventLoop,
    within time: Duration
  ) async throws(UpstreamFailure) -> Int {
    let status = eventLoop.flatSubmit {
      let probe = UpstreamProbe(eventLoop.makePromise(of: Int.self))
      probe.start(path, address, pools.pool(of: eventLoop), time)
      return probe.promise.futureResult
    }
    do {
      return try await status.get()
    } catch {
      throw UpstreamFailure(error)
    }
  }

  private func start(_ path: String, _ address: UpstreamAddress, _ pool: UpstreamPool, _ time: Duration) {
    let bound = NIOLoopBound(self, eventLoop: pool.eventLoop)
    let alarm = pool.eventLoop.scheduleTask(in: TimeAmount(time)) {
      bound.value.finish(.failure(.timedOut("no answer within \(time)")))
    }
    promise.futureResult.whenComplete { _ in alarm.cancel() }
    pool.connect(address) { result in
      switch result {
      case .failure(let failure): self.finish(.failure(failure))
      case .success(let connection): self.ask(path, connection)
      }
    }
  }

  private func ask(_ path: String, _ connection: UpstreamConnection) {
    guard !isOver else { return connection.close() }
    self.connection = connection
    connection.attach(self)
    connection.send(Head(path: path, host: connection.address.authority))
    connection.sendEnd()
    connection.flush()
  }

  private struct Head: UpstreamHead {
    var path: String
    var host: String

    let method = HTTPRequest.Method.get
    let isChunked = false
    private static let agent = "ksxd health check"

    func write(to buffer: inout ByteBuffer) -> Bool {
      buffer.writeRequestLine("GET", path)
        && buffer.writeFields(["Host": host, "User-Agent": Self.agent, "Connection": "close"])
    }

    func block() -> HPACKHeaders? {
      var block = HPACKHeaders("GET", path, at: host, isEncrypted: true)
      return block.add(["User-Agent": Self.agent]) ? block : nil
    }
  }

  func answer(_ head: ResponseHead) {
    if head.status.code >= 200 || head.status == .switchingProtocols { finish(.success(Int(head.status.code))) }
  }

  private func finish(_ result: Result<Int, UpstreamFailure>) {
    guard !isOver else { return }
    isOver = true
    promise.completeWith(result.mapError { $0 as any Error })
    connection?.close()
    connection = nil
  }

  func answer(_ bytes: ByteBuffer) {}
  func answerEnd(_ trailers: HTTP.HTTPHeaders?) {}
  func flushAnswer() {}
  func upstreamIsWritable() {}
  func upstreamIsFull() {}

  func answerIsLate() {}

  func connectionHasEnded(_ failure: UpstreamFailure, wasReused: Bool) {
    finish(.failure(failure))
  }
}
