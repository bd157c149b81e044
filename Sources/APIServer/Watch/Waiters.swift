import KubernetesAPI
import Platform

/// What a watch finds when it looks.
enum News: Sendable {
  /// Events up to a version, or none by the time it was given.
  case events([WatchedChange], upTo: Int)
  /// The place where it was is no longer remembered.
  case forgotten(oldest: Int)
}

/// The watches that have seen everything and wait, by collection.
///
/// A wait is an entry here and nothing else: no task and no timer, which would outlive it. The thread
/// that calls `wakeOverdue` ends waits at their deadlines.
final class Waiters: Sendable {
  private struct Waiter {
    var filter: ObjectFilter
    var deadline: ContinuousClock.Instant
    var wake: CheckedContinuation<Int?, Never>
  }

  private struct State {
    var waiters: [String: [Int: Waiter]] = [:]
    var lastID = 0
    /// When the next deadline may have come; never later than that.
    var nextLook: ContinuousClock.Instant?
  }

  private let state = Locked(State())

  /// How many wait.
  var count: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

  /// Waits for a change of the selected objects; the version to look after, or `nil` when there is none.
  ///
  /// Changes of other objects do not wake. `isCurrent` is asked when no change can be missed any more.
  /// `expect` is called when `wakeOverdue` has to be earlier than it knows.
  func wait(
    for filter: ObjectFilter, until deadline: ContinuousClock.Instant,
    unless isCurrent: @Sendable () -> Bool, expect: @Sendable () -> Void
  ) async -> Int? {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waiter = Waiter(filter: filter, deadline: deadline, wake: continuation)
        let (isWaiting, isEarliest) = enter(waiter, id, unless: isCurrent)
        if !isWaiting { continuation.resume(returning: nil) }
        if isEarliest { expect() }
      }
    } onCancel: {
      cancel(id, in: filter.type.collection)
    }
  }

  private func enter(
    _ waiter: Waiter, _ id: Int, unless isCurrent: @Sendable () -> Bool
  ) -> (isWaiting: Bool, isEarliest: Bool) {
    state.withLock { state in
      // A cancellation that came first found no waiter to resume.
      guard !Task.isCancelled, isCurrent() else { return (false, false) }
      state.waiters[waiter.filter.type.collection, default: [:]][id] = waiter
      if let look = state.nextLook, look <= waiter.deadline { return (true, false) }
      state.nextLook = waiter.deadline
      return (true, true)
    }
  }

  private func cancel(_ id: Int, in collection: String) {
    state.withLock { $0.waiters[collection]?.removeValue(forKey: id) }?.wake.resume(returning: nil)
  }

  /// Resumes the waiters whose filter `change` passes.
  func announce(_ change: StoredChange) {
    let concerned = state.withLock { state in
      let all = state.waiters[change.collection] ?? [:]
      let concerned = all.filter { $0.value.filter.view(of: change) != nil }
      for id in concerned.keys { state.waiters[change.collection]?[id] = nil }
      return concerned.values.map(\.wake)
    }
    for wake in concerned { wake.resume(returning: change.version - 1) }
  }

  /// Resumes all who wait for objects of `collection`, which is not served any more.
  func wakeAll(in collection: String) {
    let all = state.withLock { $0.waiters.removeValue(forKey: collection) ?? [:] }
    for waiter in all.values { waiter.wake.resume(returning: nil) }
  }

  /// Resumes the waiters whose deadline has passed; returns how long it is until the next deadline.
  func wakeOverdue(at now: ContinuousClock.Instant = .now) -> Duration? {
    let (overdue, rest) = state.withLock { state -> ([CheckedContinuation<Int?, Never>], Duration?) in
      guard let look = state.nextLook else { return ([], nil) }
      guard look <= now else { return ([], look - now) }
      var overdue: [CheckedContinuation<Int?, Never>] = []
      for (collection, waiters) in state.waiters {
        for (id, waiter) in waiters where waiter.deadline <= now {
          overdue.append(waiter.wake)
          state.waiters[collection]?[id] = nil
        }
      }
      state.nextLook = state.waiters.values.flatMap { $0.values.map(\.deadline) }.min()
      return (overdue, state.nextLook.map { $0 - now })
    }
    for wake in overdue { wake.resume(returning: nil) }
    return rest
  }
}

extension API {
  /// How many events are taken at a time; the reader comes back for the rest.
  private static let batch = 64

  /// What happened to the selected objects after `version`, waiting until something has or `deadline` comes.
  nonisolated func news(
    after version: Int, for filter: ObjectFilter, until deadline: ContinuousClock.Instant
  ) async -> News {
    let news = look(after: version, for: filter)
    guard case .events(let events, let seen) = news, events.isEmpty else { return news }
    guard ContinuousClock.now < deadline, !Task.isCancelled else { return news }
    let (registry, executor) = (registry, executor)
    let change = await waiters.wait(
      for: filter, until: deadline, unless: { registry.withLock { $0.version } == seen },
      expect: { executor.wake() })
    // A change is announced after it can be read: one that wakes may have been seen before the wait.
    return look(after: max(change ?? seen, seen), for: filter)
  }

  private nonisolated func look(after version: Int, for filter: ObjectFilter) -> News {
    registry.withLock { registry in
      // Under the lock: a slice of the history that is held makes the next write copy all of it.
      guard let changes = registry.history.changes(after: version) else {
        return .forgotten(oldest: registry.history.oldest)
      }
      var events: [WatchedChange] = []
      for change in changes {
        guard let event = filter.view(of: change) else { continue }
        events.append(event)
        if events.count == Self.batch { return .events(events, upTo: change.version) }
      }
      return .events(events, upTo: registry.version)
    }
  }
}
