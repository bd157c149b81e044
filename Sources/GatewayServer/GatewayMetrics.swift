import Extensions
import Manifest
import Platform

/// Counts the gateway's requests, and writes the metrics in the text format of Prometheus.
final class GatewayMetrics: Sendable {
  /// What the responses of upstreams are counted by: the rule and the status class (`status / 100`); 0 is no response,
  /// -1 a client that left before there was one.
  private struct AnswerKey: Hashable {
    var kind: RuleObject.Kind
    var name: String
    var statusClass: Int

    /// The label of the class in the metrics.
    var code: String { statusClass < 0 ? "abandoned" : statusClass == 0 ? "none" : "\(statusClass)xx" }
  }

  /// What the refusals by the gateway itself are counted by: the rule that was not asked, and the status.
  private struct RefusalKey: Hashable {
    var rule: String
    var status: Int
  }

  private struct State {
    var answers: [AnswerKey: Int] = [:]
    var refusals: [RefusalKey: Int] = [:]
    var latencies: [RuleObject.Kind: Histogram] = [:]
  }

  private let state = Locked(State())

  /// Counts a response of the upstream of `rule` after `time`; a `status` of 0 is no response.
  func note(_ rule: RuleObject, status: Int, after time: Duration) {
    state.withLock { state in
      state.answers[AnswerKey(kind: rule.kind, name: rule.name, statusClass: status / 100), default: 0] += 1
      if status > 0 { state.latencies[rule.kind, default: Histogram()].add(time) }
    }
  }

  /// Counts how an exchange that began at `since` was answered or failed; its end is not counted.
  func note(_ outcome: UpstreamRelay.Outcome, of rule: RuleObject, since: ContinuousClock.Instant) {
    switch outcome {
    case .answered(let status): note(rule, status: status, after: ContinuousClock.now - since)
    case .failed: note(rule, status: 0, after: .zero)
    case .abandoned: note(rule, status: -100, after: .zero)
    case .finished: break
    }
  }

  /// Counts a request of `rule` that is not sent to the upstream.
  func note(refusal status: Int, of rule: RuleObject) {
    state.withLock { $0.refusals[RefusalKey(rule: rule.description, status: status), default: 0] += 1 }
  }

  /// All metrics; counts of rules that no longer exist are dropped.
  func text(
    _ table: RouteTable, _ ruleProblems: RuleState.RuleProblems, _ connections: UpstreamPools.Counts,
    served: [RuleObject.Kind: Int]
  ) -> String {
    let names = Set(
      table.services.map(\.object.description) + table.proxies.map(\.object.description)
        + table.bundles.map(\.object.description))
    let (answers, refusals, latencies) = state.withLock { state in
      state.answers = state.answers.filter { names.contains("\($0.key.kind.rawValue) \($0.key.name)") }
      state.refusals = state.refusals.filter { names.contains($0.key.rule) }
      return (state.answers, state.refusals, state.latencies)
    }
    let counted = answers.map { key, count in
      ("{kind=\"\(key.kind.rawValue)\",name=\(quoted(key.name)),code=\"\(key.code)\"}", "\(count)")
    }.sorted { $0.0 < $1.0 }
    let refused = refusals.map { key, count in
      let words = key.rule.split(separator: " ", maxSplits: 1).map(String.init)
      return ("{kind=\"\(words[0])\",name=\(quoted(words.last ?? "")),code=\"\(key.status)\"}", "\(count)")
    }.sorted { $0.0 < $1.0 }
    return family("ksxd_gateway_requests_total", "counter", "Requests that were sent on, by what came back.", counted)
      + family("ksxd_gateway_refusals_total", "counter", "Requests that were not sent on, by the status.", refused)
      + latency(latencies) + health(table, ruleProblems) + pool(connections)
      + family(
        "ksxd_gateway_rules", "gauge", "Objects that are served.",
        RuleObject.Kind.allCases.map { ("{kind=\"\($0.rawValue)\"}", "\(served[$0] ?? 0)") })
  }

  private func health(_ table: RouteTable, _ ruleProblems: RuleState.RuleProblems) -> String {
    let proxies = table.proxies.filter { $0.healthCheck != nil || $0.circuitBreaker != nil }.map(\.object.name)
    return family(
      "ksxd_gateway_upstream_healthy", "gauge", "Whether the health check of a ReverseProxy succeeds.",
      proxies.map { ("{name=\(quoted($0))}", ruleProblems.failedHealthChecks[$0] == nil ? "1" : "0") })
      + family(
        "ksxd_gateway_breaker_open", "gauge", "Whether the upstream of a ReverseProxy is left alone.",
        proxies.map { ("{name=\(quoted($0))}", ruleProblems.open.contains($0) ? "1" : "0") })
  }

  private func latency(_ latencies: [RuleObject.Kind: Histogram]) -> String {
    let name = "ksxd_gateway_answer_seconds"
    var lines = ""
    for (kind, histogram) in latencies.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines += histogram.lines(name, "kind=\"\(kind.rawValue)\"")
    }
    return "# HELP \(name) Until the head of an upstream's answer.\n# TYPE \(name) histogram\n" + lines
  }

  private func pool(_ counts: UpstreamPools.Counts) -> String {
    family(
      "ksxd_gateway_upstream_connections", "gauge", "Connections to upstreams.",
      [("{state=\"active\"}", "\(counts.open - counts.idle)"), ("{state=\"idle\"}", "\(counts.idle)")])
      + family(
        "ksxd_gateway_upstream_connects_total", "counter", "Connections to upstreams that were tried.",
        [("{result=\"made\"}", "\(counts.made)"), ("{result=\"failed\"}", "\(counts.failed)")])
  }

  private func family(_ name: String, _ type: String, _ help: String, _ samples: [(String, String)]) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n" + samples.map { "\(name)\($0.0) \($0.1)\n" }.joined()
  }

  private func quoted(_ text: String) -> String { JSON.text(.string(text)) }
}

/// How many durations were at most as long as each bound, in milliseconds.
struct Histogram: Hashable, Sendable {
  private static let bounds = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]

  private var counts = [Int](repeating: 0, count: bounds.count)
  private var count = 0
  private var microseconds = 0

  mutating func add(_ time: Duration) {
    let spent = Int(time.components.seconds) * 1_000_000 + Int(time.components.attoseconds / 1_000_000_000_000)
    count += 1
    microseconds += spent
    if let index = Self.bounds.firstIndex(where: { spent <= $0 * 1_000 }) { counts[index] += 1 }
  }

  func lines(_ name: String, _ label: String) -> String {
    var (lines, sum) = ("", 0)
    for (bound, count) in zip(Self.bounds, counts) {
      sum += count
      lines += "\(name)_bucket{\(label),le=\"\(Double(bound) / 1_000)\"} \(sum)\n"
    }
    return lines + "\(name)_bucket{\(label),le=\"+Inf\"} \(count)\n"
      + "\(name)_sum{\(label)} \(Double(microseconds) / 1_000_000)\n\(name)_count{\(label)} \(count)\n"
  }
}
