package import Extensions
package import Platform

/// Plans for several extensions that the user confirms together; each assumes that those before it have succeeded.
package struct ManyPlans: Hashable, Sendable {
  package let order: ChangeOrder
  /// The plans by extension.
  package let plans: [String: Plan]
  /// The context of each plan, in which those before it have succeeded.
  package let contexts: [String: PlanContext]

  /// Makes plans for `changes`; `context` returns what is known of an extension.
  package init(_ changes: [String: Change], in context: (String) -> PlanContext) {
    var contexts = Dictionary(changes.keys.map { ($0, context($0)) }, uniquingKeysWith: { $1 })
    let needs = changes.reduce(into: [String: Set<String>]()) { needs, entry in
      needs[entry.key] = contexts[entry.key]?.needs(of: entry.key, after: entry.value)
    }
    let removes = changes.values.allSatisfy { $0.row.dependantWarning != nil }
    order = ChangeOrder(changes.keys, needs: needs, isRemoval: removes)
    var plans: [String: Plan] = [:]
    var seen: Installations?
    for name in order.names {
      guard let change = changes[name], var own = contexts[name] else { continue }
      own.installations = seen ?? own.installations
      let plan = Plan.make(change, for: name, in: own)
      (plans[name], contexts[name]) = (plan, own)
      seen = own.installations
      if !plan.isBlocked { seen?.take(plan) }
    }
    (self.plans, self.contexts) = (plans, contexts)
  }

  /// The plans in order.
  package var all: [Plan] { order.names.compactMap { plans[$0] } }

  /// The plans that cannot be carried out; those that have nothing to do are not among them.
  package var blocked: [Plan] { all.filter { $0.isBlocked && !$0.isAlreadySo } }

  /// The checks of all plans, one for each subject, with the failures of all.
  package var findings: [Plan.Check] {
    let checks = order.names.compactMap { name -> (String, [Plan.Check])? in
      guard let plan = plans[name], let context = contexts[name], !plan.isAlreadySo else { return nil }
      return (name, Plan.checks(plan.change, for: name, in: context))
    }
    let asked = Plan.Check.Subject.allCases.filter { ![.rights, .guardrails].contains($0) }
    return asked.compactMap { subject in
      let answers = checks.flatMap { name, all in all.filter { $0.subject == subject }.map { (name, $0) } }
      if answers.allSatisfy({ $1.result == .notMade }) { return nil }
      let failures = answers.filter { $1.result == .failed }.flatMap { name, check in
        check.sentences.map { "\(name): \($0)" as Sentence }
      }
      return Plan.Check(subject, failures: failures)
    }
  }

  /// The plans that change something.
  package var changing: [Plan] { all.filter { !$0.isBlocked } }
}

extension Plan {
  /// Whether the cluster is in the wanted state already, and nothing else blocks the plan.
  package var isAlreadySo: Bool {
    if change.row.removes, before == nil { return true }
    let blocking = problems.filter(\.isBlocking)
    return !blocking.isEmpty && blocking.allSatisfy(\.isAlreadySo)
  }

  /// What blocks the plan, as one sentence.
  package var obstacles: Sentence { problems.filter(\.isBlocking).map(\.sentence).joined(separator: "; ") }
}

extension PlanContext {
  /// The extensions that the extension `name` depends on once `change` is made.
  fileprivate func needs(of name: String, after change: Change) -> Set<String> {
    let wanted = change.version ?? installation(of: name)?.version
    let version = wanted.flatMap { self.version($0) } ?? installedVersions[name]
    return Set(version?.dependencies.filter { $0.type == "extension" }.map(\.name) ?? [])
  }
}

extension Installations {
  /// Applies the effect of `plan`.
  fileprivate mutating func take(_ plan: Plan) {
    if plan.change.row.removes {
      remove(named: plan.write.name)
      return
    }
    var installation: Installation
    switch (plan.write, plan.before) {
    case (.create(_, let object), _): installation = Installation(object)
    case (_, let before?): installation = before
    default: return
    }
    if let version = plan.change.version { installation.version = version }
    if let isEnabled = plan.change.row.enables { installation.isEnabled = isEnabled }
    installation.observed.state = .installed
    installation.observed.attemptedVersion = installation.version
    installation.observed.appliedEnabled = installation.isEnabled
    installation.observed.configHash = ""
    insert(installation)
  }
}
