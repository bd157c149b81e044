package import Extensions
package import Platform

/// Whether a plan can be carried out and how long ago that was known, as shown beside its title.
package struct PlanVerdict: Hashable, Sendable {
  package enum Word: Hashable, Sendable {
    case ready, blocked
    /// The dry run is in progress.
    case asking
    /// The API server would refuse it; the user can still send it.
    case refused
    /// It is not known, for this reason.
    case notKnown(Sentence)
  }

  package let word: Word
  /// The connection is lost, so `word` may be out of date.
  package let isStale: Bool
  /// Seconds since the API server answered.
  package let age: Double?

  /// Judges `plan` with the answer to the dry run; `now` and `lostSince`, when the connection was lost, are in seconds.
  package init(_ plan: Plan, _ dryRun: DryRun?, isReadOnly: Bool = false, lostSince: Double? = nil, at now: Double) {
    word = Self.word(plan, dryRun, isReadOnly: isReadOnly)
    isStale = lostSince != nil
    age = (dryRun?.answered ?? lostSince).map { max(0, now - $0) }
  }

  private static func word(_ plan: Plan, _ dryRun: DryRun?, isReadOnly: Bool) -> Word {
    if plan.isBlocked { return .blocked }
    if isReadOnly { return .notKnown("read-only") }
    switch dryRun?.answer {
    case .accepted?: return .ready
    case .refused?: return .refused
    case .unavailable?: return .notKnown("no dry run")
    case .asking?, nil: return .asking
    }
  }

  /// `ready`, or `ready 3 min ago`; seconds are shown only if the connection is lost.
  package var text: Sentence {
    let minutes = Int((age ?? 0) / 60)
    let seconds = Int(((age ?? 0) / 10).rounded(.down) * 10)
    let old: Sentence =
      minutes > 0 ? "\(name) \(minutes) min ago" : isStale && seconds > 0 ? "\(name) \(seconds) s ago" : name
    if isStale { return "\(old), no connection" }
    return word == .blocked || word == .asking ? name : old
  }

  private var name: Sentence {
    switch word {
    case .ready: "ready"
    case .blocked: "blocked"
    case .asking: "asking the server …"
    case .refused: "the server refuses it"
    case .notKnown(let reason): "not known: \(reason)"
    }
  }

  /// In how many seconds the text changes by itself; `nil` if it does not.
  package var nextChange: Double? {
    guard let age, isStale || (word != .blocked && word != .asking) else { return nil }
    let step = isStale && age < 60 ? 10.0 : 60.0
    return ((age / step).rounded(.down) + 1) * step - age
  }
}
