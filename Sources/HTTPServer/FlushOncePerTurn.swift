package import NIOCore

/// Flushes once for all that the streams write in one turn of the event loop: in one TLS record, with one system call.
package final class FlushOncePerTurn: ChannelOutboundHandler {
  package typealias OutboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  private var isScheduled = false

  package init() {}

  package func flush(context: ChannelHandlerContext) {
    guard !isScheduled else { return }
    isScheduled = true
    // Safe: both are used on the event loop only, which NIOLoopBound checks.
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.execute {
      let (handler, context) = bound.value
      handler.sendAll(context)
    }
  }

  package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    sendAll(context)
    context.close(mode: mode, promise: promise)
  }

  private func sendAll(_ context: ChannelHandlerContext) {
    guard isScheduled else { return }
    isScheduled = false
    context.flush()
  }
}
