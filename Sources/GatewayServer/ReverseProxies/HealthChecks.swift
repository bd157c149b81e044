import Extensions
import HTTP
import NIOCore
import NIOPosix

/// Runs the health checks of ReverseProxies.
struct HealthChecks: Sendable {
  var rules: GatewayRules
  var ruleState: RuleState
  var pools: UpstreamPools
  var address: @Sendable (Endpoint) -> UpstreamAddress?

  /// Proxies whose upstreams are checked; further ones are not.
  private static let maximum = 256

  /// When an upstream is checked next, and what the last check was of.
  struct Due: Hashable {
    var check: HealthCheck
    var endpoint: Endpoint
    var at: ContinuousClock.Instant
  }

  /// Runs until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      var due: [String: Due] = [:]
      while !Task.isCancelled {
        for rule in wanted(&due, ContinuousClock.now) { group.addTask { await check(rule) } }
        try? await Task.sleep(for: .milliseconds(100))
      }
      group.cancelAll()
    }
  }

  /// The proxies whose upstreams are to be checked at `now`; `due` is when each will be checked again.
  func wanted(_ due: inout [String: Due], _ now: ContinuousClock.Instant) -> [ReverseProxyRule] {
    let all = rules.table.proxies.filter { $0.healthCheck != nil && $0.object.isAvailable }.prefix(Self.maximum)
    let names = Set(all.map(\.object.name))
    due = due.filter { names.contains($0.key) }
    // This also clears the result of a check that was running when its proxy was removed.
    for name in ruleState.ruleProblems.failedHealthChecks.keys where !names.contains(name) {
      setHealthCheckFailure(nil, of: name)
    }
    return all.filter { rule in
      guard let check = rule.healthCheck else { return false }
      if let former = due[rule.object.name], former.check == check, former.endpoint == rule.endpoint, former.at > now {
        return false
      }
      // At most one check of each proxy runs at a time.
      due[rule.object.name] = Due(check: check, endpoint: rule.endpoint, at: now + max(check.interval, check.timeout))
      return true
    }
  }

  /// The status condition of the object reports the result.
  private func setHealthCheckFailure(_ reason: String?, of name: String) {
    if ruleState.setHealthCheckFailure(reason, of: name) { rules.notifyReader() }
  }

  private func check(_ rule: ReverseProxyRule) async {
    guard let check = rule.healthCheck, let address = address(rule.endpoint) else { return }
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let reason: String?
    do throws(UpstreamFailure) {
      let status = try await UpstreamProbe.status(of: check.path, at: address, pools, on: loop, within: check.timeout)
      reason = status == check.status ? nil : "its health check answers \(status)"
    } catch {
      reason = "its health check fails: \(error.text)"
    }
    setHealthCheckFailure(reason, of: rule.object.name)
  }
}
