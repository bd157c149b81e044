import Client
import Extensions
import Manifest
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

/// A controller may end at any moment: whatever it had written, the next one goes on from there.
///
/// What it reads, and what helm renders for it, leaves nothing behind: a cut there is a cut between two writes.
@Suite struct ControllersCrashTests {
  /// Where the process goes, around the write that is its last.
  enum Cut: CaseIterable, Sendable {
    /// The server never hears of the write.
    case before
    /// The server has carried it out, and no one is there to be told.
    case after
  }

  /// Lets so many writes through and then none: to the controller, the world ends.
  final class DyingTransport: Transport {
    private let inner: any Transport
    private let writes: Locked<Int>
    private let cut: Cut

    init(_ inner: any Transport, writes: Int, _ cut: Cut) {
      self.inner = inner
      self.writes = Locked(writes)
      self.cut = cut
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      guard request.method != .get else {
        if isSpent { throw .interrupted(reason: "the end") }
        return try await inner.send(request)
      }
      let left = writes.withLock { left in
        left -= 1
        return left
      }
      if left == -1, cut == .after { _ = try await inner.send(request) }
      if left < 0 { throw .interrupted(reason: "the end") }
      return try await inner.send(request)
    }

    var isSpent: Bool { writes.withLock { $0 < 0 } }
  }

  /// Looks at one installation until nothing is left to do or the world ends; plays the kubelet's part.
  private static func work(_ fixture: ControllerFixture, _ cluster: Cluster) async -> Bool {
    let work = InstallationReconciler(cluster: cluster, dialect: fixture.dialect, settings: fixture.settings())
    let kubelet = WorkloadReconciler(cluster: fixture.cluster)
    for _ in 0..<200 {
      do {
        guard case .after = try await work.reconcile("cert-clock") else { return true }
        for resource in WorkloadReconciler.kinds {
          for object in try await fixture.cluster.list(resource) {
            _ = try await kubelet.reconcile("\(resource.plural)/\(object.namespace ?? "")/\(object.name)")
          }
        }
      } catch {
        return false
      }
    }
    Issue.record("it never came to rest")
    return false
  }

  /// Does `change` with a controller that dies before or after each of its writes, and then with a good one.
  ///
  /// Gives what is in the cluster in the end, each time.
  private static func ends(_ dialect: Dialect, before: [Extensions.Change], of change: Extensions.Change) async throws
    -> [Value]
  {
    var ends: [Value] = []
    for cut in Cut.allCases {
      // After one write is where the next has not been sent: a short run needs few of those cuts.
      let stride = Seeds.isLong ? 1 : cut == .before ? 4 : dialect.name == .installPlan ? 1 : 3
      var writes = 0
      var isSpent = true
      while isSpent, writes < 120 {
        let fixture = try ControllerFixture(dialect)
        try await fixture.publish(["cert-clock"])
        for earlier in before {
          try await fixture.change("cert-clock", earlier)
          #expect(await work(fixture, fixture.cluster))
        }
        try await fixture.change("cert-clock", change)
        let dying = DyingTransport(fixture.cluster.transport, writes: writes, cut)
        _ = await work(fixture, Cluster(transport: dying))
        #expect(await work(fixture, fixture.cluster))
        ends.append(try await picture(fixture))
        isSpent = dying.isSpent
        writes += stride
      }
      #expect(!isSpent, "that many writes were not enough")
    }
    return ends
  }

  /// All that matters of what is there.
  private static func picture(_ fixture: ControllerFixture) async throws -> Value {
    let dialect = fixture.dialect
    var picture: [Value] = []
    for resource in [.configMaps, .deployments, .jobs, dialect.jsBundles, dialect.installations, dialect.extensions] {
      for object in try await fixture.cluster.list(resource)
      // What is told of the way differs with the way.
      where object.namespace != PackageSource.namespace && object.labels["ksx.dev/log"] == nil {
        picture.append([
          "kind": .string(object.kind), "name": .string(object.name), "data": object.value["data"] ?? .null,
          "state": object.status["state"] ?? .null, "version": object.status["version"] ?? .null,
          "finalizers": .sequence(object.finalizers.map(Value.string)),
          "message": object.status["conditions"]?.sequence?.first?["message"] ?? .null,
        ])
      }
    }
    return .sequence(picture)
  }

  private static let none = "readyAfter: 0\njobReadyAfter: 0\n"

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anInstallationEndsTheSameWhereverItsControllerDies(dialect: Dialect) async throws {
    let ends = try await Self.ends(dialect, before: [], of: .install(version: "1.2.0", config: Self.none))

    #expect(Set(ends).count == 1)
    #expect(ends.count > 4)
    #expect(JSON.text(ends[0]).contains("version 1.2.0, revision 1"))
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anUpgradeEndsTheSameWhereverItsControllerDies(dialect: Dialect) async throws {
    let ends = try await Self.ends(
      dialect, before: [.install(version: "1.2.0", config: Self.none)],
      of: .rollback(to: "1.0.0", config: Self.none + "warnDays: 5\n"))

    #expect(Set(ends).count == 1)
    #expect(JSON.text(ends[0]).contains("version 1.0.0, revision 2"))
    // The Job of 1.2.0 is left over, and gone.
    #expect(!JSON.text(ends[0]).contains("\"Job\""))
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anUpgradeThatFailsEndsTheSameWhereverItsControllerDies(dialect: Dialect) async throws {
    let ends = try await Self.ends(
      dialect, before: [.install(version: "1.2.0", config: Self.none)], of: .upgrade(to: "9.9.9"))

    #expect(Set(ends).count == 1)
    #expect(JSON.text(ends[0]).contains("has no version 9.9.9"))
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aRemovalEndsTheSameWhereverItsControllerDies(dialect: Dialect) async throws {
    let ends = try await Self.ends(
      dialect, before: [.install(version: "1.2.0", config: Self.none)], of: .uninstall)

    #expect(Set(ends).count == 1)
    #expect(!JSON.text(ends[0]).contains("cert-clock-settings"))
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aSwitchEndsTheSameWhereverItsControllerDies(dialect: Dialect) async throws {
    let ends = try await Self.ends(dialect, before: [.install(version: "1.0.0", config: Self.none)], of: .disable)

    #expect(Set(ends).count == 1)
    #expect(JSON.text(ends[0]).contains("Disabled"))
  }
}
