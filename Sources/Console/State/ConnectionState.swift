import Client
import Extensions
import Platform

/// How the connection to the cluster stands.
struct ConnectionState: Hashable, Sendable {
  enum State: Hashable, Sendable {
    case connecting
    case connected
    /// The screen may be behind the cluster.
    case stale(reason: String)
  }

  private(set) var state = State.connecting
  /// Since when the screen may be behind.
  private(set) var staleSince: ClockReading?
  /// When the next attempt is made.
  private(set) var nextAttempt: ClockReading?
  /// Where there are two ways to the cluster, the one in use.
  private(set) var way: FallbackTransport.Use?
  /// When the way that is preferred is looked at again.
  private(set) var nextProbe: ClockReading?
  /// What the cluster refuses to this user, as a sentence.
  var refusal: String?

  /// The age is told in steps, so that an idle line stays nearly idle.
  static let step = 10.0

  /// Another way is in use now.
  mutating func use(_ way: FallbackTransport.Use?, at now: ClockReading) {
    self.way = way
    nextProbe = way?.way == .gateway ? now + Double(FallbackTransport.pause.components.seconds) : nil
  }

  /// What is said when the cluster answers again, which may be by the other way.
  var connectedAgain: Sentence {
    guard let way, way.way == .gateway else { return "Connected again." }
    return way.reason.map { "Connected again, by the gateway: \($0)." } ?? "Connected again, by the gateway."
  }

  /// Whether it is time to look at the preferred way; it is not again for a while then.
  mutating func mustProbe(at now: ClockReading) -> Bool {
    guard let nextProbe, now >= nextProbe else { return false }
    use(way, at: now)
    return true
  }

  mutating func lost(_ reason: String, retryAfter delay: Duration, at now: ClockReading) {
    staleSince = staleSince ?? now
    nextAttempt = now + Double(delay.components.seconds)
    state = .stale(reason: reason)
  }

  mutating func restored() {
    (state, staleSince, nextAttempt) = (.connected, nil, nil)
  }

  /// When the text in the header changes next, if it does.
  func nextChange(after now: ClockReading) -> ClockReading? {
    guard let staleSince else { return nil }
    let steps = ((now - staleSince) / Self.step).rounded(.down) + 1
    return staleSince + steps * Self.step
  }

  /// The age of what is on the screen, in steps.
  func age(at now: ClockReading) -> String? {
    guard let staleSince else { return nil }
    let age = ((now - staleSince) / Self.step).rounded(.down) * Self.step
    return age < Self.step ? nil : duration(age)
  }
}
