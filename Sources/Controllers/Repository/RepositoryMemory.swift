import Platform

/// When each repository may be asked again, for the life of this process.
///
/// A sync that found no change writes nothing, so only this knows when it was.
final class RepositoryMemory: Sendable {
  private struct Sync {
    /// The fingerprint of the spec that was synced.
    var spec: String
    var next: ContinuousClock.Instant
    var failures: Int
    /// How often in a row something came free while it was read, or seemed to.
    var doubts = 0
  }

  /// Which of them could not offer all that they have, for another has it.
  let contest = NameContest()
  private let syncs = Locked<[String: Sync]>([:])
  /// When the servers of repositories became ready.
  private let ready = Locked<[String: ContinuousClock.Instant]>([:])
  /// A server that is ready is not at once known to all that leads to it.
  private static let settling = (time: Duration.seconds(30), pause: Duration.seconds(1))

  /// Notes that the server of `uid` is ready: if it was not read when it was last tried, it is tried at once, and for a
  /// while every second.
  func hasten(_ uid: String) {
    ready.withLock { $0[uid] = .now }
    syncs.withLock { syncs in if let sync = syncs[uid], sync.failures > 0 { syncs[uid]?.next = .now } }
  }

  /// When repositories were last told that they may have what they had not, and since when they have not been read.
  private let wakes = Locked<[String: (first: ContinuousClock.Instant, last: ContinuousClock.Instant)]>([:])
  /// What comes free together is taken together, in one reading; the longest that it is waited for.
  private static let gathering = (pause: Duration.seconds(1), longest: Duration.seconds(5))

  /// Notes that `uid` may offer now what another had: it is read whole in a moment.
  func wake(_ uid: String, now: ContinuousClock.Instant = .now) {
    let earlier = wakes.withLock { wakes in
      let earlier = wakes[uid]?.first
      wakes[uid] = (earlier ?? now, now)
      return earlier
    }
    let due = max(now, min(now + Self.gathering.pause, (earlier ?? now) + Self.gathering.longest))
    syncs.withLock { syncs in
      guard let sync = syncs[uid], sync.failures == 0 else { return }
      syncs[uid]?.next = earlier == nil ? min(sync.next, due) : due
    }
  }

  /// Whether `uid` may offer what it could not when it was last read.
  func isWoken(_ uid: String) -> Bool { wakes.withLock { $0[uid] != nil } }

  /// How long until the repository `uid` may be looked at again; `nil` when that is not known, or it asks for something else.
  func rest(_ uid: String, spec: String, now: ContinuousClock.Instant = .now) -> Duration? {
    syncs.withLock { syncs in
      guard let sync = syncs[uid], sync.spec == spec else { return nil }
      return max(.zero, sync.next - now)
    }
  }

  /// Notes that it was read from `start` on, and says when to do it again: after `interval`, if nothing has come free since.
  func noteRead(
    _ uid: String, spec: String, interval: Duration, from start: ContinuousClock.Instant
  ) -> Duration {
    let isWoken = wakes.withLock { wakes in
      guard let wake = wakes[uid] else { return false }
      if wake.last < start { wakes[uid] = nil } else { wakes[uid] = (wake.last, wake.last) }
      return wakes[uid] != nil
    }
    return syncs.withLock { syncs in
      let doubts = isWoken ? (syncs[uid]?.doubts ?? 0) + 1 : 0
      let delay = isWoken ? min(interval, Self.gathering.pause * (1 << min(doubts - 1, 12))) : interval
      syncs[uid] = Sync(spec: spec, next: .now + delay, failures: 0, doubts: doubts)
      return delay
    }
  }

  /// Notes that it was not read, and says when to try again: `patience`, doubling with each failure up to `interval`, or
  /// what the server asks for.
  func noteFailure(_ uid: String, spec: String, patience: Duration, interval: Duration, asked: Int?) -> Duration {
    syncs.withLock { syncs in
      let failures = (syncs[uid]?.failures ?? 0) + 1
      let usual = min(patience * (1 << min(failures - 1, 20)), max(interval, patience))
      let isSettling = ready.withLock { $0[uid].map { .now - $0 < Self.settling.time } ?? false }
      let delay = isSettling ? Self.settling.pause : max(usual, asked.map { .seconds($0) } ?? .zero)
      syncs[uid] = Sync(spec: spec, next: .now + delay, failures: failures)
      return delay
    }
  }

  /// Forgets one that is gone.
  func forget(_ uid: String) {
    ready.withLock { $0[uid] = nil }
    wakes.withLock { $0[uid] = nil }
    contest.forget(uid)
    syncs.withLock { $0[uid] = nil }
  }
}
