package import Client
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Leader election among replicas of the controllers, by a Lease of `coordination.k8s.io`.
///
/// The rules are client-go's: a lease that its holder has not renewed for its duration is taken over, measured by the
/// clock of the replica that watches it and not by the times in it. The leader's requests are sent through a transport
/// that refuses writes once the lease may have been lost.
package struct LeaderElection: Sendable {
  package var cluster: Cluster
  package var namespace = "kubesphere-system"
  package var name = "ksxd-controllers"
  /// The name of this replica in the lease.
  package var identity: String
  /// client-go's LeaseDuration: how long other replicas wait for a holder that does not renew.
  package var leaseDuration = Duration.seconds(15)
  /// client-go's RenewDeadline: how long the holder continues after the last renewal.
  package var renewDeadline = Duration.seconds(10)
  /// client-go's RetryPeriod: how often the lease is renewed.
  package var retryPeriod = Duration.seconds(2)
  package var metrics: ControllerMetrics?
  /// Told in a sentence when the lease is taken, lost, or held by another replica.
  package var report: @Sendable (String) -> Void = { _ in }

  package init(cluster: Cluster, identity: String) {
    self.cluster = cluster
    self.identity = identity
  }

  static let leases = Resource(
    group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease", isNamespaced: true)

  /// Runs `work` while the lease is held, and cancels it when the lease is lost; repeats this until the surrounding
  /// task is cancelled.
  package func run(_ work: @escaping @Sendable (Cluster) async -> Void) async {
    var seen: SeenLease?
    while !Task.isCancelled {
      let start = ContinuousClock.now
      guard await acquires(&seen) else {
        // Tried twice as often as the lease is renewed, so that a released lease is taken within two seconds.
        try? await Task.sleep(for: retryPeriod / 2)
        continue
      }
      await hold(from: start, work)
    }
  }

  /// The version of another replica's lease that was seen last, and since when.
  private struct SeenLease {
    var version: String
    var holder: String
    var since: ContinuousClock.Instant
  }

  private var title: String { "the lease \(namespace)/\(name)" }

  /// Creates the lease, or takes it over if it is free or expired; false if another replica holds it.
  private func acquires(_ seen: inout SeenLease?) async -> Bool {
    do {
      guard let lease = try await cluster.find(Self.leases, namespace: namespace, name) else {
        try await cluster.ensureNamespace(namespace)
        _ = try await cluster.create(
          Self.leases, Object(Self.leases, name: name, namespace: namespace, ["spec": spec()]))
        return true
      }
      metrics?.noteLease()
      let holder = lease.spec["holderIdentity"]?.string ?? ""
      if seen?.version != lease.resourceVersion {
        if !holder.isEmpty, holder != identity, seen?.holder != holder {
          report("\(title) is held by \(holder): waiting for it")
        }
        seen = SeenLease(version: lease.resourceVersion, holder: holder, since: .now)
      }
      let allowed = lease.spec["leaseDurationSeconds"]?.integer.map { Duration.seconds($0) } ?? leaseDuration
      let isFree =
        holder.isEmpty || holder == identity || (seen.map { ContinuousClock.now - $0.since > allowed } ?? false)
      guard isFree else { return false }
      try await write(over: lease)
      return true
    } catch {
      // Another replica was faster, or the API server did not answer; this is repeated.
      return false
    }
  }

  /// Runs `work` as long as the lease is renewed.
  private func hold(from start: ContinuousClock.Instant, _ work: @escaping @Sendable (Cluster) async -> Void) async {
    let term = LeaseTerm(until: start + renewDeadline)
    metrics?.setLeader(true)
    report("\(title) is held by this replica: the controllers begin")
    var fenced = cluster
    fenced.transport = FencedTransport(cluster.transport, term: term)
    let running = Task { [fenced] in await work(fenced) }
    await withTaskCancellationHandler {
      while !Task.isCancelled, ContinuousClock.now < term.end {
        try? await Task.sleep(for: retryPeriod)
        if Task.isCancelled { break }
        await renew(term)
      }
    } onCancel: {
      running.cancel()
    }
    running.cancel()
    // Said at once: `work` may take its time to end.
    metrics?.setLeader(false)
    report("\(title) is not held any more: the controllers end")
    // The lease is released only after `work` has ended.
    await running.value
    term.close()
    await release()
  }

  /// Renews the lease, in the time for which it is certainly held: a server that hangs must not prolong that.
  private func renew(_ term: LeaseTerm) async { await Self.until(term.end) { await tryToRenew(term) } }

  /// Runs `work`, and cancels it at `end`.
  private static func until(_ end: ContinuousClock.Instant, _ work: @escaping @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask(operation: work)
      group.addTask { try? await Task.sleep(until: end, clock: .continuous) }
      await group.next()
      group.cancelAll()
    }
  }

  private func tryToRenew(_ term: LeaseTerm) async {
    let start = ContinuousClock.now
    do {
      guard let lease = try await cluster.find(Self.leases, namespace: namespace, name),
        lease.spec["holderIdentity"]?.string == identity
      else { return term.close() }
      try await write(over: lease)
      metrics?.noteLease()
      term.extend(to: start + renewDeadline)
    } catch {
      // The next attempt may succeed before the deadline; after the deadline the term has ended.
    }
  }

  /// Releases the lease, so that another replica does not have to wait until it expires.
  private func release() async {
    // Detached, because the current task may be cancelled, and this request must be sent anyway.
    await Task.detached { [self] in
      await Self.until(.now + renewDeadline) {
        guard let lease = try? await cluster.find(Self.leases, namespace: namespace, name),
          lease.spec["holderIdentity"]?.string == identity
        else { return }
        let metadata: Value = ["resourceVersion": .string(lease.resourceVersion)]
        _ = try? await cluster.patch(
          Self.leases, namespace: namespace, name, .merge(["metadata": metadata, "spec": ["holderIdentity": ""]]))
      }
    }.value
  }

  private func write(over lease: Object) async throws(ClusterError) {
    let body: Value = [
      "metadata": ["resourceVersion": .string(lease.resourceVersion)], "spec": spec(after: lease.spec),
    ]
    _ = try await cluster.patch(Self.leases, namespace: namespace, name, .merge(body))
  }

  /// `acquireTime` and `leaseTransitions` only change with the holder.
  func spec(after earlier: Value) -> Value {
    let (spec, transitions) = (spec(), earlier["leaseTransitions"]?.integer ?? 0)
    guard earlier["holderIdentity"]?.string == identity else {
      return spec.setting(["leaseTransitions"], to: .integer(transitions + 1))
    }
    return spec.setting(["leaseTransitions"], to: .integer(transitions))
      .setting(["acquireTime"], to: earlier["acquireTime"] ?? spec["acquireTime"])
  }

  private func spec() -> Value {
    // Go parses these times only with six fractional digits.
    let time = Timestamp.now().description.dropLast() + ".000000Z"
    return [
      "holderIdentity": .string(identity), "leaseDurationSeconds": .integer(Int(leaseDuration.components.seconds)),
      "renewTime": .string(String(time)), "acquireTime": .string(String(time)), "leaseTransitions": 0,
    ]
  }
}

/// The time until which the lease is certainly held.
final class LeaseTerm: Sendable {
  private let last: Locked<ContinuousClock.Instant>

  init(until end: ContinuousClock.Instant) { last = Locked(end) }

  var end: ContinuousClock.Instant { last.withLock { $0 } }

  func extend(to end: ContinuousClock.Instant) { last.withLock { $0 = max($0, end) } }

  /// Ends it now.
  func close() { last.withLock { $0 = min($0, .now) } }
}

/// A transport that refuses writes once the lease may have been lost.
struct FencedTransport: Transport {
  private let inner: any Transport
  private let term: LeaseTerm

  init(_ inner: any Transport, term: LeaseTerm) {
    self.inner = inner
    self.term = term
  }

  /// The same for another cluster, bound to the same lease.
  func around(_ other: any Transport) -> FencedTransport { FencedTransport(other, term: term) }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let isRead = [.get, .head].contains(request.method)
    guard isRead || ContinuousClock.now < term.end else {
      throw .invalid(reason: "the lease of these controllers has ended, and another's may be at work")
    }
    return try await inner.send(request)
  }
}
