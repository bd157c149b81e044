import Extensions
import Operations
import Platform

/// What a command would do: a change of one extension, or something else.
enum CommandPlan: Sendable {
  case change(PlanSheet)
  case action(ActionPlan)

  var verdict: PlanSheet.Verdict {
    switch self {
    case .change(let sheet): sheet.verdict
    case .action(let plan): plan.verdict
    }
  }
}

/// A command that can show its plans, for `ksx plan` and for `--dry-run`.
protocol PlannedCommand: ClusterCommand {
  /// The plans of the command in the cluster of `session`; nothing is changed.
  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan]
}

extension CommandSession {
  /// The current time for guardrails.
  var guardTime: Timestamp { session.supervision?.now() ?? Timestamp.now() }

  /// The verdicts of the guardrails on each kind of change that the command `verb` makes to `names`.
  func guards(by verb: String, of names: [String]) -> [ChangeKind: GuardVerdict] {
    status.guards(at: guardTime, by: verb, of: names)
  }

  /// `plan`, checked against the user's rights and the guardrails.
  func judged(_ plan: ActionPlan, _ reader: ClusterReader) async -> ActionPlan {
    var plan = plan
    let rights = await reader.rights(of: status.userText, to: plan.accesses)
    plan.judge(rights, status.guardVerdict(on: plan.verbs, of: plan.names, at: guardTime))
    plan.show(kubectl: status.kubectlFlags, status.kubectlAbsence)
    return plan
  }

  /// Prints `plan` instead of carrying it out; fails if it would be refused.
  func show(_ plan: ActionPlan) throws(CommandError) {
    outlet.print(ActionPlanText(plan: plan, cluster: name).lines)
    try refuse(plan)
  }

  /// Fails if `plan` would be refused.
  func refuse(_ plan: ActionPlan) throws(CommandError) {
    if plan.failures.isEmpty { return }
    throw CommandError("cannot \(plan.title.lowercasedStart): \(plan.failures.joined(separator: "; "))")
  }
}

extension String {
  fileprivate var lowercasedStart: String { prefix(1).lowercased() + dropFirst() }
}
