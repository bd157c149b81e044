import NIOCore
import Platform

/// Lets a listener have no more connections than its share, and rests it where the process has no descriptors left.
///
/// Those beyond it wait in the kernel's queue, and are accepted in their turn as others leave: a flood on a port costs
/// the callers of that port time, and those of the socket nothing. Confined to the listener's event loop.
final class AcceptGate: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias InboundOut = any Channel
  typealias OutboundIn = any Channel
  typealias OutboundOut = any Channel

  private let share: Int
  private let crowd: Crowd
  private var count = 0 {
    didSet { crowd.isDense = count > share * 3 / 4 }
  }
  private var isReadHeld = false
  private var isResting = false

  init(share: Int, _ crowd: Crowd) {
    self.share = share
    self.crowd = crowd
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

  /// Rests the listener for a moment.
  ///
  /// A connection that cannot be accepted, for want of descriptors or memory, stays, and the event loop is told of it
  /// over and over. Holding the next read is not enough: the failed one is still pending.
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
    // A listener that is closed meanwhile refuses, and has nothing to read.
    try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
  }
}

/// Whether a listener has little room left for further connections, known to those that it has.
final class Crowd: Sendable {
  private let state = Locked(false)

  var isDense: Bool {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
