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
  /// The one whose scheduled task serves this one too.
  private let group: DeadlineGroup?

  /// `reached` is told when the time has come.
  package convenience init(on eventLoop: any EventLoop, _ reached: @escaping () -> Void) {
    self.init(on: eventLoop, in: nil, reached)
  }

  /// One of `group`, if that is given.
  package init(on eventLoop: any EventLoop, in group: DeadlineGroup?, _ reached: @escaping () -> Void) {
    self.eventLoop = eventLoop
    self.group = group
    self.reached = reached
  }

  package func set(within duration: Duration) {
    let time = eventLoop.now + TimeAmount(duration)
    self.time = time
    if let group { return group.add(self, time) }
    if let alarm, alarm <= time { return }
    schedule(time)
  }

  package func clear() {
    guard time != nil else { return }
    time = nil
    group?.remove(self)
  }

  /// Rings if the time has come; otherwise tells when it will have.
  fileprivate func ringIfReached() -> NIODeadline? {
    guard let time, time <= eventLoop.now else { return time }
    clear()
    reached()
    return nil
  }

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

/// Deadlines of many that come and go fast, such as streams: one scheduled task serves all of them.
///
/// Otherwise each would leave one behind, and an event loop with many of them is slow to cancel any other.
package final class DeadlineGroup {
  private let eventLoop: any EventLoop
  private var members: [ObjectIdentifier: Deadline] = [:]
  private var alarm: Deadline?
  private var next = NIODeadline.distantFuture

  package init(on eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  fileprivate func add(_ deadline: Deadline, _ time: NIODeadline) {
    members[ObjectIdentifier(deadline)] = deadline
    if time < next { schedule(time) }
  }

  fileprivate func remove(_ deadline: Deadline) { members[ObjectIdentifier(deadline)] = nil }

  private func schedule(_ time: NIODeadline) {
    next = time
    let alarm = alarm ?? Deadline(on: eventLoop) { [weak self] in self?.ring() }
    self.alarm = alarm
    alarm.set(within: .nanoseconds((time - eventLoop.now).nanoseconds))
  }

  private func ring() {
    next = .distantFuture
    let times = members.values.compactMap { $0.ringIfReached() }
    if let first = times.min() { schedule(first) }
  }
}
