import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

@Suite struct ClusterTests {
  private let clock = TestClock()
  private static let object =
    #"{"apiVersion":"kubesphere.io/v1alpha1","kind":"Extension","metadata":{"name":"devops"}}"#

  private func cluster(
    _ answer: @escaping @Sendable (HTTPRequest, Int) throws(TransportError) -> HTTPResponse
  ) -> (Cluster, ScriptedTransport) {
    let transport = ScriptedTransport(answer)
    var cluster = Cluster(transport: transport)
    cluster.timing = clock.timing
    return (cluster, transport)
  }

  @Test func aGetAsksForOneObjectAndLeavesOutWhatIsNotWanted() async throws {
    let (cluster, transport) = cluster { _, _ in
      .json(#"{"kind":"Extension","metadata":{"name":"a b","managedFields":[1]},"spec":{"icon":"data:…"}}"#)
    }

    let object = try await cluster.get(
      .extensions, "a b", skipping: JSONPaths(["spec", "icon"], ["metadata", "managedFields"]))

    #expect(transport.requests.map(\.target) == ["/apis/kubesphere.io/v1alpha1/extensions/a%20b"])
    #expect(object.value == ["kind": "Extension", "metadata": ["name": "a b"], "spec": [:]])
  }

  @Test func aPatchIsAMergePatchUnderOurName() async throws {
    let (cluster, transport) = cluster { _, _ in .json(Self.object) }

    _ = try await cluster.patch(.extensions, "devops", ["spec": ["enabled": false]], dryRun: true)

    let request = try #require(transport.requests.first)
    #expect(request.method == .patch)
    #expect(request.target.hasSuffix("/extensions/devops?fieldManager=ksx&fieldValidation=Strict&dryRun=All"))
    #expect(request.headers["Content-Type"] == "application/merge-patch+json")
    #expect(request.body == Array(#"{"spec":{"enabled":false}}"#.utf8))
  }

  @Test func aCreationGoesToTheNamespaceOfTheObject() async throws {
    let (cluster, transport) = cluster { _, _ in .json(201, #"{"kind":"ConfigMap","metadata":{"name":"x"}}"#) }

    _ = try await cluster.create(.configMaps, Object(.configMaps, name: "x", namespace: "kube-system"))

    #expect(transport.requests.first?.method == .post)
    #expect(
      transport.requests.first?.target
        == "/api/v1/namespaces/kube-system/configmaps?fieldManager=ksx&fieldValidation=Strict")
  }

  @Test func aDeletionNamesTheVeryObjectItMeans() async throws {
    let (cluster, transport) = cluster { _, _ in .json(#"{"kind":"Status","status":"Success"}"#) }

    try await cluster.delete(.extensions, "devops")
    try await cluster.delete(.extensions, "devops", uid: "1-2-3", resourceVersion: "7", propagation: .foreground)

    #expect(transport.requests[0].body.isEmpty)
    #expect(
      try JSON.parse(transport.requests[1].body) == [
        "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": "1-2-3", "resourceVersion": "7"],
        "propagationPolicy": "Foreground",
      ])
  }

  @Test func aDeletionThatIsOnlyTriedSaysSoInItsBody() async throws {
    let (cluster, transport) = cluster { _, _ in .json(#"{"kind":"Status","status":"Success"}"#) }

    try await cluster.delete(.extensions, "devops", uid: "1-2-3", dryRun: true)

    // A real server that is sent a body takes nothing from the query.
    let request = try #require(transport.requests.first)
    #expect(try JSON.parse(request.body)["dryRun"] == ["All"])
    #expect(request.target.hasSuffix("/devops?dryRun=All"))
  }

  @Test func aWriteWithoutAnAnswerIsNotRepeated() async {
    let (cluster, transport) = cluster { _, _ throws(TransportError) in throw .interrupted(reason: "cut") }

    await #expect(throws: ClusterError.transport(.interrupted(reason: "cut"))) {
      try await cluster.patch(.extensions, "devops", [:])
    }
    await #expect(throws: ClusterError.self) { try await cluster.create(.extensions, Object([:])) }
    await #expect(throws: ClusterError.self) { try await cluster.delete(.extensions, "devops") }

    #expect(transport.requests.count == 3)
  }

  @Test func aWriteTheServerPutsOffIsNotRepeated() async {
    let (cluster, transport) = cluster { _, _ in .json(429, "{}", headers: ["Retry-After": "1"]) }

    await #expect(throws: ClusterError.self) { try await cluster.patch(.extensions, "devops", [:]) }

    #expect(transport.requests.count == 1)
  }

  @Test func aReadThatIsPutOffIsTriedAgainWhenTheServerSaid() async throws {
    let (cluster, transport) = cluster { _, number in
      number < 2 ? .json(429, "slow down", headers: ["Retry-After": "7"]) : .json(Self.object)
    }

    _ = try await cluster.get(.extensions, "devops")

    #expect(transport.requests.count == 3)
    #expect(clock.waits == [.seconds(7), .seconds(7)])
  }

  @Test func aReadIsNotPutOffForEver() async {
    let (cluster, transport) = cluster { _, _ in .json(503, "", headers: ["Retry-After": "1"]) }

    await #expect(throws: ClusterError.self) { try await cluster.get(.extensions, "devops") }

    #expect(transport.requests.count == 5)
  }

  @Test func aServerThatOnlyFailsIsNotAskedAgain() async {
    let (cluster, transport) = cluster { _, _ in .json(500, "boom") }

    await #expect(throws: ClusterError.self) { try await cluster.get(.extensions, "devops") }

    #expect(transport.requests.count == 1)
  }

  @Test(arguments: ["", "{", "[]", "null", "<!DOCTYPE html><html><body>Log in</body></html>", "ok", #"{"a":1}"#])
  func anAnswerThatIsNoObjectIsUnreadable(body: String) async {
    let (cluster, _) = cluster { _, _ in .json(body) }

    let error = await #expect(throws: ClusterError.self) { try await cluster.get(.extensions, "devops") }

    guard case .unreadable(let problem)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!problem.english.contains("<"))
  }
}
