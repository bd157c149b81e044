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
  }

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

  /// How long until the repository `uid` may be looked at again; `nil` when that is not known, or it asks for something else.
  func rest(_ uid: String, spec: String, now: ContinuousClock.Instant = .now) -> Duration? {
    syncs.withLock { syncs in
      guard let sync = syncs[uid], sync.spec == spec else { return nil }
      return max(.zero, sync.next - now)
    }
  }

  /// Notes that it was read, and need not be again for `interval`.
  func noteRead(_ uid: String, spec: String, interval: Duration) {
    syncs.withLock { $0[uid] = Sync(spec: spec, next: .now + interval, failures: 0) }
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
    syncs.withLock { $0[uid] = nil }
  }
}
