/// How long to wait before the next attempt: longer each time, never the same for two clients.
///
/// The numbers are those of client-go's reflector: 0.8 s doubling to 30 s, each with up to as much
/// again by chance, and from the beginning after two minutes without trouble.
public struct Backoff: Hashable, Sendable {
  public var first: Duration = .milliseconds(800)
  public var longest: Duration = .seconds(30)
  public var healthyAfter: Duration = .seconds(120)
  private var step: Duration?
  private var last: Duration?

  public init() {}

  /// The next wait, for trouble that came at `now`; `random` lies between 0 and 1.
  public mutating func next(now: Duration, random: Double) -> Duration {
    if let last, now - last > healthyAfter { step = nil }
    last = now
    let base = min(step ?? first, longest)
    step = min(base * 2, longest)
    return min(base + base * random, longest)
  }

  /// Forgets the trouble so far.
  public mutating func reset() {
    step = nil
    last = nil
  }
}
