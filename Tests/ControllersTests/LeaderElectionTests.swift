import Client
import Extensions
import HTTP
import Manifest
import TestSupport
import Testing

@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

@Suite struct LeaderElectionTests {
  /// Who is at work, in order, and who has ended.
  private final class Witness: Sendable {
    let events = Locked<[String]>([])

    func note(_ text: String) { events.withLock { $0.append(text) } }
    var all: [String] { events.withLock { $0 } }
  }

  private func election(_ name: String, _ cluster: Cluster) -> LeaderElection {
    var election = LeaderElection(cluster: cluster, identity: name)
    election.retryPeriod = .milliseconds(10)
    return election
  }

  private func start(_ election: LeaderElection, _ witness: Witness) -> Task<Void, Never> {
    Task {
      await election.run { cluster in
        witness.note("\(election.identity) begins")
        // Works until it is told to stop.
        while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        witness.note("\(election.identity) ends")
      }
    }
  }

  @Test func oneIsAtWorkAndTheNextBeginsWhenItLeaves() async throws {
    let cluster = try ControllerFixture(.installPlan).cluster
    let witness = Witness()
    let first = start(election("one", cluster), witness)
    await eventually("the first is at work") { witness.all == ["one begins"] }
    let second = start(election("two", cluster), witness)

    first.cancel()
    await first.value
    await eventually("the second is at work") { witness.all == ["one begins", "one ends", "two begins"] }

    let lease = try await cluster.get(LeaderElection.leases, namespace: "kubesphere-system", "ksxd-controllers")
    #expect(lease.spec["holderIdentity"] == "two")
    #expect((lease.spec["leaseTransitions"]?.integer ?? 0) >= 1)
    second.cancel()
    await second.value
  }

  @Test func whoWaitsReadsTheLeaseAndNothingElse() async throws {
    let cluster = try ControllerFixture(.installPlan).cluster
    let witness = Witness()
    let first = start(election("one", cluster), witness)
    await eventually("the first is at work") { witness.all == ["one begins"] }
    let counting = ScriptedTransport { (request, _) async throws(TransportError) in
      try await cluster.transport.send(request)
    }
    let second = start(election("two", Cluster(transport: counting)), witness)
    await eventually("the second has looked") { counting.requests.count >= 3 }

    #expect(counting.requests.allSatisfy { $0.target.contains("/leases/") })
    for task in [second, first] {
      task.cancel()
      await task.value
    }
  }

  /// As client-go's leaderelection has it.
  @Test func aLeaseSaysSinceWhenItIsHeldAndHowOftenItChangedHands() throws {
    let election = election("one", try ControllerFixture(.installPlan).cluster)
    let time: Value = "2026-01-02T03:04:05.000000Z"

    let renewed = election.spec(
      after: ["holderIdentity": "one", "acquireTime": time, "renewTime": time, "leaseTransitions": 3])
    let taken = election.spec(after: ["holderIdentity": "", "acquireTime": time, "leaseTransitions": 3])

    #expect(renewed["acquireTime"] == time && renewed["leaseTransitions"] == 3)
    #expect(renewed["renewTime"] != time)
    #expect(taken["acquireTime"] != time && taken["leaseTransitions"] == 4)
  }

  @Test func aHolderThatSaysNothingIsFollowedAndOneThatRenewsIsNot() async throws {
    let cluster = try ControllerFixture(.installPlan).cluster
    let witness = Witness()
    try await cluster.ensureNamespace("kubesphere-system")
    let dead: Value = ["holderIdentity": "dead", "leaseDurationSeconds": 1]
    _ = try await cluster.create(
      LeaderElection.leases,
      Object(LeaderElection.leases, name: "ksxd-controllers", namespace: "kubesphere-system", ["spec": dead]))

    let begun = ContinuousClock.now
    let task = start(election("heir", cluster), witness)
    await eventually("the heir is at work") { witness.all == ["heir begins"] }

    #expect(ContinuousClock.now - begun >= .seconds(1))
    task.cancel()
    await task.value
  }

  @Test func whoeverLosesTheLeaseStops() async throws {
    let cluster = try ControllerFixture(.installPlan).cluster
    let witness = Witness()
    let task = start(election("one", cluster), witness)
    await eventually("it is at work") { witness.all == ["one begins"] }

    _ = try await cluster.patch(
      LeaderElection.leases, namespace: "kubesphere-system", "ksxd-controllers",
      ["spec": ["holderIdentity": "thief"]])

    await eventually("it has stopped") { witness.all == ["one begins", "one ends"] }
    task.cancel()
    await task.value
  }

  @Test func aLeaderWhoseServerHangsStopsAndSaysSoWhenItsTermEnds() async throws {
    let cluster = try ControllerFixture(.installPlan).cluster
    let (witness, isHanging, said) = (Witness(), Locked(false), Locked<[String]>([]))
    let server = ScriptedTransport { (request, _) async throws(TransportError) in
      if isHanging.withLock({ $0 }) {
        try? await Task.sleep(for: .seconds(600))
        throw .cancelled
      }
      return try await cluster.transport.send(request)
    }
    var election = election("one", Cluster(transport: server))
    election.renewDeadline = .milliseconds(300)
    election.metrics = ControllerMetrics()
    election.report = { line in said.withLock { $0.append(line) } }
    let task = start(election, witness)
    await eventually("it is at work") { witness.all == ["one begins"] }
    #expect(await election.metrics?.text().containsText("ksxd_leader 1") == true)

    isHanging.withLock { $0 = true }

    await eventually("it has stopped") { witness.all == ["one begins", "one ends"] && said.withLock { $0.count } == 2 }
    #expect(await election.metrics?.text().containsText("ksxd_leader 0") == true)
    let lease = "the lease kubesphere-system/ksxd-controllers"
    #expect(
      said.withLock { $0 } == [
        "\(lease) is held by this replica: the controllers begin", "\(lease) is not held any more: the controllers end",
      ])
    task.cancel()
    await task.value
  }

  @Test func noWriteIsSentOnceALeaseHasEnded() async throws {
    let transport = ScriptedTransport { _, _ in .json("{}") }
    let term = LeaseTerm(until: .now + .seconds(60))
    let fenced = FencedTransport(transport, term: term)
    _ = try await fenced.send(HTTPRequest(.patch, "/a"))

    term.close()
    _ = try await fenced.send(HTTPRequest(.get, "/a"))
    await #expect(throws: TransportError.self) { try await fenced.send(HTTPRequest(.patch, "/a")) }

    #expect(transport.requests.map(\.method) == [.patch, .get])
  }

  @Test func metricsAndReadinessTellWhatTheControllersAreAt() async throws {
    let fixture = try ControllerFixture(.installPlan)
    let settings = fixture.settings()
    #expect(await settings.metrics.unreadiness() == "the controllers have not begun")

    try await fixture.withControllers(settings) {
      await eventually("they are ready") { await settings.metrics.unreadiness() == nil }
      let text = await settings.metrics.text()
      for line in ["ksxd_leader 1", "ksxd_queue_depth{controller=\"installation\"} 0", "ksxd_queue_lag_seconds"] {
        #expect(text.containsText(line), "\(text)")
      }
    }

    let waiting = ControllerMetrics()
    waiting.setLeader(false)
    #expect(await waiting.unreadiness() == "the controllers have not begun")
    waiting.noteLease()
    #expect(await waiting.unreadiness() == nil)
  }
}
