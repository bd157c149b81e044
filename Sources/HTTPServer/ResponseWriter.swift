import HTTP
import NIOCore
import NIOHTTP1

/// Sends one answer but for its end, each piece of it once the one before has left.
///
/// So an answer is never further ahead of its reader than one piece and the kernel's buffer.
struct ResponseWriter: Sendable {
  var channel: any Channel
  /// Whether the connection ends with this answer.
  var isLast: Bool
  var stall: Duration

  /// True when only the end is left to be sent; otherwise the connection is of no use any more.
  func write(_ response: HTTPResponse, isHead: Bool) async -> Bool {
    var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status))
    for field in response.headers.fields { head.headers.add(name: field.name, value: field.value) }
    if isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
    do {
      if head.headers.contains(name: "Content-Length") {
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
      } else {
        // The body may take long to begin, as that of a watch; the reader learns now that it will.
        try await send(.head(head))
      }
      if !isHead {
        for try await piece in response.body { try await send(.body(.byteBuffer(ByteBuffer(bytes: piece)))) }
      }
      return true
    } catch {
      return false
    }
  }

  private func send(_ part: HTTPServerResponsePart) async throws {
    let channel = channel
    let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(stall)) { channel.close(promise: nil) }
    defer { alarm.cancel() }
    try await channel.writeAndFlush(part).get()
  }
}
