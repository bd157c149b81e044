import Extensions

/// Says of each object what is to be told of it, by the rules of one moment.
struct RuleJudge: Sendable {
  var snapshot: GatewayRules.Snapshot
  /// Why upstreams are not well, by the names of their proxies.
  var illnesses: [String: String] = [:]
  /// Whether a bundle's status has no other source for its link.
  var tellsLinks = false
  var allowsForeignReferences = false

  /// What is to be said of each object.
  var conditions: [(rule: RuleObject, condition: RuleCondition)] {
    let all = snapshot.table.conflicts()
    // An overlap is told to both.
    let mirrored = all.filter { !$0.isLoss }.map { Conflict($0.other, $0.rule, $0.problem) }
    let conflicts = Dictionary(grouping: all + mirrored, by: \.rule)
    func condition(
      _ object: RuleObject, _ problem: String?, _ problems: [String], illness: String? = nil
    ) -> (RuleObject, RuleCondition) {
      let told = Array(Set(conflicts[object] ?? [])).sorted { ($0.other, $0.problem) < ($1.other, $1.problem) }
      return (
        object, RuleCondition(object, problem: problem, illness: illness, problems: problems, conflicts: told)
      )
    }
    let table = snapshot.table
    return table.services.map { condition($0.object, $0.endpoint.problem, $0.problems) }
      + table.bundles.map { rule in
        let (problem, problems) = problems(of: rule)
        var (object, condition) = condition(rule.object, problem, problems)
        if tellsLinks { condition.link = rule.files.first?.path }
        return (object, condition)
      }
      + table.proxies.map { rule in
        condition(
          rule.object, rule.endpoint.problem ?? (rule.matchers.isEmpty ? rule.problems.first : nil), rule.problems,
          illness: illnesses[rule.object.name])
      }
  }

  /// What keeps a bundle from being served, and what keeps parts of it.
  private func problems(of rule: JSBundleRule) -> (whole: String?, parts: [String]) {
    var (problems, served) = (rule.problems, 0)
    for file in rule.files {
      if let problem = referenceProblem(of: file, rule) {
        problems.append("\(file.path): \(problem)")
      } else if case .nothing = file.source {
        continue
      } else {
        served += 1
      }
    }
    return (served == 0 ? problems.first : nil, problems)
  }

  /// Why the ConfigMap or Secret of a file may not be read.
  private func referenceProblem(of file: JSBundleRule.File, _ rule: JSBundleRule) -> String? {
    switch file.source {
    case .configMap(let reference), .secret(let reference):
      allowsForeignReferences ? nil : snapshot.problem(with: reference, of: rule.object)
    case .text, .endpoint, .nothing: nil
    }
  }
}

extension GatewayRules.Snapshot {
  /// Why a bundle of `object` may not name `reference`: a Secret must not become public by a bundle that only names it.
  func problem(with reference: JSBundleRule.Reference, of object: RuleObject) -> String? {
    let own = namespaces[object.extension, default: []].union(["extension-" + object.extension])
    return own.contains(reference.namespace)
      ? nil : "the namespace \(reference.namespace) is not the extension's"
  }
}
