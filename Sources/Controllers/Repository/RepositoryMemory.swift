import Platform

/// When each repository may be read again; kept for the life of this process.
///
/// A sync without changes writes nothing, so its time is known only here.
final class RepositoryMemory: Sendable {
  private struct Sync {
    /// `RepositoryVisit.syncKey` of the last sync, which changes with the spec.
    var syncKey: String
    var next: ContinuousClock.Instant
    var failures: Int
    /// How many readings in a row had to be repeated because `readSoon` was called in the meantime.
    var repeats = 0
  }

  /// The extensions that repositories could not publish because of another repository.
  let nameConflicts = NameConflicts()
  private let syncs = Locked<[String: Sync]>([:])
  /// When the servers of repository images became ready, by the UID of the repository.
  private let ready = Locked<[String: ContinuousClock.Instant]>([:])
  /// For `time` after a server became ready, failed readings are repeated after `pause`: it takes a moment until
  /// requests reach the server.
  private static let startup = (time: Duration.seconds(30), pause: Duration.seconds(1))

  /// Records that the server of `uid` is ready: after a failure the repository is read at once, and for a while every
  /// second.
  func serverBecameReady(_ uid: String) {
    ready.withLock { $0[uid] = .now }
    syncs.withLock { syncs in if let sync = syncs[uid], sync.failures > 0 { syncs[uid]?.next = .now } }
  }

  /// The first and the last call of `readSoon` for each repository since it was last read.
  private let pendingReads = Locked<[String: (first: ContinuousClock.Instant, last: ContinuousClock.Instant)]>([:])
  /// Several calls of `readSoon` within a short time cause one reading, which is delayed by at most `longest`.
  private static let coalescing = (pause: Duration.seconds(1), longest: Duration.seconds(5))

  /// Records that `uid` may publish more than before, so that it is read completely in a moment.
  func readSoon(_ uid: String, now: ContinuousClock.Instant = .now) {
    let earlier = pendingReads.withLock { pendingReads in
      let earlier = pendingReads[uid]?.first
      pendingReads[uid] = (earlier ?? now, now)
      return earlier
    }
    let due = max(now, min(now + Self.coalescing.pause, (earlier ?? now) + Self.coalescing.longest))
    syncs.withLock { syncs in
      guard let sync = syncs[uid], sync.failures == 0 else { return }
      syncs[uid]?.next = earlier == nil ? min(sync.next, due) : due
    }
  }

  /// Whether `uid` may publish more than when it was last read.
  func isReadPending(_ uid: String) -> Bool { pendingReads.withLock { $0[uid] != nil } }

  /// How long until the repository `uid` may be read again; `nil` if that is unknown, or its spec has changed.
  func remainingDelay(_ uid: String, syncKey: String, now: ContinuousClock.Instant = .now) -> Duration? {
    syncs.withLock { syncs in
      guard let sync = syncs[uid], sync.syncKey == syncKey else { return nil }
      return max(.zero, sync.next - now)
    }
  }

  /// Records a reading that began at `start`, and returns when to repeat it: after `interval`, or earlier if
  /// `readSoon` was called since.
  func noteRead(
    _ uid: String, syncKey: String, interval: Duration, from start: ContinuousClock.Instant
  ) -> Duration {
    let isReadPending = pendingReads.withLock { pendingReads in
      guard let calls = pendingReads[uid] else { return false }
      if calls.last < start { pendingReads[uid] = nil } else { pendingReads[uid] = (calls.last, calls.last) }
      return pendingReads[uid] != nil
    }
    return syncs.withLock { syncs in
      let repeats = isReadPending ? (syncs[uid]?.repeats ?? 0) + 1 : 0
      let delay = isReadPending ? min(interval, Self.coalescing.pause * (1 << min(repeats - 1, 12))) : interval
      syncs[uid] = Sync(syncKey: syncKey, next: .now + delay, failures: 0, repeats: repeats)
      return delay
    }
  }

  /// Records a failure, and returns when to retry: after `retryDelay`, doubled with each failure up to `interval`, or
  /// later if the server asks for that (`Retry-After`).
  func noteFailure(
    _ uid: String, syncKey: String, retryDelay: Duration, interval: Duration, retryAfter: Int?
  ) -> Duration {
    syncs.withLock { syncs in
      let failures = (syncs[uid]?.failures ?? 0) + 1
      let usual = min(retryDelay * (1 << min(failures - 1, 20)), max(interval, retryDelay))
      let isSettling = ready.withLock { $0[uid].map { .now - $0 < Self.startup.time } ?? false }
      let delay = isSettling ? Self.startup.pause : max(usual, retryAfter.map { .seconds($0) } ?? .zero)
      syncs[uid] = Sync(syncKey: syncKey, next: .now + delay, failures: failures)
      return delay
    }
  }

  /// Removes a deleted repository.
  func forget(_ uid: String) {
    ready.withLock { $0[uid] = nil }
    pendingReads.withLock { $0[uid] = nil }
    nameConflicts.forget(uid)
    syncs.withLock { $0[uid] = nil }
  }
}
