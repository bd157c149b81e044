import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

@Suite struct QuestionTests {
  private func cluster(
    _ answer: @escaping @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse
  ) -> (Cluster, ScriptedTransport) {
    let transport = ScriptedTransport(answer)
    return (Cluster(transport: transport), transport)
  }

  @Test func aReviewAsksForTheVeryThing() async throws {
    let (cluster, transport) = cluster { _, _ in
      .json(201, #"{"kind":"SelfSubjectAccessReview","status":{"allowed":false,"reason":"no role"}}"#)
    }

    let verdict = try await cluster.verdict(on: Access("patch", .extensions, name: "devops"))

    #expect(verdict == Access.Verdict(isAllowed: false, reason: "no role"))
    #expect(transport.requests[0].target == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
    let body = try JSON.parse(transport.requests[0].body)
    #expect(body[path: "spec", "resourceAttributes", "verb"] == "patch")
    #expect(body[path: "spec", "resourceAttributes", "resource"] == "extensions")
    #expect(body[path: "spec", "resourceAttributes", "name"] == "devops")
  }

  @Test func aVerdictIsRememberedAndAnErrorIsNot() async throws {
    let (cluster, transport) = cluster { _, number in
      number == 0 ? .json(500, "") : .json(201, #"{"kind":"SelfSubjectAccessReview","status":{"allowed":true}}"#)
    }
    let cache = AccessCache(cluster)
    let access = Access("list", .extensions)

    await #expect(throws: ClusterError.self) { try await cache.verdict(on: access) }
    #expect(try await cache.verdict(on: access).isAllowed)
    #expect(await cache.verdicts(on: [access, Access("get", .extensions)]).count == 2)
    #expect(transport.requests.count == 3)

    await cache.forget()
    _ = try await cache.verdict(on: access)
    #expect(transport.requests.count == 4)
  }

  @Test func anAnswerThatWasOnItsWayIsNotBelievedAfterARefusal() async throws {
    let isRefused = Locked(false)
    let (cluster, transport) = cluster { _, number in
      if number == 0 { await eventually { isRefused.withLock { $0 } } }
      return .json(201, #"{"kind":"SelfSubjectAccessReview","status":{"allowed":\#(number == 0)}}"#)
    }
    let cache = AccessCache(cluster)
    let access = Access("patch", .extensions)

    async let early = cache.verdict(on: access)
    await eventually { transport.requests.count == 1 }
    await cache.forget()
    isRefused.withLock { $0 = true }

    #expect(try await !early.isAllowed)
    #expect(try await !cache.verdict(on: access).isAllowed)
    #expect(transport.requests.count == 2)
  }

  @Test func discoveryLeavesOutSubresources() async throws {
    let (cluster, _) = cluster { request, _ in
      request.target == "/apis/kubesphere.io/v1alpha1"
        ? .json(
          #"{"resources":[{"name":"extensions","kind":"Extension","namespaced":false,"verbs":["get","list"]},{"name":"extensions/status","kind":"Extension"}]}"#
        ) : .json(404, "404 page not found")
    }

    let found = try await cluster.resources(group: "kubesphere.io", version: "v1alpha1")

    #expect(found == [DiscoveredResource(resource: .extensions, verbs: ["get", "list"])])
    #expect(try await cluster.resources(group: "extensions.kubesphere.io", version: "v1alpha1").isEmpty)
  }

  @Test(arguments: [
    (#"{"kind":"Extension","metadata":{"resourceVersion":"9"},"spec":{"enabled":false,"x":1}}"#, true),
    (#"{"kind":"Extension","metadata":{"resourceVersion":"5"},"spec":{"enabled":true}}"#, false),
  ])
  func aPatchWhoseAnswerWasLostIsLookedFor(body: String, isDone: Bool) async throws {
    let (cluster, transport) = cluster { _, _ in .json(body) }

    let outcome = await cluster.outcome(
      of: ["metadata": ["resourceVersion": "5"], "spec": ["enabled": false, "gone": nil]], on: .extensions, "devops")

    let object = Object(try JSON.parse(body.utf8))
    #expect(outcome == (isDone ? .carriedOut(object) : .notCarriedOut(object)))
    #expect(transport.requests.map(\.method) == [.get])
  }

  @Test func aDeletionWhoseAnswerWasLostIsLookedFor() async {
    let (gone, _) = cluster { _, _ in .json(404, "") }
    let (other, _) = cluster { _, _ in .json(#"{"kind":"Extension","metadata":{"uid":"new"}}"#) }
    let (still, _) = cluster { _, _ in .json(#"{"kind":"Extension","metadata":{"uid":"old"}}"#) }
    let (dead, _) = cluster { _, _ throws(TransportError) in throw .timedOut(seconds: 1) }

    #expect(await gone.outcomeOfDeletion(of: .extensions, "a", uid: "old") == .carriedOut(Object([:])))
    guard case .carriedOut = await other.outcomeOfDeletion(of: .extensions, "a", uid: "old"),
      case .notCarriedOut = await still.outcomeOfDeletion(of: .extensions, "a", uid: "old"),
      case .unknown = await dead.outcomeOfDeletion(of: .extensions, "a", uid: "old")
    else {
      Issue.record("a deletion was misjudged")
      return
    }
  }

  @Test(arguments: [
    (ClusterError.transport(.interrupted(reason: "cut")), true), (.transport(.timedOut(seconds: 1)), true),
    (.unreadable("html"), true), (.refused(Status(code: 504)), true), (.refused(Status(code: 409)), false),
    (.transport(.unreachable(host: "h", reason: "refused")), false), (.transport(.invalid(reason: "x")), false),
  ])
  func onlySomeErrorsLeaveDoubt(error: ClusterError, mayHaveBeenCarriedOut: Bool) {
    #expect(error.mayHaveBeenCarriedOut == mayHaveBeenCarriedOut)
  }
}
