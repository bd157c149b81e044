import Platform

/// Measures with the monotonic clock how long installations have been in their state.
///
/// The record has the time of the wall clock, which may be changed. A state that began before this process counts from
/// its first reconciliation.
package final class Stopwatch: Sendable {
  private let now: @Sendable () -> ContinuousClock.Instant
  private let starts = Locked<[String: (since: Timestamp, start: ContinuousClock.Instant)]>([:])

  package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.now = now
  }

  /// Whole seconds that `name` has been in the state that began at `since`.
  func seconds(_ name: String, since: Timestamp) -> Int {
    let now = now()
    return starts.withLock { starts in
      if let known = starts[name], known.since == since { return Int(known.start.duration(to: now).components.seconds) }
      starts[name] = (since, now)
      return 0
    }
  }

  /// Whole seconds that the object `uid`, which belongs to `name`, has been in the state it is in `since`.
  func seconds(_ name: String, object uid: String, since: Timestamp) -> Int { seconds("\(name)/\(uid)", since: since) }

  /// Forgets `name` and the objects that belong to it.
  func forget(_ name: String) {
    starts.withLock { starts in starts = starts.filter { $0.key != name && !$0.key.hasPrefix(name + "/") } }
  }

  /// Forgets an object that belongs to `name`.
  func forget(_ name: String, object uid: String) {
    starts.withLock { $0["\(name)/\(uid)"] = nil }
  }

  /// How many entries there are.
  var count: Int { starts.withLock { $0.count } }
}
