import Extensions
import Operations
import Platform

/// What a command would do: a change of one extension, or something else.
enum CommandPlan: Sendable {
  case change(PlanSheet)
  case deed(DeedPlan)

  var verdict: PlanSheet.Verdict {
    switch self {
    case .change(let sheet): sheet.verdict
    case .deed(let plan): plan.verdict
    }
  }
}

/// A command that can say what it would do: `ksx plan` takes each of these, and each of these takes `--dry-run`.
protocol PlannedCommand: ClusterCommand {
  /// What it would do in the cluster of `session`; nothing is sent.
  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan]
}

extension CommandSession {
  /// The time that guardrails go by.
  var guardTime: Timestamp { session.supervision?.now() ?? Timestamp.now() }

  /// What guardrails will say of each kind of change of `names` that a command called `verb` makes.
  func guards(by verb: String, of names: [String]) -> [ChangeKind: GuardVerdict] {
    status.guards(at: guardTime, by: verb, of: names)
  }

  /// `plan`, held against what this user may do and what the guardrails say.
  func judged(_ plan: DeedPlan, _ reader: ClusterReader) async -> DeedPlan {
    var plan = plan
    let rights = await reader.rights(of: status.userText, to: plan.accesses)
    plan.judge(rights, status.guardVerdict(on: plan.verbs, of: plan.names, at: guardTime))
    plan.show(kubectl: status.kubectlFlags, status.kubectlAbsence)
    return plan
  }

  /// Shows `plan` instead of carrying it out, and fails where it would be refused.
  func show(_ plan: DeedPlan) throws(CommandError) {
    outlet.print(DeedPlanText(plan: plan, cluster: name).lines)
    try refuse(plan)
  }

  /// Fails where `plan` would be refused.
  func refuse(_ plan: DeedPlan) throws(CommandError) {
    if plan.failures.isEmpty { return }
    throw CommandError("cannot \(plan.title.lowercasedStart): \(plan.failures.joined(separator: "; "))")
  }
}

extension String {
  fileprivate var lowercasedStart: String { prefix(1).lowercased() + dropFirst() }
}
