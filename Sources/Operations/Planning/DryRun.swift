package import Client
package import Extensions
import KubernetesAPI
package import Platform

/// The API server's answer to a dry run of a plan.
package struct DryRun: Hashable, Sendable {
  package enum Answer: Hashable, Sendable {
    case asking, accepted
    /// The API server would refuse the plan, and why, as a sentence.
    case refused(Sentence)
    /// The dry run could not be made, and why, as a sentence.
    case unavailable(Sentence)
  }

  package private(set) var answer = Answer.asking
  /// When the answer arrived, in seconds of the caller's clock.
  package private(set) var answered: Double?
  private let writes: [Write]
  /// Whether it is being made again, so that `answer` is that of the time before.
  private var isAskedAgain = false

  /// In seconds: an answer that is older is asked for again, which also tells whether the server still answers.
  private static let longestAge = 60.0

  /// No dry run is made of `plan`, for this reason.
  package init(of plan: Plan, notMade reason: Sentence) {
    writes = Self.writes(plan)
    answer = .unavailable(reason)
  }

  /// A dry run of `plan` is in progress.
  package init(of plan: Plan) { writes = Self.writes(plan) }

  private static func writes(_ plan: Plan) -> [Write] {
    // A new `resourceVersion`, for example from a controller's status update, does not make it another request.
    [plan.preparation, plan.write].compactMap { $0?.withoutVersion }
  }

  /// Whether this is about exactly the writes of `plan`.
  package func isOf(_ plan: Plan) -> Bool { writes == Self.writes(plan) }

  /// Whether the dry run could not be made.
  package var isUnavailable: Bool { if case .unavailable = answer { true } else { false } }

  /// Whether the answer is so old that it must be asked for again; `true` only once for each answer.
  package mutating func mustAskAgain(at now: Double) -> Bool {
    guard let answered, !isAskedAgain, now - answered >= Self.longestAge else { return false }
    isAskedAgain = true
    return true
  }

  /// Takes the API server's answer: `nil` if it would accept the writes.
  package mutating func answer(_ failure: ClusterError?, at now: Double) {
    (answered, isAskedAgain) = (now, false)
    switch failure {
    case nil: answer = .accepted
    case .refused(let status)?: answer = Self.answer(status)
    case let error?:
      let server: Sentence = "the server"
      answer = .unavailable(error.sentence(for: "asking the server", at: server))
    }
  }

  private static func answer(_ status: Status) -> Answer {
    let message = status.message.lowercased()
    // The API server refuses a dry run if a webhook does not declare that it has no side effects.
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

  /// The check of a plan that this is.
  package var check: Plan.Check {
    switch answer {
    case .asking: Plan.Check(.dryRun, notMade: "the server is being asked")
    case .accepted: Plan.Check(.dryRun, warnings: [])
    case .refused(let sentence): Plan.Check(.dryRun, failures: [sentence])
    case .unavailable(let sentence): Plan.Check(.dryRun, notMade: sentence)
    }
  }
}
