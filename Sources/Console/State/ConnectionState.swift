import Client
import Extensions
import Platform

/// The state of the connection to the cluster.
struct ConnectionState: Hashable, Sendable {
  enum State: Hashable, Sendable {
    case connecting
    case connected
    /// The screen may be out of date.
    case stale(reason: String)
  }

  private(set) var state = State.connecting
  /// Since when the screen may be out of date.
  private(set) var staleSince: ClockReading?
  /// When the next attempt is made.
  private(set) var nextAttempt: ClockReading?
  /// The connection in use, if there are two to choose from.
  private(set) var way: FallbackTransport.Use?
  /// When the preferred connection is tried again.
  private(set) var nextProbe: ClockReading?
  /// What the cluster refuses to this user, as a sentence.
  var refusal: String?

  /// In seconds: the age advances in these steps, so that an idle connection costs few frames.
  static let step = 10.0

  /// Records that the console now uses another connection.
  mutating func use(_ way: FallbackTransport.Use?, at now: ClockReading) {
    self.way = way
    nextProbe = way?.way == .gateway ? now + Double(FallbackTransport.probeInterval.components.seconds) : nil
  }

  /// The message for a restored connection, which may be through the gateway.
  var connectedAgain: Sentence {
    guard let way, way.way == .gateway else { return "Connected again." }
    return way.reason.map { "Connected again, by the gateway: \($0)." } ?? "Connected again, by the gateway."
  }

  /// Whether it is time to try the preferred connection; if so, schedules the next time.
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

  /// When the text in the header next changes; `nil` if it does not.
  func nextChange(after now: ClockReading) -> ClockReading? {
    guard let staleSince else { return nil }
    let steps = ((now - staleSince) / Self.step).rounded(.down) + 1
    return staleSince + steps * Self.step
  }

  /// The age of the screen's contents in seconds, in steps; `nil` if they are up to date.
  func age(at now: ClockReading) -> Double? {
    guard let staleSince else { return nil }
    let age = ((now - staleSince) / Self.step).rounded(.down) * Self.step
    return age < Self.step ? nil : age
  }
}
