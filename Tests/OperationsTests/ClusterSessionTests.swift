import Client
import HTTP
import Operations
import Platform
import TestSupport
import Testing

@Suite struct ClusterSessionTests {
  /// The names in a kubeconfig are its own.
  @Test(arguments: [
    (201, #"{"kind":"SelfSubjectReview","status":{"userInfo":{"username":"system:admin"}}}"#, "system:admin"),
    (404, #"{"kind":"Status","code":404}"#, "kubeconfig entry boss"),
    (403, #"{"kind":"Status","code":403}"#, "kubeconfig entry boss"),
  ])
  func theClusterIsAskedOnceWhoTheUserIs(code: Int, body: String, user: String) async {
    let transport = ScriptedTransport { (_, _) throws(TransportError) in .json(code, body) }
    var status = ClusterSession.Status(cluster: "museum", server: "https://k8s")
    (status.userEntry, status.asksForUser) = ("boss", true)
    let session = ClusterSession(status, cluster: Cluster(transport: transport))

    #expect(session.status.userText == "kubeconfig entry boss")
    await session.identify()
    await session.identify()

    #expect(session.status.userText == user)
    #expect(transport.requests.map(\.target) == ["/apis/authentication.k8s.io/v1/selfsubjectreviews"])
  }

  @Test func whoIsKnownIsNotAskedFor() async {
    let transport = ScriptedTransport { (_, _) throws(TransportError) in .json("{}") }
    var status = ClusterSession.Status(cluster: "museum", server: "https://k8s")
    (status.user, status.asksForUser) = ("ada", true)

    await ClusterSession(status, cluster: Cluster(transport: transport)).identify()

    #expect(transport.requests.isEmpty)
  }

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
