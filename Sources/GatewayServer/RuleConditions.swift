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

  /// Where a bundle's own file is served, if that is to be told; an object of the first design says it nowhere else.
  var link: String?

  /// Of the rule of `object`: `problem` keeps all of it from being served, `illness` for now, `problems` parts of it.
  ///
  /// Of `conflicts` those that it loses keep it from being served, the others are only told.
  init(_ object: RuleObject, problem: String?, illness: String? = nil, problems: [String], conflicts: [Conflict]) {
    let losses = conflicts.filter(\.isLoss)
    if !object.isAvailable {
      let state = object.state.isEmpty ? "there is no status.state" : "status.state is \(object.state)"
      self.init(isServed: false, reason: "NotAvailable", message: state)
    } else if let problem {
      self.init(isServed: false, reason: "Unusable", message: problem)
    } else if !losses.isEmpty {
      self.init(isServed: false, reason: "Conflict", message: Self.words(losses))
    } else if let illness {
      self.init(isServed: false, reason: "Unhealthy", message: illness)
    } else if !problems.isEmpty {
      self.init(isServed: true, reason: "ServedInPart", message: problems.prefix(10).joined(separator: "; "))
    } else {
      self.init(isServed: true, reason: conflicts.isEmpty ? "Served" : "Overlaps", message: Self.words(conflicts))
    }
  }

  private static func words(_ conflicts: [Conflict]) -> String {
    conflicts.prefix(10).map { "\($0.other): \($0.problem)" }.joined(separator: "; ")
  }

  private init(isServed: Bool, reason: String, message: String) {
    self.isServed = isServed
    self.reason = reason
    self.message = Excerpt.shortened(message, to: 1_000)
  }

  /// Whether the status of `object` says the same.
  func isSaid(by object: Object) -> Bool {
    let condition = object.status["conditions"]?.sequence?.first { $0["type"]?.string == Self.type }
    return condition?["status"]?.string == status && condition?["reason"]?.string == reason
      && condition?["message"]?.string == message && (link == nil || object.status["link"]?.string == link)
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
    var told: Mapping = [
      "conditions": .sequence(conditions.filter { $0["type"]?.string != Self.type } + [condition])
    ]
    if let link { told["link"] = .string(link) }
    // Others write conditions too: what has changed meanwhile is not written over.
    return ["metadata": ["resourceVersion": .string(object.resourceVersion)], "status": .mapping(told)]
  }
}

/// Writes into the status of each object whether it is served, whenever that has changed.
struct RuleConditions: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  /// Whether bundles may name ConfigMaps and Secrets of any namespace.
  var allowsForeignReferences = false
  var report: @Sendable (String) -> Void

  /// Runs until the task is cancelled, or until the gateway finds that it may not write.
  func run(_ rules: GatewayRules, _ guards: RuleGuards) async {
    var written: [RuleObject: RuleCondition] = [:]
    for await _ in rules.changes() where rules.isComplete {
      let judge = RuleJudge(
        snapshot: rules.snapshot, illnesses: guards.troubles.illnesses, tellsLinks: dialect.era == .seed,
        allowsForeignReferences: allowsForeignReferences)
      let all = judge.conditions
      guard let failed = await write(all.filter { written[$0.rule] != $0.condition }) else { return }
      let done = all.filter { !failed.contains($0.rule) }
      written = Dictionary(done.map { ($0.rule, $0.condition) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Writes what is new in `wanted`, and gives those that are to be tried again at the next change; `nil` when the gateway
  /// may not write, after which nothing is.
  func write(_ wanted: [(rule: RuleObject, condition: RuleCondition)]) async -> Set<RuleObject>? {
    var failed: Set<RuleObject> = []
    for (rule, condition) in wanted where !Task.isCancelled {
      do throws(ClusterError) {
        let object = try await cluster.get(resource(rule.kind), rule.name)
        guard !condition.isSaid(by: object) else { continue }
        _ = try await cluster.patch(
          resource(rule.kind), rule.name, .merge(condition.patch(of: object, now: Timestamp.now())))
      } catch {
        // A webhook that says no means this object alone.
        if case .refused(let status) = error, status.code == 403, !status.isDenial {
          report(
            "the gateway may not write into the status of \(rule.kind.rawValue)s: no object says why it is not served")
          return nil
        }
        // Another client was faster, or the server does not answer.
        failed.insert(rule)
      }
    }
    return failed
  }

  private func resource(_ kind: RuleObject.Kind) -> Resource {
    switch kind {
    case .apiService: dialect.apiServices
    case .jsBundle: dialect.jsBundles
    case .reverseProxy: dialect.reverseProxies
    }
  }
}
