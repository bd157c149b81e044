import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Writes into the status of each object whether it is served, whenever that has changed.
struct RuleConditions: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var settings = GatewaySettings()
  /// After how long it is looked again at what is written, what was refused and what bundles are made of.
  var pause = Duration.seconds(30)

  /// Runs until the task is cancelled.
  func run(_ rules: GatewayRules, _ guards: RuleGuards) async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        while !Task.isCancelled {
          try? await Task.sleep(for: pause)
          rules.tellChange()
        }
      }
      await follow(rules, guards)
      group.cancelAll()
    }
  }

  private func follow(_ rules: GatewayRules, _ guards: RuleGuards) async {
    var (ledger, sources, isRefused) = (ConditionLedger(), SourceChecks(), false)
    var reviewed = ContinuousClock.now
    for await _ in rules.changes() where rules.isComplete {
      let (now, snapshot) = (ContinuousClock.now, rules.snapshot)
      let isReview = now - reviewed >= pause
      if isReview { reviewed = now }
      // Until the gateway may write, it tries now and then.
      if isRefused, !isReview { continue }
      guards.setSources(await sources.problems(of: snapshot, settings, in: cluster, now, pause))
      let judge = RuleJudge(
        snapshot: snapshot, troubles: guards.troubles, tellsLinks: dialect.era == .seed, settings: settings)
      let all = judge.conditions
      let due = ledger.due(all, said: snapshot.said, isReview: isReview)
      let failed = await write(due, isReported: isRefused)
      isRefused = failed == nil
      if let failed { ledger.note(all, failed) }
    }
  }

  /// Writes what is new in `wanted`, and gives those that are to be tried again at the next change; `nil` when the gateway
  /// may not write, which is reported unless it has been.
  func write(
    _ wanted: [(rule: RuleObject, condition: RuleCondition)], isReported: Bool = false
  ) async -> Set<RuleObject>? {
    var failed: Set<RuleObject> = []
    for (rule, condition) in wanted where !Task.isCancelled {
      do throws(ClusterError) {
        let object = try await cluster.get(resource(rule.kind), rule.name)
        guard !condition.isSaid(by: SaidCondition(object)) else { continue }
        _ = try await cluster.patch(
          resource(rule.kind), rule.name, .merge(condition.patch(of: object, now: Timestamp.now())))
      } catch {
        // A webhook that says no means this object alone.
        if case .refused(let status) = error, status.code == 403, !status.isDenial {
          if !isReported { report(rule.kind) }
          return nil
        }
        // Another client was faster, or the server does not answer.
        failed.insert(rule)
      }
    }
    return failed
  }

  private func report(_ kind: RuleObject.Kind) {
    settings.report(
      "the gateway may not write into the status of \(kind.rawValue)s: no object says why it is not served")
  }

  private func resource(_ kind: RuleObject.Kind) -> Resource {
    switch kind {
    case .apiService: dialect.apiServices
    case .jsBundle: dialect.jsBundles
    case .reverseProxy: dialect.reverseProxies
    }
  }
}

/// What was last written of each object.
///
/// Several gateways may find different things: each writes what has changed for it, and what is missing, at once, and
/// contradicts what an object says only when all is reviewed, so that they do not write in turns.
struct ConditionLedger {
  private var written: [String: RuleCondition] = [:]

  /// Those of `all` that are to be written, of objects that say what is in `said`.
  func due(
    _ all: [(rule: RuleObject, condition: RuleCondition)], said: [String: SaidCondition], isReview: Bool
  ) -> [(rule: RuleObject, condition: RuleCondition)] {
    all.filter { rule, condition in
      let word = said[rule.description]
      if condition.isSaid(by: word) { return false }
      return isReview || word == nil || written[rule.description] != condition
    }
  }

  /// Notes that `all` have been told, but for those that `failed`.
  mutating func note(_ all: [(rule: RuleObject, condition: RuleCondition)], _ failed: Set<RuleObject>) {
    let told = all.filter { !failed.contains($0.rule) }
    written = Dictionary(told.map { ($0.rule.description, $0.condition) }, uniquingKeysWith: { first, _ in first })
  }
}
