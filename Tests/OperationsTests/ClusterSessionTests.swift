import Client
import HTTP
import Operations
import Platform
import TestSupport
import Testing

@Suite struct ClusterSessionTests {
  @Test func theTransportPublishesItsStatusWhenTheWayChanges() async throws {
    let fallback = FallbackTransport(
      kubernetes: ScriptedTransport { (_, _) throws(TransportError) in
        throw .unreachable(host: "k8s", reason: "connection refused")
      }, gateway: ScriptedTransport { (_, _) throws(TransportError) in .json("{}") })
    var session = ClusterSession(
      .init(cluster: "museum", server: "https://k8s"), cluster: Cluster(transport: fallback))
    session.fallback = fallback
    session.ways = fallback
    session.status.isReadOnly = true
    let heard = Locked<[ClusterSession.Status]>([])
    session.whenStatusChanges { status in heard.withLock { $0.append(status) } }

    _ = try await session.cluster.document("/version")

    #expect(session.status.way == .init(way: .gateway, reason: "k8s cannot be reached"))
    #expect(session.status.isReadOnly && session.status.isComparable)
    #expect(heard.withLock { $0 } == [session.status])
  }
}
