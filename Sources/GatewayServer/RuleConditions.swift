import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Writes into the status of each object whether it is served, when that changes.
struct RuleConditions: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var settings = GatewaySettings()
  /// How often conditions that another client has changed, refused writes and the sources of bundles are reviewed.
  var reviewInterval = Duration.seconds(30)

  /// Runs until the task is cancelled.
  func run(_ rules: GatewayRules, _ ruleState: RuleState) async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        while !Task.isCancelled {
          try? await Task.sleep(for: reviewInterval)
          rules.notifyReader()
        }
      }
      await follow(rules, ruleState)
      group.cancelAll()
    }
  }

  private func follow(_ rules: GatewayRules, _ ruleState: RuleState) async {
    var (ledger, sources, isRefused) = (ConditionLedger(), SourceChecks(), false)
    var reviewed = ContinuousClock.now
    for await _ in rules.changes() where rules.isComplete {
      let (now, snapshot) = (ContinuousClock.now, rules.snapshot)
      let isReview = now - reviewed >= reviewInterval
      if isReview { reviewed = now }
      // While the gateway may not write, it tries only in reviews.
      if isRefused, !isReview { continue }
      ruleState.setSources(await sources.problems(of: snapshot, settings, in: cluster, now, reviewInterval))
      let evaluation = RuleEvaluation(
        snapshot: snapshot, ruleProblems: ruleState.ruleProblems, writesLinks: dialect.era == .seed, settings: settings)
      let all = evaluation.conditions
      let due = ledger.due(all, present: snapshot.presentConditions, isReview: isReview)
      let failed = await write(due, isReported: isRefused)
      isRefused = failed == nil
      if let failed { ledger.note(all, failed) }
    }
  }

  /// Writes the conditions that differ, and returns the objects to try again at the next change; `nil` if the gateway
  /// may not write, which is reported unless `isReported` says that it was.
  func write(
    _ wanted: [(rule: RuleObject, condition: RuleCondition)], isReported: Bool = false
  ) async -> Set<RuleObject>? {
    var failed: Set<RuleObject> = []
    for (rule, condition) in wanted where !Task.isCancelled {
      do throws(ClusterError) {
        let object = try await cluster.get(resource(rule.kind), rule.name)
        guard !condition.matches(PresentCondition(object)) else { continue }
        _ = try await cluster.patch(
          resource(rule.kind), rule.name, .merge(condition.patch(of: object, now: Timestamp.now())))
      } catch {
        // An admission webhook that denies the request refuses this object only.
        if case .refused(let status) = error, status.code == 403, !status.isDenial {
          if !isReported { report(rule.kind) }
          return nil
        }
        // Another client has changed the object first, or the API server did not answer.
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

/// The conditions that this gateway has written last.
///
/// Several gateways may come to different conditions. Each writes a condition at once if it is missing or its own has
/// changed, but overwrites a different one only in a review, so that they do not overwrite each other in turns.
struct ConditionLedger {
  private var written: [String: RuleCondition] = [:]

  /// The conditions of `all` that are to be written; `present` is what the objects have now.
  func due(
    _ all: [(rule: RuleObject, condition: RuleCondition)], present: [String: PresentCondition], isReview: Bool
  ) -> [(rule: RuleObject, condition: RuleCondition)] {
    all.filter { rule, condition in
      let current = present[rule.description]
      if condition.matches(current) { return false }
      return isReview || current == nil || written[rule.description] != condition
    }
  }

  /// Notes that `all` have been written, except those that `failed`.
  mutating func note(_ all: [(rule: RuleObject, condition: RuleCondition)], _ failed: Set<RuleObject>) {
    let current = all.filter { !failed.contains($0.rule) }
    written = Dictionary(current.map { ($0.rule.description, $0.condition) }, uniquingKeysWith: { first, _ in first })
  }
}
