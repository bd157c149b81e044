import Platform
import Testing

@testable import Controllers

@Suite struct StopwatchTests {
  @Test func timeIsMeasuredByTheMonotonicClock() {
    let now = Locked(ContinuousClock.now)
    let stopwatch = Stopwatch { now.withLock { $0 } }
    // By the clock on the wall this began thirty years ago, or is yet to come.
    let since = Timestamp(secondsSince1970: 800_000_000)
    let other = Timestamp(secondsSince1970: 2_700_000_000)
    #expect(stopwatch.seconds("a", since: since) == 0)
    now.withLock { $0 += .seconds(599) }
    #expect(stopwatch.seconds("a", since: since) == 599)

    #expect(stopwatch.seconds("a", since: other) == 0)
    stopwatch.forget("a")
    #expect(stopwatch.seconds("a", since: other) == 0)
  }

  @Test func whatBelongsToAnInstallationIsForgottenWithIt() {
    let stopwatch = Stopwatch()
    let since = Timestamp(secondsSince1970: 800_000_000)
    for uid in ["1", "2"] { _ = stopwatch.seconds("a", object: uid, since: since) }
    _ = stopwatch.seconds("ab", object: "3", since: since)

    stopwatch.forget("a", object: "1")
    #expect(stopwatch.count == 2)
    stopwatch.forget("a")
    #expect(stopwatch.count == 1)
  }
}
