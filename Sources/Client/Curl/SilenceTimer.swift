/// Measures how long a transfer has been silent: no byte was sent or received.
///
/// It replaces libcurl's low-speed limit, which averages over some seconds and so counts a small request as
/// activity long after it was sent.
struct SilenceTimer {
  /// `nil` for no limit.
  let allowed: Duration?
  private var since = ContinuousClock.now
  private var isSuspended = false
  private var uploaded = 0

  init(allowed seconds: Int?) { allowed = seconds.map { .seconds($0) } }

  /// When the transfer times out; `nil` if it cannot.
  var deadline: ContinuousClock.Instant? { isSuspended ? nil : allowed.map { since + $0 } }

  /// Ends the silence: bytes were transferred, or the transfer resumes.
  mutating func end() {
    guard allowed != nil else { return }
    since = .now
    isSuspended = false
  }

  /// Stops the clock, because this side has paused the transfer.
  mutating func suspend() { isSuspended = true }

  mutating func note(uploaded count: Int) {
    if count != uploaded { end() }
    uploaded = count
  }
}
