import Platform

/// Metrics of the controllers for Prometheus, and their readiness.
package final class ControllerMetrics: Sendable {
  private struct Counts {
    var succeeded = 0
    var failed = 0
    var time = Duration.zero
  }

  private struct State {
    var queues: [String: WorkQueue] = [:]
    var counts: [String: Counts] = [:]
    var isLeader: Bool?
    var lease: ContinuousClock.Instant?
  }

  private let state = Locked(State())

  package init() {}

  func register(_ title: String, _ queue: WorkQueue) { state.withLock { $0.queues[title] = queue } }

  func note(_ title: String, hasSucceeded: Bool, _ time: Duration) {
    state.withLock { state in
      var counts = state.counts[title] ?? Counts()
      if hasSucceeded { counts.succeeded += 1 } else { counts.failed += 1 }
      counts.time += time
      state.counts[title] = counts
    }
  }

  /// Records whether this replica is the leader; if it is not, the queues of its last term are dropped.
  package func setLeader(_ isLeader: Bool) {
    state.withLock { state in
      state.isLeader = isLeader
      if !isLeader { state.queues = [:] }
    }
  }

  /// Records that the lease was read or written.
  func noteLease() { state.withLock { $0.lease = .now } }

  /// Why the controllers are not ready; `nil` if the caches are synced, or another replica is the leader and the lease
  /// can be read.
  package func unreadiness() async -> String? {
    let (queues, isLeader, lease) = state.withLock { ($0.queues, $0.isLeader, $0.lease) }
    if isLeader != true, let lease {
      return ContinuousClock.now - lease < .seconds(30) ? nil : "the lease could not be read for 30 s"
    }
    if queues.isEmpty { return "the controllers have not begun" }
    for (title, queue) in queues.sorted(by: { $0.key < $1.key }) {
      if await !queue.isSynced { return "the \(title) controller does not know yet what there is" }
    }
    return nil
  }

  /// All metrics in Prometheus' text format.
  package func text() async -> String {
    let (queues, counts, isLeader) = state.withLock { ($0.queues, $0.counts, $0.isLeader) }
    var lines = [
      "# HELP ksxd_leader Whether these controllers hold the lease.", "# TYPE ksxd_leader gauge",
      "ksxd_leader \(isLeader == false ? 0 : 1)",
      "# HELP ksxd_queue_depth Objects that wait for reconciliation.", "# TYPE ksxd_queue_depth gauge",
    ]
    let sorted = queues.sorted { $0.key < $1.key }
    for (title, queue) in sorted { lines.append("ksxd_queue_depth{controller=\"\(title)\"} \(await queue.depth)") }
    lines += [
      "# HELP ksxd_queue_lag_seconds How long the oldest of them has waited.", "# TYPE ksxd_queue_lag_seconds gauge",
    ]
    for (title, queue) in sorted {
      lines.append("ksxd_queue_lag_seconds{controller=\"\(title)\"} \(Self.seconds(await queue.lag))")
    }
    return (lines + Self.lines(of: counts)).joined(separator: "\n") + "\n"
  }

  private static func lines(of counts: [String: Counts]) -> [String] {
    let counts = counts.sorted { $0.key < $1.key }
    var lines = ["# HELP ksxd_reconcile_total Reconciliations of objects.", "# TYPE ksxd_reconcile_total counter"]
    for (title, count) in counts {
      lines.append("ksxd_reconcile_total{controller=\"\(title)\",result=\"success\"} \(count.succeeded)")
      lines.append("ksxd_reconcile_total{controller=\"\(title)\",result=\"failure\"} \(count.failed)")
    }
    lines += [
      "# HELP ksxd_reconcile_seconds_total Time that reconciliations took.",
      "# TYPE ksxd_reconcile_seconds_total counter",
    ]
    for (title, count) in counts {
      lines.append("ksxd_reconcile_seconds_total{controller=\"\(title)\"} \(seconds(count.time))")
    }
    return lines
  }

  private static func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    return "\(seconds).\(String(repeating: "0", count: 3 - String(milliseconds).count))\(milliseconds)"
  }
}
