import KubernetesAPI
import Platform

/// The result of reading the history for a watch.
enum WatchResult: Sendable {
  /// Events up to a version; empty if none occurred in the given time.
  case events([WatchedChange], upTo: Int)
  /// The history no longer contains the position of the watch.
  case expired(oldest: Int)
}

/// The watches that have sent all events and wait, by collection.
///
/// A wait is only an entry here: there is no task and no timer that could outlive it. The thread that calls
/// `wakeOverdue` ends waits at their deadlines.
final class Waiters: Sendable {
  private struct Waiter {
    var filter: ObjectFilter
    var deadline: ContinuousClock.Instant
    var wake: CheckedContinuation<Int?, Never>
  }

  private struct State {
    var waiters: [String: [Int: Waiter]] = [:]
    var lastID = 0
    /// A time that is not later than the next deadline.
    var nextLook: ContinuousClock.Instant?
  }

  private let state = Locked(State())

  /// The number of waiting watches.
  var count: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

  /// Waits for a change of the selected objects; returns the version before it, or `nil` if the wait ended without one.
  ///
  /// Changes of other objects do not end the wait. `isCurrent` is called under the lock, so that no change is missed.
  /// `expect` is called if `wakeOverdue` must run earlier than it has announced.
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
      // An earlier cancellation found no waiter to resume.
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

  /// Resumes all waiters for objects of `collection`, which is no longer served.
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
  /// The most events in one result; the watch reads again for the rest.
  private static let batch = 64

  /// The events of the selected objects after `version`; waits until there is one or `deadline` has passed.
  nonisolated func news(
    after version: Int, for filter: ObjectFilter, until deadline: ContinuousClock.Instant
  ) async -> WatchResult {
    let news = look(after: version, for: filter)
    guard case .events(let events, let seen) = news, events.isEmpty else { return news }
    guard ContinuousClock.now < deadline, !Task.isCancelled else { return news }
    let (registry, executor) = (registry, executor)
    let change = await waiters.wait(
      for: filter, until: deadline, unless: { registry.withLock { $0.version } == seen },
      expect: { executor.wake() })
    // A change is announced after it can be read, so the one that ended the wait may have been seen before.
    return look(after: max(change ?? seen, seen), for: filter)
  }

  private nonisolated func look(after version: Int, for filter: ObjectFilter) -> WatchResult {
    registry.withLock { registry in
      // Under the lock, because a slice of the history that is kept makes the next write copy all of it.
      guard let changes = registry.history.changes(after: version) else {
        return .expired(oldest: registry.history.compactedVersion)
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
