/// How long to wait before the next attempt: longer each time, never the same for two clients.
///
/// The numbers are those of client-go's reflector: 0.8 s doubling to 30 s, each with up to as much
/// again by chance, and from the beginning after two minutes without trouble.
package struct Backoff: Hashable, Sendable {
  package var first: Duration = .milliseconds(800)
  package var longest: Duration = .seconds(30)
  package var healthyAfter: Duration = .seconds(120)
  private var step: Duration?
  private var last: Duration?

  package init() {}

  /// The next wait, for trouble that came at `now`; `random` lies between 0 and 1.
  package mutating func next(now: Duration, random: Double) -> Duration {
    if let last, now - last > healthyAfter { step = nil }
    last = now
    let base = min(step ?? first, longest)
    step = min(base * 2, longest)
    return min(base + base * random, longest)
  }

  /// Forgets the trouble so far.
  package mutating func reset() {
    step = nil
    last = nil
  }
}
