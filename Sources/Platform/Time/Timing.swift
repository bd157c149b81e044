/// The clock and the random numbers as parameters, so that tests are fast and deterministic.
package struct Timing: Sendable {
  /// The time since a fixed moment.
  package var now: @Sendable () -> Duration
  /// Waits; returns early if the surrounding task is cancelled.
  package var sleep: @Sendable (Duration) async -> Void
  /// A number from 0 up to, but not including, 1.
  package var random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
  }

  package static let real: Timing = {
    let start = ContinuousClock.now
    return Timing(
      now: { start.duration(to: .now) }, sleep: { try? await Task.sleep(for: $0) },
      random: { Double.random(in: 0..<1) })
  }()
}
