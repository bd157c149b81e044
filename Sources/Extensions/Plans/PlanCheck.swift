package import Platform

extension Plan {
  /// A check before a plan is carried out, and its result.
  package struct Check: Hashable, Sendable {
    package enum Subject: String, CaseIterable, Sendable {
      case capability, rights, guardrails, state, version, kubernetes, kubeSphere, config, dependencies, dependants
      case past, kinds, values, schema, conflicts
      case dryRun = "dry-run"

      /// The statement that holds if the check passes.
      package var question: String {
        switch self {
        case .capability: "the controllers of this cluster carry it out"
        case .rights: "you may write it"
        case .guardrails: "the guardrails of this computer allow it"
        case .state: "its state allows it"
        case .version: "the version is offered"
        case .kubernetes: "the version suits this Kubernetes"
        case .kubeSphere: "the version suits this KubeSphere"
        case .config: "the config is YAML that KubeSphere and helm take"
        case .dependencies: "what it needs is there"
        case .dependants: "nothing installed needs it otherwise"
        case .past: "nothing is known here against what it leads to"
        case .kinds: "the cluster knows the kinds in its chart"
        case .values: "each key is one of the chart's, and of its type"
        case .schema: "the chart's schema allows the values"
        case .conflicts: "nothing else serves the same"
        case .dryRun: "the server would take this one object: schema, rights, admission; its chart was not tried"
        }
      }
    }

    package enum Result: String, Sendable {
      case passed, failed, warned
      case notMade = "not made"
    }

    package var subject: Subject
    package var result: Result
    /// The findings, or why the check was not made.
    package var sentences: [Sentence]
    /// `sentences` in English.
    package var texts: [String] { sentences.map(\.english) }

    private init(_ subject: Subject, _ result: Result, _ sentences: [Sentence]) {
      self.subject = subject
      self.result = result
      self.sentences = sentences
    }

    package init(_ subject: Subject, notMade reason: Sentence) { self.init(subject, .notMade, [reason]) }

    package init(_ subject: Subject, warnings: [Sentence]) {
      self.init(subject, warnings.isEmpty ? .passed : .warned, warnings)
    }

    package init(_ subject: Subject, failures: [Sentence]) {
      self.init(subject, failures.isEmpty ? .passed : .failed, failures)
    }

    init(_ subject: Subject, _ problems: [Problem]) {
      let isBlocked = problems.contains(where: \.isBlocking)
      self.init(subject, problems.isEmpty ? .passed : isBlocked ? .failed : .warned, problems.map(\.sentence))
    }
  }

  /// The checks for `change`, in the order of their importance to the user.
  package static func checks(_ change: Change, for name: String, in context: PlanContext) -> [Check] {
    PlanSubject(change: change, name: name, context: context).checks
  }
}

extension PlanSubject {
  var checks: [Plan.Check] {
    if let incapability { return [Plan.Check(.capability, failures: [incapability])] + guardCheck }
    let own = [Plan.Check(.capability, failures: []), rightsCheck] + guardCheck
    return own + [Plan.Check(.state, absenceProblems + presenceProblems)] + versionChecks + configCheck
      + dependantsCheck
  }

  /// Empty if there are no guardrails.
  private var guardCheck: [Plan.Check] { context.guards[change.kind].map { [Plan.Check($0)] } ?? [] }

  private var rightsCheck: Plan.Check {
    let needed = change.kind.accesses(to: installation?.name ?? name, in: context.dialect)
    if rightsProblems.isEmpty, !needed.contains(where: context.rights.knows) {
      return Plan.Check(.rights, notMade: "the cluster has not said what you may do")
    }
    return Plan.Check(.rights, rightsProblems)
  }

  private var versionChecks: [Plan.Check] {
    guard change.version != nil || change.row.removes else { return [] }
    if let reason = reason(.versions), context.versions.isEmpty { return [Plan.Check(.version, notMade: reason)] }
    var checks = [Plan.Check(.version, offerProblems)]
    guard change.version != nil, let target else { return checks }
    checks.append(check(.kubernetes, "Kubernetes", target.kubeVersion, context.kubernetesVersion))
    checks.append(check(.kubeSphere, "KubeSphere", target.ksVersion, context.kubeSphereVersion))
    checks.append(Plan.Check(.dependencies, dependencyProblems))
    return checks
  }

  private func check(
    _ subject: Plan.Check.Subject, _ what: String, _ constraint: String, _ server: String
  ) -> Plan.Check {
    if !constraint.isEmpty, server.isEmpty {
      return Plan.Check(
        subject, notMade: reason(.server) ?? "it needs \(what) \(constraint), whose version is not known here")
    }
    return Plan.Check(subject, compatibility(what, constraint, server))
  }

  private var configCheck: [Plan.Check] { change.config == nil ? [] : [Plan.Check(.config, configProblems)] }

  private var dependantsCheck: [Plan.Check] {
    guard change.row.reads.contains(.dependants) else { return [] }
    if let reason = reason(.dependants) { return [Plan.Check(.dependants, notMade: reason)] }
    return [Plan.Check(.dependants, dependentProblems)]
  }

  private func reason(_ source: PlanSource) -> Sentence? {
    switch context.gaps[source] {
    case nil: nil
    case .pending?: "it is still being read"
    case .unreadable(let reason)?: reason
    }
  }
}

extension PlanContext {
  /// The installed extensions that need the one called `name`.
  package func dependants(of name: String) -> [String] {
    installedVersions.filter { other, version in
      other != name && version.dependencies.contains { $0.name == name && $0.type == "extension" }
    }.keys.sorted()
  }

  /// Why `dependency` is not met, without its name, such as `which is not installed`; `nil` if it is met.
  package func unmetClause(of dependency: ExtensionVersion.Dependency) -> Sentence? {
    PlanSubject(change: .uninstall, name: dependency.name, context: self).unmetClause(of: dependency)?.text
  }

  /// The whole sentence that `dependency` is not met; `nil` if it is.
  package func unmetSentence(of dependency: ExtensionVersion.Dependency) -> Sentence? {
    PlanSubject(change: .uninstall, name: dependency.name, context: self).unmet(dependency)?.sentence
  }
}
