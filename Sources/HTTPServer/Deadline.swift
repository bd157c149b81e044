package import NIOCore

/// A timeout that is moved with every request and rarely reached.
///
/// Cancelling a scheduled task searches all tasks of the event loop. So an outdated task is not cancelled: when it
/// runs, it schedules itself again for the time that is left. Confined to its event loop.
package final class Deadline {
  private let eventLoop: any EventLoop
  private let reached: () -> Void
  private var time: NIODeadline?
  /// When the next scheduled task runs.
  private var taskTime: NIODeadline?
  /// The group whose scheduled task serves this deadline too.
  private let group: DeadlineGroup?

  /// Calls `reached` when the time has come.
  package convenience init(on eventLoop: any EventLoop, _ reached: @escaping () -> Void) {
    self.init(on: eventLoop, in: nil, reached)
  }

  /// A deadline of `group`, or one with scheduled tasks of its own if that is `nil`.
  package init(on eventLoop: any EventLoop, in group: DeadlineGroup?, _ reached: @escaping () -> Void) {
    self.eventLoop = eventLoop
    self.group = group
    self.reached = reached
  }

  /// Sets the deadline, in place of an earlier one.
  package func set(within duration: Duration) {
    let time = eventLoop.now + TimeAmount(duration)
    self.time = time
    if let group { return group.add(self, time) }
    if let taskTime, taskTime <= time { return }
    schedule(time)
  }

  package func clear() {
    guard time != nil else { return }
    time = nil
    group?.remove(self)
  }

  /// Calls `reached` if the time has come; otherwise returns the time, if one is set.
  fileprivate func callIfReached() -> NIODeadline? {
    guard let time, time <= eventLoop.now else { return time }
    clear()
    reached()
    return nil
  }

  private func schedule(_ time: NIODeadline) {
    taskTime = time
    // Weak, so that the scheduled task does not keep a deadline that is no longer used.
    let bound = NIOLoopBound(Weak(self), eventLoop: eventLoop)
    eventLoop.scheduleTask(deadline: time) { bound.value.deadline?.taskRan(time) }
  }

  private func taskRan(_ scheduled: NIODeadline) {
    // Replaced by a task for an earlier time.
    guard taskTime == scheduled else { return }
    taskTime = nil
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

/// Deadlines of many short-lived things, such as streams, served by one scheduled task.
///
/// Otherwise each would leave a task behind, and cancelling a task is slow on an event loop that has many.
package final class DeadlineGroup {
  private let eventLoop: any EventLoop
  private var members: [ObjectIdentifier: Deadline] = [:]
  private var timer: Deadline?
  /// When `timer` is reached.
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
    let timer = timer ?? Deadline(on: eventLoop) { [weak self] in self?.callReached() }
    self.timer = timer
    timer.set(within: .nanoseconds((time - eventLoop.now).nanoseconds))
  }

  private func callReached() {
    next = .distantFuture
    let times = members.values.compactMap { $0.callIfReached() }
    if let first = times.min() { schedule(first) }
  }
}
