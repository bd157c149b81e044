import NIOCore
import Platform

/// The pools of all event loops.
final class UpstreamPools: Sendable {
  /// How many connections there are and were.
  struct Counts: Hashable, Sendable {
    var open = 0
    var idle = 0
    var made = 0
    var failed = 0

    static func + (left: Counts, right: Counts) -> Counts {
      Counts(
        open: left.open + right.open, idle: left.idle + right.idle, made: left.made + right.made,
        failed: left.failed + right.failed)
    }
  }

  private let settings: UpstreamSettings
  private let trust = TrustStore()
  private let pools = Locked<[ObjectIdentifier: NIOLoopBound<UpstreamPool>]>([:])

  init(_ settings: UpstreamSettings) {
    self.settings = settings
  }

  /// The pool of `eventLoop`; must be called on it.
  func pool(of eventLoop: any EventLoop) -> UpstreamPool {
    let (settings, trust) = (settings, trust)
    return pools.withLock { pools in
      let id = ObjectIdentifier(eventLoop)
      if let known = pools[id] { return known }
      let made = NIOLoopBound(UpstreamPool(eventLoop, settings, trust), eventLoop: eventLoop)
      pools[id] = made
      return made
    }.value
  }

  /// The sum over all event loops.
  func counts() async -> Counts {
    var sum = Counts()
    for pool in pools.withLock({ Array($0.values) }) {
      sum = sum + ((try? await pool.eventLoop.submit { pool.value.counts }.get()) ?? Counts())
    }
    return sum
  }
}
