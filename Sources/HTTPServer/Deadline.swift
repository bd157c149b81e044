package import NIOCore

/// A time by which something must have happened: moved with every request, reached hardly ever.
///
/// Cancelling a scheduled task searches all of an event loop's. So one that is out of date is left to run, and finds out
/// then how long there still is. Confined to its event loop.
package final class Deadline {
  private let eventLoop: any EventLoop
  private let reached: () -> Void
  private var time: NIODeadline?
  /// When the next scheduled task runs.
  private var alarm: NIODeadline?

  /// `reached` is told when the time has come.
  package init(on eventLoop: any EventLoop, _ reached: @escaping () -> Void) {
    self.eventLoop = eventLoop
    self.reached = reached
  }

  package func set(within duration: Duration) {
    let time = eventLoop.now + TimeAmount(duration)
    self.time = time
    if let alarm, alarm <= time { return }
    schedule(time)
  }

  package func clear() { time = nil }

  private func schedule(_ time: NIODeadline) {
    alarm = time
    // Weak, so that what has ended is not kept by the tasks it has left.
    let bound = NIOLoopBound(Weak(self), eventLoop: eventLoop)
    eventLoop.scheduleTask(deadline: time) { bound.value.deadline?.ring(time) }
  }

  private func ring(_ scheduled: NIODeadline) {
    // An earlier one has been scheduled meanwhile, and has taken over.
    guard alarm == scheduled else { return }
    alarm = nil
    guard let time else { return }
    guard time <= eventLoop.now else { return schedule(time) }
    self.time = nil
    reached()
  }

  private struct Weak {
    weak var deadline: Deadline?
    init(_ deadline: Deadline) { self.deadline = deadline }
  }
}
