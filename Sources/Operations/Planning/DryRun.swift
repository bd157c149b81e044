package import Client
package import Extensions
import KubernetesAPI
package import Platform

/// What the server says to a plan when it is asked to carry it out and keep nothing of it.
package struct DryRun: Hashable, Sendable {
  package enum Answer: Hashable, Sendable {
    case asking, accepted
    /// The server would not take it, and why, as a sentence.
    case refused(Sentence)
    /// It could not be asked, and why, as a sentence.
    case unavailable(Sentence)
  }

  package private(set) var answer = Answer.asking
  /// When it answered, in seconds of the caller's clock.
  package private(set) var answered: Double?
  private let writes: [Write]

  /// The server is not asked about `plan`, and why.
  package init(of plan: Plan, notMade reason: Sentence) {
    writes = Self.writes(plan)
    answer = .unavailable(reason)
  }

  /// The server is being asked about `plan`.
  package init(of plan: Plan) { writes = Self.writes(plan) }

  private static func writes(_ plan: Plan) -> [Write] {
    // A version that a controller has noted its progress in is no other question.
    [plan.preparation, plan.write].compactMap { $0?.withoutVersion }
  }

  /// Whether this is about the very writes of `plan`.
  package func isOf(_ plan: Plan) -> Bool { writes == Self.writes(plan) }

  /// It could not be asked.
  package var isUnavailable: Bool { if case .unavailable = answer { true } else { false } }

  /// The server has answered: nothing against it, or why not.
  package mutating func answer(_ failure: ClusterError?, at now: Double) {
    answered = now
    switch failure {
    case nil: answer = .accepted
    case .refused(let status)?: answer = Self.answer(status)
    case let error?: answer = .unavailable(error.sentence(for: "asking the server", at: "the server"))
    }
  }

  private static func answer(_ status: Status) -> Answer {
    let message = status.message.lowercased()
    // What admits objects must say that it has no side effects, or a dry run is refused.
    if status.code == 400, message.containsText("dry run") || message.containsText("dryrun") {
      return .unavailable("Dry run is not possible: \(status.message)")
    }
    if status.isNotFound || status.code == 405 || status.code == 429 || status.code >= 500 {
      return .unavailable("The dry run failed (\(status.code)): \(status.message)")
    }
    let causes = status.details.causes.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
    let reason = causes.isEmpty ? status.message : causes.joined(separator: "; ")
    return .refused("The API server would reject this (\(status.code)): \(reason)")
  }

  /// The check that it is of a plan.
  package var check: Plan.Check {
    switch answer {
    case .asking: Plan.Check(.dryRun, notMade: "the server is being asked")
    case .accepted: Plan.Check(.dryRun, warnings: [])
    case .refused(let sentence): Plan.Check(.dryRun, failures: [sentence])
    case .unavailable(let sentence): Plan.Check(.dryRun, notMade: sentence)
    }
  }
}
