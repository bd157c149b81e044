import HTTP
import NIOCore
import NIOHTTP1

/// Sends one response of the handler, each piece once the one before has been sent.
///
/// So a response is never further ahead of its reader than one piece and the kernel's buffer.
struct ResponseWriter: Sendable {
  var connection: NIOLoopBound<ConnectionHandler>
  var stall: Duration

  func write(_ response: HTTPResponse) async {
    let head = ResponseHead(HTTPResponseStatus(statusCode: response.status), response.headers)
    if response.status == 101 { return await tunnel(head, response.body) }
    // A body of unknown length, such as a watch, may begin much later, so the head is flushed at once.
    let isLong = head.headers["Content-Length"] == nil
    guard let isHead = await onLoop({ $0.begin(head, flushing: isLong) ? $0.answersHead : nil }) else { return }
    do {
      if !isHead {
        for try await piece in response.body { try await send(piece, asBody: true) }
      }
      await onLoop { $0.finish() }
    } catch {
      await onLoop { $0.cut() }
    }
  }

  private func tunnel(_ head: ResponseHead, _ body: HTTPBody) async {
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
  /// Whether the response has no body because the method is HEAD; `nil` if there is nothing to answer any more.
  fileprivate var answersHead: Bool? {
    guard case .answering(let exchange) = state else { return nil }
    return exchange.isHead
  }

  /// Sends a piece; the connection is closed if that takes longer than `stall`.
  fileprivate func send(_ piece: ByteBuffer, asBody: Bool, within stall: Duration) -> EventLoopFuture<Void> {
    guard let context else { return eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
    noteSent(piece.readableBytes)
    let channel = context.channel
    let alarm = context.eventLoop.scheduleTask(in: TimeAmount(stall)) { channel.close(promise: nil) }
    let sent = eventLoop.makePromise(of: Void.self)
    sent.futureResult.whenComplete { _ in alarm.cancel() }
    if asBody {
      codec.write(piece, to: context)
      codec.flush(context, promise: sent)
    } else {
      context.writeAndFlush(NIOAny(piece), promise: sent)
    }
    return sent.futureResult
  }
}
