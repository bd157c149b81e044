import NIOCore
import Platform

/// Limits a listener to its share of connections, and pauses it while the process has no file descriptors left.
///
/// Further connections wait in the kernel's backlog and are accepted as others close, so a flood of connections to a
/// port delays the clients of that port, but not those of the unix socket. Confined to the listener's event loop.
final class AcceptGate: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias InboundOut = any Channel
  typealias OutboundIn = any Channel
  typealias OutboundOut = any Channel

  private let share: Int
  private let load: ListenerLoad
  private var count = 0 {
    didSet { load.isNearlyFull = count > share * 3 / 4 }
  }
  private var isReadHeld = false
  private var isResting = false

  init(share: Int, _ load: ListenerLoad) {
    self.share = share
    self.load = load
  }

  func read(context: ChannelHandlerContext) {
    if count < share { context.read() } else { isReadHeld = true }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    count += 1
    // Safe: both are used on the event loop only, which NIOLoopBound checks.
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
      bound.value.0.leave(bound.value.1)
    }
    context.fireChannelRead(data)
  }

  private func leave(_ context: ChannelHandlerContext) {
    count -= 1
    guard isReadHeld, count < share else { return }
    isReadHeld = false
    context.read()
  }

  /// Stops accepting for 200 ms.
  ///
  /// When accepting fails for want of descriptors or memory, the connection stays in the backlog, and the event loop
  /// reports it again and again. Holding back the next read is not enough, because the failed one is still pending.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is IOError, !isResting else { return context.fireErrorCaught(error) }
    isResting = true
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    setReading(false, context)
    context.eventLoop.scheduleTask(in: .milliseconds(200)) {
      let (gate, context) = bound.value
      gate.isResting = false
      gate.setReading(true, context)
    }
  }

  private func setReading(_ isOn: Bool, _ context: ChannelHandlerContext) {
    // Fails only if the listener has been closed in the meantime.
    try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
  }
}

/// Whether a listener is nearly full; shared with its connections.
final class ListenerLoad: Sendable {
  private let state = Locked(false)

  var isNearlyFull: Bool {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
