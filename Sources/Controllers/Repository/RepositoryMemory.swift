import Platform

/// When each repository may be asked again, for the life of this process.
///
/// What has not changed is written down nowhere, so that only this tells that it was looked at.
final class RepositoryMemory: Sendable {
  private struct Look {
    /// What the object asked for then.
    var wish: String
    var next: ContinuousClock.Instant
    var failures: Int
  }

  private let looks = Locked<[String: Look]>([:])

  /// How long until the repository `uid` may be looked at again; `nil` when that is not known, or it asks for something else.
  func rest(_ uid: String, wish: String, now: ContinuousClock.Instant = .now) -> Duration? {
    looks.withLock { looks in
      guard let look = looks[uid], look.wish == wish else { return nil }
      return max(.zero, look.next - now)
    }
  }

  /// Notes that it was read, and is not to be for `interval`.
  func noteRead(_ uid: String, wish: String, interval: Duration) {
    looks.withLock { $0[uid] = Look(wish: wish, next: .now + interval, failures: 0) }
  }

  /// Notes that it was not read, and says when to try again: `patience`, doubling with each failure up to `interval`, or
  /// what the server asks for.
  func noteFailure(_ uid: String, wish: String, patience: Duration, interval: Duration, asked: Int?) -> Duration {
    looks.withLock { looks in
      let failures = (looks[uid]?.failures ?? 0) + 1
      let usual = min(patience * (1 << min(failures - 1, 20)), max(interval, patience))
      let delay = max(usual, asked.map { .seconds($0) } ?? .zero)
      looks[uid] = Look(wish: wish, next: .now + delay, failures: failures)
      return delay
    }
  }

  /// Forgets one that is gone.
  func forget(_ uid: String) { looks.withLock { $0[uid] = nil } }
}
