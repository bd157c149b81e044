import HTTP
import NIOCore
import NIOHTTP1

/// Sends one answer of the handler's, each piece of it once the one before has left.
///
/// So an answer is never further ahead of its reader than one piece and the kernel's buffer.
struct ResponseWriter: Sendable {
  var connection: NIOLoopBound<ConnectionHandler>
  var stall: Duration

  func write(_ response: HTTPResponse) async {
    var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status))
    for field in response.headers.fields { head.headers.add(name: field.name, value: field.value) }
    if response.status == 101 { return await tunnel(head, response.body) }
    // A body of unknown length may take long to begin, as that of a watch; the reader learns now that it will.
    let (isLong, complete) = (!head.headers.contains(name: "Content-Length"), head)
    guard let isHead = await onLoop({ $0.begin(complete, flushing: isLong) ? $0.answersHead : nil }) else { return }
    do {
      if !isHead {
        for try await piece in response.body { try await send(piece, asBody: true) }
      }
      await onLoop { $0.finish() }
    } catch {
      await onLoop { $0.cut() }
    }
  }

  private func tunnel(_ head: HTTPResponseHead, _ body: HTTPBody) async {
    await onLoop { $0.tunnel(head) }
    do {
      for try await piece in body { try await send(piece, asBody: false) }
      await onLoop { $0.closeTunnel() }
    } catch {
      await onLoop { $0.cut() }
    }
  }

  private func send(_ piece: [UInt8], asBody: Bool) async throws {
    let (connection, stall) = (connection, stall)
    try await connection.eventLoop.flatSubmit {
      connection.value.send(ByteBuffer(bytes: piece), asBody: asBody, within: stall)
    }.get()
  }

  private func onLoop<Result: Sendable>(_ work: @escaping @Sendable (ConnectionHandler) -> Result) async -> Result {
    let connection = connection
    return await withCheckedContinuation { continuation in
      connection.eventLoop.execute { continuation.resume(returning: work(connection.value)) }
    }
  }
}

extension ConnectionHandler {
  /// Whether only a head is wanted; `nil` when there is nothing to answer.
  fileprivate var answersHead: Bool? {
    guard case .answering(let exchange) = state else { return nil }
    return exchange.isHead
  }

  /// Sends a piece; the connection ends when none of it is taken for `stall`.
  fileprivate func send(_ piece: ByteBuffer, asBody: Bool, within stall: Duration) -> EventLoopFuture<Void> {
    guard let context else { return eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
    noteSent(piece.readableBytes)
    let channel = context.channel
    let alarm = context.eventLoop.scheduleTask(in: TimeAmount(stall)) { channel.close(promise: nil) }
    let data = asBody ? wrapOutboundOut(.body(.byteBuffer(piece))) : NIOAny(piece)
    let sent = context.writeAndFlush(data)
    sent.whenComplete { _ in alarm.cancel() }
    return sent
  }
}
