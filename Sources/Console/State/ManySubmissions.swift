import Extensions
import Operations
import Platform

/// Several changes confirmed by one plan: those in progress, and the results of the others.
struct ManySubmissions: Sendable {
  private let plans: [String: Plan]
  private var changes: ManyChanges

  init(_ many: ManyPlans) {
    plans = Dictionary(many.changing.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    changes = ManyChanges(many.order, keepsGoing: true)
    for plan in many.all where plan.isBlocked {
      changes.ended(plan.name, plan.isAlreadySo ? .alreadySo : .skipped(plan.obstacles))
    }
  }

  /// The plans to send now.
  mutating func next() -> [Plan] { changes.next().compactMap { plans[$0] } }

  /// Records how the change of `name` ended; returns whether it is one of these changes.
  mutating func ended(_ name: String, failure: String?) -> Bool {
    guard plans[name] != nil, changes.results[name] == nil else { return false }
    changes.ended(name, failure.map(ChangeResult.failed) ?? .done(""))
    return true
  }

  /// A summary of all results, once all changes have ended; otherwise `nil`.
  var summary: (tone: MessageLog.Tone, text: Sentence)? {
    guard changes.results.count == changes.order.names.count else { return nil }
    let done = changes.order.names.count - changes.failures
    let bad = changes.outcome.filter { $0.result.isFailure }.map { "\($0.name) (\($0.result.sentence))" as Sentence }
    if bad.isEmpty { return (.good, "All \(done) are done.") }
    return (.error, "\(done) of \(changes.order.names.count) are done; not \(bad.joined(separator: ", ")).")
  }
}

extension App {
  /// Sends the next changes of several.
  mutating func sendNext() {
    guard var many = state.many else { return }
    let plans = many.next()
    state.many = many
    for plan in plans { state.submit(plan) }
    guard let summary = many.summary else { return }
    state.many = nil
    state.announce(summary.tone, summary.text)
  }

  /// Records that a change has ended, and sends those that waited for it.
  mutating func endedOne(_ name: String, failure: String?) {
    if state.many?.ended(name, failure: failure) == true { sendNext() }
  }
}
