import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import GatewayServer

/// When upstreams are asked how they are, and what is forgotten.
@Suite struct HealthChecksTests {
  private let rules = GatewayRules()
  private let ruleState = RuleState()

  private func set(check: Value?) {
    var upstream: Mapping = ["backend": "http://a.example"]
    if let check { upstream["healthCheck"] = check }
    let rule = ReverseProxyRule(
      .rule("p", ["matcher": [["path": "/a"]], "upstream": .mapping(upstream)]), dialect: .subscription)
    rules.set(RouteTable(proxies: [rule]))
  }

  @Test func aCheckThatIsTakenAwayLeavesNoIllnessAndIsTold() async {
    let checks = HealthChecks(rules: rules, ruleState: ruleState, pools: UpstreamPools(.init()), address: { _ in nil })
    var due: [String: HealthChecks.Due] = [:]
    set(check: ["url": "/bad"])
    #expect(checks.wanted(&due, .now).count == 1)
    set(check: nil)
    // The answer of a question that was under way comes late.
    #expect(checks.wanted(&due, .now).isEmpty)
    ruleState.setHealthCheckFailure("its health check answers 500", of: "p")
    var changes = rules.changes().makeAsyncIterator()
    await changes.next()

    #expect(checks.wanted(&due, .now).isEmpty)

    #expect(ruleState.ruleProblems.failedHealthChecks.isEmpty)
    await changes.next()
  }

  @Test func aCheckThatChangesIsAskedAtOnce() {
    let checks = HealthChecks(rules: rules, ruleState: ruleState, pools: UpstreamPools(.init()), address: { _ in nil })
    var due: [String: HealthChecks.Due] = [:]
    set(check: ["url": "/a", "interval": "24h"])
    #expect(checks.wanted(&due, .now).count == 1)
    #expect(checks.wanted(&due, .now).isEmpty)

    set(check: ["url": "/b", "interval": "24h"])

    #expect(checks.wanted(&due, .now).count == 1)
  }
}
