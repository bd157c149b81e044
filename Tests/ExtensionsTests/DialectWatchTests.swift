import Client
import Platform
import Testing

@testable import Extensions
@testable import HTTP
@testable import KubernetesAPI

/// How a running backend notices which kinds of extensions a cluster has.
@Suite struct DialectWatchTests {
  /// A cluster whose kinds change each time that its watcher pauses; after the last change the watcher is cancelled.
  private final class World: Sendable {
    /// What the cluster answers between two pauses; `nil` is a server without an answer.
    private let states: Locked<[[String]?]>
    let pauses = Locked<[Duration]>([])

    init(_ states: [[String]?]) { self.states = Locked(states) }

    struct Server: Transport {
      var world: World

      func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        guard let plurals = world.states.withLock({ $0.first ?? [] }) else { throw .interrupted(reason: "down") }
        guard request.target == "/apis/kubesphere.io/v1alpha1", !plurals.isEmpty else {
          return HTTPResponse(status: 404, bytes: Array(#"{"code":404}"#.utf8))
        }
        let items = plurals.map { #"{"name":"\#($0)"}"# }.joined(separator: ",")
        return HTTPResponse(status: 200, bytes: Array(#"{"resources":[\#(items)]}"#.utf8))
      }
    }

    func pause(_ time: Duration) {
      pauses.withLock { $0.append(time) }
      let isLast = states.withLock { states in
        if states.count > 1 { states.removeFirst() } else { states = [] }
        return states.isEmpty
      }
      if isLast { withUnsafeCurrentTask { $0?.cancel() } }
    }

    var watch: DialectWatch {
      var cluster = Cluster(transport: Server(world: self))
      cluster.readAttempts = 1
      cluster.timing = Timing(now: { .zero }, sleep: { self.pause($0) }, random: { 0 })
      return DialectWatch(of: cluster)
    }
  }

  private static let plans = ["installplans", "extensions", "jsbundles"]
  private static let subscriptions = ["subscriptions", "extensions", "jsbundles"]

  private func isOther(_ states: [[String]?]) async -> (answer: Bool, pauses: [Duration]) {
    let world = World([Self.plans] + states)
    let dialect = Dialect(era: .installPlan, servingGroup: Dialect.coreGroup)
    let answer = await Task { await world.watch.untilOther(than: dialect) }.value
    return (answer, world.pauses.withLock { $0 })
  }

  @Test func kindsThatAreNotThereYetAreWaitedFor() async throws {
    let world = World([[], [], Self.plans])

    let found = try await world.watch.first { world.pause($0) }

    #expect(found.era == .installPlan)
    #expect(world.pauses.withLock { $0 } == [DialectWatch.pause, DialectWatch.pause])
  }

  @Test func aClusterThatDoesNotAnswerIsNotWaitedFor() async {
    let world = World([nil])

    await #expect(throws: DialectError.self) { try await world.watch.first { world.pause($0) } }

    #expect(world.pauses.withLock { $0.isEmpty })
  }

  @Test func otherKindsAreNoticedWhenTheyAreStillThereALittleLater() async {
    let (answer, pauses) = await isOther([Self.plans, Self.subscriptions, Self.subscriptions])

    #expect(answer)
    #expect(pauses == [DialectWatch.review, DialectWatch.review, DialectWatch.pause])
  }

  @Test(
    arguments: [
      [plans, plans], [subscriptions, plans, plans], [[], [], plans], [nil, nil], [subscriptions, nil, plans],
      [subscriptions, [], plans],
    ] as [[[String]?]])
  func theSameKindsOrNoneOrNoAnswerAreNoOthers(states: [[String]?]) async {
    #expect(await isOther(states).answer == false)
  }

  @Test func kindsThatGoAndComeBackAsOthersAreNoticed() async {
    let (answer, _) = await isOther([[], Self.subscriptions, Self.subscriptions])

    #expect(answer)
  }
}
