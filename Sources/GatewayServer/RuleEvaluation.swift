import Extensions
import NIOCore
import Platform

/// Decides the condition of each object, by the rules of one moment.
struct RuleEvaluation: Sendable {
  var snapshot: GatewayRules.Snapshot
  /// The results of the checks of upstreams and sources.
  var ruleProblems = RuleState.RuleProblems()
  /// Whether the gateway writes `status.link` of bundles, because nothing else does.
  var writesLinks = false
  var settings = GatewaySettings()

  /// The condition of each object.
  var conditions: [(rule: RuleObject, condition: RuleCondition)] {
    let all = snapshot.table.conflicts()
    // An overlap is reported to both objects.
    let mirrored = all.filter { $0.loss == .nothing }.map { Conflict($0.other, $0.rule, $0.problem) }
    let conflicts = Dictionary(grouping: all + mirrored, by: \.rule)
    func condition(
      _ object: RuleObject, _ problem: String?, _ problems: [Sentence], healthProblem: String? = nil
    ) -> (RuleObject, RuleCondition) {
      let told = Array(Set(conflicts[object] ?? [])).sorted {
        ($0.other, $0.problem.english) < ($1.other, $1.problem.english)
      }
      return (
        object,
        RuleCondition(
          object, problem: problem, healthProblem: healthProblem, problems: problems.map(\.english), conflicts: told)
      )
    }
    let table = snapshot.table
    return table.services.map { condition($0.object, problem(of: $0), $0.problems) }
      + table.bundles.map { rule in
        let (problem, problems) = problems(of: rule)
        var (object, condition) = condition(rule.object, problem, problems)
        if writesLinks { condition.link = rule.files.first?.path }
        return (object, condition)
      }
      + table.proxies.map { condition($0.object, problem(of: $0), $0.problems, healthProblem: healthProblem(of: $0)) }
  }

  /// How many objects of each kind are served.
  var counts: [RuleObject.Kind: Int] {
    Dictionary(conditions.filter(\.condition.isServed).map { ($0.rule.kind, 1) }, uniquingKeysWith: +)
  }

  /// Why the matching rule cannot serve a request; `nil` if it can.
  func problem(of match: RouteTable.Match) -> String? {
    switch match {
    case .apiService(let shared): problem(of: shared.rule.endpoint)
    case .proxy(let shared): healthProblem(of: shared.rule) ?? problem(of: shared.rule.endpoint)
    case .bundle(let rule, let file): problem(of: file, rule)
    }
  }

  /// What keeps all of an APIService from being served.
  func problem(of rule: APIServiceRule) -> String? {
    problem(of: rule.endpoint) ?? (rule.hasGroup || !rule.paths.isEmpty ? nil : rule.problems.first?.english)
  }

  /// What keeps all of a ReverseProxy from being served.
  func problem(of rule: ReverseProxyRule) -> String? {
    problem(of: rule.endpoint) ?? (rule.matchers.isEmpty ? rule.problems.first?.english : nil)
  }

  /// Why `endpoint` may not be connected to, including because of the addresses of its name.
  private func problem(of endpoint: Endpoint) -> String? {
    if let problem = settings.problem(with: endpoint) { return problem }
    return settings.name(of: endpoint).flatMap { ruleProblems.forbiddenHosts["\($0.host):\($0.port)"] }
  }

  /// What keeps a ReverseProxy from being served for now.
  func healthProblem(of rule: ReverseProxyRule) -> String? {
    if rule.healthCheck != nil, let healthProblem = ruleProblems.failedHealthChecks[rule.object.name] {
      return healthProblem
    }
    return rule.circuitBreaker != nil && ruleProblems.open.contains(rule.object.name) ? Breaker.openReason : nil
  }

  /// What keeps a bundle from being served, and what keeps parts of it.
  private func problems(of rule: JSBundleRule) -> (whole: String?, parts: [Sentence]) {
    var (problems, served) = (rule.problems, 0)
    for file in rule.files {
      if case .nothing = file.source { continue }
      guard snapshot.table.serves(file, of: rule) else { continue }
      if let problem = problem(of: file, rule) {
        problems.append("\(file.path): \(problem)")
      } else {
        served += 1
      }
    }
    return (served == 0 ? problems.first?.english : nil, problems)
  }

  /// What keeps a file of a bundle from being served.
  func problem(of file: JSBundleRule.File, _ rule: JSBundleRule) -> String? {
    switch file.source {
    case .configMap(let reference), .secret(let reference):
      settings.allowsForeignReferences
        ? ruleProblems.sources[file.source]
        : snapshot.problem(with: reference, of: rule.object) ?? ruleProblems.sources[file.source]
    case .endpoint(let endpoint): problem(of: endpoint)
    case .nothing(let reason): reason.english
    case .text: nil
    }
  }
}

extension GatewayRules.Snapshot {
  /// Why a bundle of `object` may not use `reference`: otherwise a bundle could publish any Secret by naming it.
  func problem(with reference: JSBundleRule.Reference, of object: RuleObject) -> String? {
    let own = namespaces[object.extension, default: []].union(["extension-" + object.extension])
    return own.contains(reference.namespace)
      ? nil : "the namespace \(reference.namespace) is not the extension's"
  }
}

extension GatewaySettings {
  /// Why `endpoint` may not be connected to, as far as that is known without a lookup: a name may have any address.
  func problem(with endpoint: Endpoint) -> String? {
    if let problem = endpoint.problem { return problem.english }
    guard let address = upstreamAddress(endpoint) else { return "the rule leads nowhere" }
    guard let socketAddress = try? SocketAddress(ipAddress: address.host, port: address.port) else { return nil }
    return upstreams.addresses.problem(with: socketAddress)
  }

  /// Host and port of `endpoint` if the host is a name; `nil` if it is an IP address.
  func name(of endpoint: Endpoint) -> (host: String, port: Int)? {
    guard endpoint.problem == nil, let address = upstreamAddress(endpoint),
      (try? SocketAddress(ipAddress: address.host, port: address.port)) == nil
    else { return nil }
    return (address.host, address.port)
  }
}
