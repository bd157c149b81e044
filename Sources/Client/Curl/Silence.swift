/// How long a transfer has been silent: no byte has moved in either direction.
///
/// Ours rather than libcurl's low-speed limit, which looks at an average over some seconds and so takes a
/// small request for a sign of life long after it was sent.
struct Silence {
  /// `nil` allows any.
  let allowed: Duration?
  private var since = ContinuousClock.now
  private var isSuspended = false
  private var uploaded = 0

  init(allowed seconds: Int?) { allowed = seconds.map { .seconds($0) } }

  /// When it will have been too long, or `nil` while that cannot come.
  var deadline: ContinuousClock.Instant? { isSuspended ? nil : allowed.map { since + $0 } }

  /// Something moved, or may move again.
  mutating func end() {
    guard allowed != nil else { return }
    since = .now
    isSuspended = false
  }

  /// The silence from now on is ours.
  mutating func suspend() { isSuspended = true }

  mutating func note(uploaded count: Int) {
    if count != uploaded { end() }
    uploaded = count
  }
}
