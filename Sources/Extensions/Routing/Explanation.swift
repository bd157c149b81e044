package import HTTP
package import KubernetesAPI
package import Manifest
package import Platform

/// Explains the answer to a request: the rule that serves it, why others do not, the upstream request, and conflicts.
package struct Explanation: Hashable, Sendable {
  package var method: String
  package var target: String
  /// The rule that serves it.
  package var rule: RuleObject?
  /// Whether it is served; `reason` says by what, or why not.
  package var isServed = false
  package var reason: Sentence
  package var upstream: UpstreamRequest?
  /// Other rules for a part of the path, each with the reason why it does not serve the request.
  package var others: [(rule: RuleObject, reason: Sentence)] = []
  package var conflicts: [Conflict] = []
  package var problems: [Sentence] = []

  /// `problem` returns why the gateway cannot serve by a rule; by default only from what the objects say.
  package init(
    _ request: HTTPRequest, by user: User?, in table: RouteTable,
    problem: (RouteTable.Match) -> Sentence? = { $0.problem }
  ) {
    (method, target, reason) = (request.method.rawValue, request.target, "")
    let destination = table.destination(of: request)
    if case .rule(let match, let path) = destination {
      explain(match, request, path, by: UpstreamRequest.Requester(user: user, address: ""))
      if isServed, upstream != nil || !isRedirect(match, path, request), let problem = problem(match) {
        (isServed, reason) = (false, "\(match.object) would serve it, but \(problem)")
      }
    } else {
      (isServed, reason) = destination.outcome
    }
    guard let path = try? RequestPath(request.target) else { return }
    others = table.others(path, method: method, than: rule)
    conflicts = table.conflicts().filter { $0.rule == rule || $0.other == rule }
  }

  /// Sets the rule that serves `path`, and its upstream request.
  private mutating func explain(
    _ match: RouteTable.Match, _ request: HTTPRequest, _ path: RequestPath, by requester: UpstreamRequest.Requester
  ) {
    switch match {
    case .apiService(let shared):
      setRule(shared.rule.object, shared.rule.problems)
      upstream = UpstreamRequest(shared.rule, request, path, by: requester)
    case .proxy(let shared):
      let rule = shared.rule
      setRule(rule.object, rule.problems)
      let sent = UpstreamRequest(rule, request, path, by: requester)
      upstream = sent
      if let flaw = sent.flaw {
        (isServed, reason) = (false, "\(rule.object) would make a path of it that is refused: \(flaw.words)")
      }
      if let redirect = rule.redirect(path, method: method, host: request.headers["Host"] ?? "") {
        upstream = nil
        reason = "\(reason), with \(redirect.status) to \(redirect.location)"
      }
    case .bundle(let rule, let file):
      setRule(rule.object, rule.problems)
      if isServed, request.method != .get, request.method != .head {
        (isServed, reason) = (false, "\(rule.object) has it, but a bundle is only read")
      }
      if case .endpoint(let endpoint) = file.source {
        upstream = UpstreamRequest(endpoint, of: file, request, by: requester)
      }
    }
  }

  private func isRedirect(_ match: RouteTable.Match, _ path: RequestPath, _ request: HTTPRequest) -> Bool {
    guard case .proxy(let shared) = match else { return false }
    return shared.rule.redirect(path, method: method, host: request.headers["Host"] ?? "") != nil
  }

  private mutating func setRule(_ rule: RuleObject, _ problems: [Sentence]) {
    self.rule = rule
    self.problems = problems
    isServed = rule.isAvailable
    let state: Sentence = rule.state.isEmpty ? "not set" : Sentence(verbatim: rule.state)
    reason = isServed ? "\(rule) serves it" : "\(rule) would serve it, but its state is \(state)"
  }

  package static func == (left: Explanation, right: Explanation) -> Bool { left.value == right.value }
  package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension RouteTable {
  /// Rules for a part of the path, each with the reason why it does not serve the request.
  fileprivate func others(_ path: RequestPath, method: String, than winner: RuleObject?) -> [(RuleObject, Sentence)] {
    let parts = path.decoded.split(separator: "/", maxSplits: 3)
    let ofServices = services.compactMap { rule -> (RuleObject, Sentence)? in
      guard rule.object != winner, parts.count >= 2, parts[0] == "kapis", rule.group == parts[1] else { return nil }
      if parts.count < 3 { return (rule.object, "a path below /kapis/\(rule.group)/\(rule.version)/ is expected") }
      if rule.version != parts[2] { return (rule.object, "its version is \(rule.version)") }
      if rule.hasGroup { return (rule.object, "an older one serves the same") }
      return (rule.object, rule.problems.first ?? "")
    }
    let ofProxies = proxies.compactMap { rule -> (RuleObject, Sentence)? in
      guard rule.object != winner else { return nil }
      guard let matcher = rule.matchers.first(where: { $0.path.matches(path.decoded) }) else {
        guard let problem = rule.problems.first, rule.matchers.isEmpty else { return nil }
        return (rule.object, problem)
      }
      if let wanted = matcher.method, wanted != method { return (rule.object, "it is for \(wanted)") }
      return (rule.object, "\(matcher.path.text) is less exact, or the other one older")
    }
    let ofBundles = bundles.compactMap { rule -> (RuleObject, Sentence)? in
      guard rule.object != winner, parts.count >= 2, parts[0] == "dist" else { return nil }
      guard let file = rule.files.first(where: { $0.path.hasPrefix("/dist/" + parts[1] + "/") }) else { return nil }
      return (rule.object, file.path == path.decoded ? "an older one serves the same" : "it serves \(file.path)")
    }
    return Array((ofServices + ofProxies + ofBundles).prefix(100))
  }
}

extension Explanation {
  /// The form that is sent and printed.
  package var value: Value {
    var result: Mapping = ["method": .string(method), "url": .string(target), "served": .bool(isServed)]
    if let rule { result["rule"] = Self.value(rule) }
    result["reason"] = .string(reason.english)
    if !problems.isEmpty { result["problems"] = .sequence(problems.map { .string($0.english) }) }
    if let upstream { result["upstream"] = upstream.value }
    if !others.isEmpty {
      result["others"] = .sequence(
        others.map { other in Self.value(other.rule).setting(["reason"], to: .string(other.reason.english)) })
    }
    if !conflicts.isEmpty {
      result["conflicts"] = .sequence(
        conflicts.map { conflict in
          let other = conflict.rule == rule ? conflict.other : conflict.rule
          return Self.value(other).setting(["reason"], to: .string(conflict.problem.english))
        })
    }
    return .mapping(result)
  }

  private static func value(_ rule: RuleObject) -> Value {
    ["kind": .string(rule.kind.rawValue), "name": .string(rule.name)]
  }
}

extension UpstreamRequest {
  fileprivate var value: Value {
    var result: Mapping = ["method": .string(method.rawValue), "target": .string(target)]
    switch endpoint.location {
    case .address(let address): result["address"] = .string("\(address.scheme.rawValue)://\(address.name)")
    case .service(let service): result["service"] = .string("\(service)")
    case nil: break
    }
    if endpoint.isInsecure { result["insecure"] = true }
    result["headers"] = .sequence(headers.fields.map { .string($0.description) })
    return .mapping(result)
  }
}

extension Destination {
  /// Whether it is served without a rule, and by what or why not.
  fileprivate var outcome: (isServed: Bool, reason: Sentence) {
    switch self {
    case .flaw(let flaw): (false, flaw.words)
    case .api, .version: (true, "the Kubernetes API answers it")
    case .member: (true, "the Kubernetes API of a member cluster answers it")
    case .explanation, .metrics, .openAPIIndex, .openAPIv2, .bundleList, .groups, .group: (true, Self.own)
    case .reader(let path) where Self.isList(path): (true, Self.own)
    case .reader(let path):
      (false, ReservedPaths.contain(path.decoded) ? "the path is the gateway's own" : "no rule has this path")
    case .rule: (true, "")
    }
  }

  private static let own: Sentence = "the gateway itself answers it"

  /// Whether it is a list with KubeSphere's query language, or the files of a package.
  private static func isList(_ path: RequestPath) -> Bool {
    let parts = path.decoded.split(separator: "/")
    guard parts.count >= 4, parts[0] == "kapis", parts[2] == "v1alpha1" else { return false }
    if parts[1] == "package.kubesphere.io" { return parts.count == 6 && parts[5] == "files" }
    return parts[1] == "kubesphere.io" && parts.count <= 5
      && ["extensions", "extensionversions", "installplans", "subscriptions", "categories", "repositories"]
        .contains(parts[3])
  }
}

extension RequestPath.Flaw {
  fileprivate var words: Sentence {
    switch self {
    case .dots: "the path leads upwards"
    case .control: "there is a control character in the path"
    case .tooLong: "the path is too long"
    }
  }
}

extension RouteTable.Match {
  package var object: RuleObject {
    switch self {
    case .apiService(let shared): shared.rule.object
    case .proxy(let shared): shared.rule.object
    case .bundle(let rule, _): rule.object
    }
  }

  /// Why it cannot be served, from its spec or from the gateway's findings in its status; `nil` if it can.
  package var problem: Sentence? {
    let problem: Sentence? =
      switch self {
      case .apiService(let shared): shared.rule.endpoint.problem
      case .proxy(let shared): shared.rule.endpoint.problem
      case .bundle(_, let file): file.source.problem
      }
    return problem ?? object.refusal.map(Sentence.init(verbatim:))
  }
}

extension JSBundleRule.Source {
  fileprivate var problem: Sentence? {
    switch self {
    case .endpoint(let endpoint): endpoint.problem
    case .nothing(let reason): reason
    case .text, .configMap, .secret: nil
    }
  }
}
