package import Extensions
package import Platform

extension ClusterSession.Status {
  /// What guardrails will say of something that is called `verbs` and is about `names`, at `now`.
  package func guardVerdict(on verbs: [String], of names: [String] = [], at now: Timestamp) -> GuardVerdict? {
    if guardrails.rules.isEmpty { return nil }
    return guardrails.verdict(
      on: Deed(verbs, names: names), at: Guardrails.Place(context: cluster, server: server), now: now)
  }

  /// What guardrails will say of each kind of change at `now`, where a command called `verb` makes it, if one does.
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
