import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// What the gateway says of an object in its status: whether it is served, and if not, why.
struct RuleCondition: Hashable, Sendable {
  static let type = "Served"

  var isServed: Bool
  var reason: String
  var message: String

  /// Of the rule of `object`; `problem` keeps all of it from being served, `problems` parts of it.
  init(_ object: RuleObject, problem: String?, problems: [String], conflicts: [Conflict]) {
    if !object.isAvailable {
      let state = object.state.isEmpty ? "there is no status.state" : "status.state is \(object.state)"
      self.init(isServed: false, reason: "NotAvailable", message: state)
    } else if let problem {
      self.init(isServed: false, reason: "Unusable", message: problem)
    } else if !conflicts.isEmpty {
      let words = conflicts.prefix(10).map { "\($0.other): \($0.problem)" }.joined(separator: "; ")
      self.init(isServed: false, reason: "Conflict", message: words)
    } else {
      let words = problems.prefix(10).joined(separator: "; ")
      self.init(isServed: true, reason: problems.isEmpty ? "Served" : "ServedInPart", message: words)
    }
  }

  private init(isServed: Bool, reason: String, message: String) {
    self.isServed = isServed
    self.reason = reason
    self.message = Excerpt.shortened(message, to: 1_000)
  }

  /// Whether `condition`, as it stands in a status, says the same.
  func isSaid(by condition: Value?) -> Bool {
    condition?["status"]?.string == status && condition?["reason"]?.string == reason
      && condition?["message"]?.string == message
  }

  private var status: String { isServed ? "True" : "False" }

  /// A patch that says it in place of `former`, beside the other conditions.
  func patch(of object: Object, now: Timestamp) -> Value {
    let conditions = object.status["conditions"]?.sequence ?? []
    let former = conditions.first { $0["type"]?.string == Self.type }
    let since = former?["status"]?.string == status ? former?["lastTransitionTime"]?.string : nil
    let condition: Value = [
      "type": .string(Self.type), "status": .string(status), "reason": .string(reason), "message": .string(message),
      "lastTransitionTime": .string(since ?? now.description),
    ]
    return [
      // Others write conditions too: what has changed meanwhile is not written over.
      "metadata": ["resourceVersion": .string(object.resourceVersion)],
      "status": ["conditions": .sequence(conditions.filter { $0["type"]?.string != Self.type } + [condition])],
    ]
  }
}

/// Writes into the status of each object whether it is served, whenever that has changed.
struct RuleConditions: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var report: @Sendable (String) -> Void

  /// Runs until the task is cancelled, or until the gateway finds that it may not write.
  func run(_ rules: GatewayRules) async {
    var written: [RuleObject: RuleCondition] = [:]
    for await _ in rules.changes() where rules.isComplete {
      let all = rules.table.conditions
      guard await write(all.filter { written[$0.rule] != $0.condition }) else { return }
      written = Dictionary(all.map { ($0.rule, $0.condition) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Writes what is new in `wanted`; false when the gateway may not, after which it is not tried again.
  func write(_ wanted: [(rule: RuleObject, condition: RuleCondition)]) async -> Bool {
    for (rule, condition) in wanted {
      guard !Task.isCancelled else { return true }
      do throws(ClusterError) {
        let object = try await cluster.get(resource(rule.kind), rule.name)
        let former = object.status["conditions"]?.sequence?.first { $0["type"]?.string == RuleCondition.type }
        guard !condition.isSaid(by: former) else { continue }
        _ = try await cluster.patch(
          resource(rule.kind), rule.name, .merge(condition.patch(of: object, now: Timestamp.now())))
      } catch {
        if case .refused(let status) = error, status.code == 403 {
          report(
            "the gateway may not write into the status of \(rule.kind.rawValue)s: no object says why it is not served")
          return false
        }
      }
    }
    return true
  }

  private func resource(_ kind: RuleObject.Kind) -> Resource {
    switch kind {
    case .apiService: dialect.apiServices
    case .jsBundle: dialect.jsBundles
    case .reverseProxy: dialect.reverseProxies
    }
  }
}

extension RouteTable {
  /// What is to be said of each object.
  var conditions: [(rule: RuleObject, condition: RuleCondition)] {
    let conflicts = Dictionary(grouping: conflicts(), by: \.rule)
    func condition(_ object: RuleObject, _ problem: String?, _ problems: [String]) -> (RuleObject, RuleCondition) {
      let losses = (conflicts[object] ?? []).filter { $0.problem.hasSuffix("; the older one does") }
      return (object, RuleCondition(object, problem: problem, problems: problems, conflicts: losses))
    }
    return services.map { condition($0.object, $0.endpoint.problem, $0.problems) }
      + bundles.map { condition($0.object, $0.files.isEmpty ? $0.problems.first : nil, $0.problems) }
      + proxies.map { rule in
        condition(
          rule.object, rule.endpoint.problem ?? (rule.matchers.isEmpty ? rule.problems.first : nil), rule.problems)
      }
  }
}
