import Client
import Extensions
import HTTP
import Manifest
import TestSupport
import Testing

@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

/// A controller may end between any two writes, here or in a member cluster: the next one goes on from there.
@Suite struct AgentCrashTests {
  /// Lets so many writes through, to whichever cluster, and then nothing: to the controller, the world ends.
  private final class World: Sendable {
    private let left: Locked<Int>
    private let cut: ControllersCrashTests.Cut

    init(writes: Int, _ cut: ControllersCrashTests.Cut) {
      left = Locked(writes)
      self.cut = cut
    }

    var isSpent: Bool { left.withLock { $0 < 0 } }

    /// Whether this write is sent, and whether the controller hears of it: after its last one it does not.
    func takes() -> (sends: Bool, answers: Bool) {
      left.withLock { left in
        left -= 1
        return (cut == .after ? left >= -1 : left >= 0, left >= 0)
      }
    }
  }

  private struct Mortal: Transport {
    var inner: any Transport
    var world: World

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      guard request.method != .get else {
        if world.isSpent { throw .interrupted(reason: "the end") }
        return try await inner.send(request)
      }
      let (sends, answers) = world.takes()
      if sends, !answers { _ = try await inner.send(request) }
      guard answers else { throw .interrupted(reason: "the end") }
      return try await inner.send(request)
    }
  }

  /// Looks at the extension and its agents in turn until nothing is left to do or the world ends.
  private static func work(_ fixture: AgentFixture, _ world: World? = nil) async throws {
    var settings = fixture.settings()
    let reach = settings.memberTransport
    var host = fixture.host.cluster
    if let world {
      host = Cluster(transport: Mortal(inner: host.transport, world: world))
      settings.memberTransport = { Mortal(inner: reach($0), world: world) }
    }
    let own = InstallationReconciler(cluster: host, dialect: fixture.host.dialect, settings: settings)
    let agents = AgentReconciler(
      cluster: host, dialect: fixture.host.dialect, settings: settings,
      members: MemberClusters(home: host, settings: settings))
    for _ in 0..<400 {
      if world?.isSpent == true { return }
      var isAtRest = true
      do {
        if case .after = try await own.reconcile("quince") { isAtRest = false }
        for cluster in ["east", "west"] {
          if case .after = try await agents.reconcile("quince/\(cluster)") { isAtRest = false }
        }
      } catch {
        if world != nil { return }
        // The good one is refused nothing but lost races.
        isAtRest = false
      }
      if isAtRest { return }
      for cluster in [fixture.host.cluster, try fixture.member("east").cluster, try fixture.member("west").cluster] {
        try await playKubelet(cluster)
      }
    }
    Issue.record("it never came to rest")
  }

  private static func playKubelet(_ cluster: Cluster) async throws {
    let kubelet = WorkloadReconciler(cluster: cluster)
    for object in try await cluster.list(.jobs) {
      _ = try await kubelet.reconcile("jobs/\(object.namespace ?? "")/\(object.name)")
    }
  }

  /// What is in all the clusters in the end, wherever the first controller died in `change`.
  private static func ends(
    before: (AgentFixture) async throws -> Void, of change: (AgentFixture) async throws -> Void
  ) async throws -> [Value] {
    var ends: [Value] = []
    for cut in ControllersCrashTests.Cut.allCases { ends += try await self.ends(cut, before: before, of: change) }
    return ends
  }

  private static func ends(
    _ cut: ControllersCrashTests.Cut, before: (AgentFixture) async throws -> Void,
    of change: (AgentFixture) async throws -> Void
  ) async throws -> [Value] {
    var ends: [Value] = []
    // Each cut begins elsewhere, so that a short run of both shows more places.
    var (writes, isSpent) = (cut == .before && !Seeds.isLong ? 3 : 0, true)
    while isSpent, writes < 150 {
      let fixture = try await AgentFixture()
      try await before(fixture)
      try await work(fixture)
      try await change(fixture)
      let world = World(writes: writes, cut)
      try await work(fixture, world)
      try await work(fixture)
      ends.append(try await picture(fixture))
      isSpent = world.isSpent
      writes += Seeds.isLong ? 1 : cut == .before ? 24 : 6
    }
    #expect(!isSpent, "that many writes were not enough")
    return ends
  }

  private static func picture(_ fixture: AgentFixture) async throws -> Value {
    var picture: [Value] = []
    let plans = fixture.plans
    let clusters = try [fixture.host.cluster, fixture.member("east").cluster, fixture.member("west").cluster]
    for cluster in clusters {
      for resource in [Resource.configMaps, .jobs, fixture.host.dialect.jsBundles] {
        for object in try await cluster.list(resource)
        where object.namespace == "extension-quince" || object.namespace == nil {
          guard object.labels["ksx.dev/log"] == nil, object.name.hasPrefix("quince") else { continue }
          picture.append([
            "kind": .string(object.kind), "name": .string(object.name), "data": object.value["data"] ?? .null,
            "state": object.status["state"] ?? .null,
          ])
        }
      }
    }
    for secret in try await fixture.host.cluster.list(.secrets) where secret.name.hasPrefix("ksx-") {
      picture.append(.string(secret.name))
    }
    let agents = try await fixture.host.cluster.find(plans, "quince")?.status["clusterSchedulingStatuses"]
    for agent in agents?.mapping?.pairs ?? [] {
      picture.append([
        agent.key: [
          "state": agent.value["state"] ?? .null, "version": agent.value["version"] ?? .null,
          "message": agent.value["conditions"]?.sequence?.first?["message"] ?? .null,
        ]
      ])
    }
    return .sequence(picture)
  }

  @Test func agentsAreMadeTheSameWhereverTheirControllerDies() async throws {
    let ends = try await Self.ends(before: { _ in }, of: { try await $0.install(["east", "west"]) })

    #expect(Set(ends).count == 1)
    #expect(ends.count > 4)
    #expect(JSON.text(ends[0]).contains("east member true"))
    #expect(JSON.text(ends[0]).contains("version 1.0.0, revision 1"))
  }

  @Test func anUpgradeReachesThemWhereverTheirControllerDies() async throws {
    let ends = try await Self.ends(
      before: { try await $0.install(["east", "west"]) },
      of: { try await $0.patch(["spec": ["extension": ["version": "1.1.0"], "enabled": false]]) })

    #expect(Set(ends).count == 1)
    #expect(JSON.text(ends[0]).contains("version 1.1.0, revision 2"))
    #expect(JSON.text(ends[0]).contains("Disabled"))
  }

  @Test func anotherPlacementEndsTheSameWhereverTheirControllerDies() async throws {
    let ends = try await Self.ends(
      before: { try await $0.install(["east"]) }, of: { try await $0.place(["west"]) })

    #expect(Set(ends).count == 1)
    #expect(!JSON.text(ends[0]).contains("east"))
    #expect(JSON.text(ends[0]).contains("west member true"))
  }

  @Test func aRemovalLeavesNothingWhereverTheirControllerDies() async throws {
    let ends = try await Self.ends(
      before: { try await $0.install(["east", "west"]) }, of: { try await $0.host.change("quince", .uninstall) })

    #expect(Set(ends) == [[]])
  }
}
