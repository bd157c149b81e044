/// The wait before the next attempt: it grows each time, and is different for each client.
///
/// The numbers are those of client-go's reflector: 0.8 s doubling to 30 s, plus a random part of up to the
/// same length, within 30 s; it starts over after two minutes without a failure.
package struct Backoff: Hashable, Sendable {
  package var first: Duration = .milliseconds(800)
  package var longest: Duration = .seconds(30)
  /// The time without a failure after which it starts over.
  package var healthyAfter: Duration = .seconds(120)
  private var step: Duration?
  private var last: Duration?

  package init() {}

  /// The wait after a failure at `now`; `random` is between 0 and 1.
  package mutating func next(now: Duration, random: Double) -> Duration {
    if let last, now - last > healthyAfter { step = nil }
    last = now
    let base = min(step ?? first, longest)
    step = min(base * 2, longest)
    return min(base + base * random, longest)
  }

  /// Starts over.
  package mutating func reset() {
    step = nil
    last = nil
  }
}
