import Extensions
import HTTP
import NIOCore
import NIOPosix

/// Asks the upstreams of ReverseProxies that want it, over and over, whether they are well.
struct HealthChecks: Sendable {
  var rules: GatewayRules
  var guards: RuleGuards
  var pools: UpstreamPools
  var address: @Sendable (Endpoint) -> UpstreamAddress?

  /// Upstreams that are looked after at most.
  private static let most = 256

  /// Runs until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      var due: [String: ContinuousClock.Instant] = [:]
      while !Task.isCancelled {
        for rule in wanted(&due) { group.addTask { await check(rule) } }
        try? await Task.sleep(for: .milliseconds(100))
      }
      group.cancelAll()
    }
  }

  /// The proxies whose upstreams are to be asked now; `due` is when each will be again.
  private func wanted(_ due: inout [String: ContinuousClock.Instant]) -> [ReverseProxyRule] {
    let all = rules.table.proxies.filter { $0.healthCheck != nil && $0.object.isAvailable }.prefix(Self.most)
    let names = Set(all.map(\.object.name))
    for name in due.keys where !names.contains(name) {
      due[name] = nil
      guards.setIllness(nil, of: name)
    }
    let now = ContinuousClock.now
    return all.filter { rule in
      guard due[rule.object.name].map({ $0 <= now }) ?? true, let check = rule.healthCheck else { return false }
      // One question of each is under way at a time.
      due[rule.object.name] = now + max(check.interval, check.timeout)
      return true
    }
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
    // The object's condition tells it.
    if guards.setIllness(reason, of: rule.object.name) { rules.tellChange() }
  }
}
