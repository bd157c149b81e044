package import Extensions
package import Platform

/// Plans for several extensions that are carried out as one, each made as if those before it were done.
package struct ManyPlans: Hashable, Sendable {
  package let order: ChangeOrder
  /// By the extension, in the order in which they are carried out.
  package let plans: [String: Plan]
  /// What each was made from: what there will be when those before it are done.
  package let contexts: [String: PlanContext]

  /// Plans for `changes`, where `context` is what is known of each extension.
  package init(_ changes: [String: Change], in context: (String) -> PlanContext) {
    var contexts = Dictionary(changes.keys.map { ($0, context($0)) }, uniquingKeysWith: { $1 })
    let needs = changes.reduce(into: [String: Set<String>]()) { needs, entry in
      needs[entry.key] = contexts[entry.key]?.needs(of: entry.key, after: entry.value)
    }
    let removes = changes.values.allSatisfy { $0.row.missedAs != nil }
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

  /// In their order.
  package var all: [Plan] { order.names.compactMap { plans[$0] } }

  /// Those that speak against carrying it out: what is asked for already does not.
  package var blocked: [Plan] { all.filter { $0.isBlocked && !$0.isAlreadySo } }

  /// What speaks against them, by what was asked, and what does not.
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

  /// Those that change something.
  package var changing: [Plan] { all.filter { !$0.isBlocked } }
}

extension Plan {
  /// Whether what is asked for is what there is, and nothing else speaks against it.
  package var isAlreadySo: Bool {
    if change.row.removes, before == nil { return true }
    let blocking = problems.filter(\.isBlocking)
    return !blocking.isEmpty && blocking.allSatisfy(\.isAlreadySo)
  }

  /// What speaks against it, as one sentence.
  package var obstacles: Sentence { problems.filter(\.isBlocking).map(\.sentence).joined(separator: "; ") }
}

extension PlanContext {
  /// What the extension called `name` needs once `change` is made, of other extensions.
  fileprivate func needs(of name: String, after change: Change) -> Set<String> {
    let wanted = change.version ?? installation(of: name)?.version
    let version = wanted.flatMap { self.version($0) } ?? installedVersions[name]
    return Set(version?.dependencies.filter { $0.type == "extension" }.map(\.name) ?? [])
  }
}

extension Installations {
  /// Takes in what there will be when `plan` has been carried out.
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
