package import Extensions
package import Platform

extension ClusterSession.Status {
  /// The verdict of the guardrails on an action with these `verbs` about `names`, at `now`; `nil` if no rule applies.
  package func guardVerdict(on verbs: [String], of names: [String] = [], at now: Timestamp) -> GuardVerdict? {
    if guardrails.rules.isEmpty { return nil }
    return guardrails.verdict(
      on: IntendedAction(verbs, names: names), at: Guardrails.Scope(context: cluster, server: server), now: now)
  }

  /// The verdict of the guardrails on each kind of change at `now`; `verb` is the command that makes it, if any.
  package func guards(at now: Timestamp, by verb: String? = nil, of names: [String] = []) -> [ChangeKind: GuardVerdict]
  {
    if guardrails.rules.isEmpty { return [:] }
    var guards: [ChangeKind: GuardVerdict] = [:]
    for kind in ChangeKind.allCases {
      guards[kind] = guardVerdict(on: [verb, kind.verb].compactMap { $0 }, of: names, at: now)
    }
    return guards
  }
}
