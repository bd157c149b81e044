import Client
import Extensions
import KubernetesAPI
import Platform
import Terminal

/// What the server would say to a plan, as far as it has been asked.
struct DryRunResult: Hashable, Sendable {
  private enum Answer: Hashable {
    case none, accepted
    case refused(String)
    case unavailable(String)
  }

  /// What was asked about.
  private let writes: [Write]
  private var answer = Answer.none
  private let scope: String

  init(of plan: Plan) {
    writes = Self.writes(plan)
    scope = plan.dryRunScope.prefix(1).uppercased() + plan.dryRunScope.dropFirst()
  }

  private static func writes(_ plan: Plan) -> [Write] {
    // A version that a controller has noted its progress in is no other question.
    [plan.preparation, plan.write].compactMap { $0?.withoutVersion }
  }

  /// Whether this is about the very writes of `plan`.
  func isOf(_ plan: Plan) -> Bool { writes == Self.writes(plan) }

  /// The server has answered.
  mutating func answer(_ failure: ClusterError?) {
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

  var line: Line {
    switch answer {
    case .none: Line("Asking the server whether it would accept this …", .dim)
    case .accepted: Line("The server would accept this. \(scope).", .stateInstalled)
    case .refused(let sentence): Line(sentence, .dialogDanger)
    case .unavailable(let sentence): Line(sentence, .stateBusy)
    }
  }
}
