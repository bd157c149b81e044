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

  /// When an upstream is asked again, and by which rule.
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

  /// The proxies whose upstreams are to be asked at `now`; `due` is when each will be again.
  func wanted(_ due: inout [String: Due], _ now: ContinuousClock.Instant) -> [ReverseProxyRule] {
    let all = rules.table.proxies.filter { $0.healthCheck != nil && $0.object.isAvailable }.prefix(Self.most)
    let names = Set(all.map(\.object.name))
    due = due.filter { names.contains($0.key) }
    // Those of a question, too, that was under way when it was no longer to be asked.
    for name in guards.troubles.illnesses.keys where !names.contains(name) { setIllness(nil, of: name) }
    return all.filter { rule in
      guard let check = rule.healthCheck else { return false }
      if let former = due[rule.object.name], former.check == check, former.endpoint == rule.endpoint, former.at > now {
        return false
      }
      // One question of each is under way at a time.
      due[rule.object.name] = Due(check: check, endpoint: rule.endpoint, at: now + max(check.interval, check.timeout))
      return true
    }
  }

  /// The object's condition tells it.
  private func setIllness(_ reason: String?, of name: String) {
    if guards.setIllness(reason, of: name) { rules.tellChange() }
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
    setIllness(reason, of: rule.object.name)
  }
}
