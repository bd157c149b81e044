import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

@Suite struct GatewayTransportTests {
  /// Gives `one`, and `two` instead of it.
  private struct TwoTokens: CredentialSource {
    func credential(insteadOf rejected: Credential?) -> Credential {
      .bearer(rejected == .bearer("one") ? "two" : "one")
    }
  }

  private func refusal(_ status: Int, _ body: String, cluster: String? = nil) async -> String {
    let transport = GatewayTransport(ScriptedTransport { _, _ in .json(status, body) }, cluster: cluster)
    do throws(ClusterError) {
      _ = try await Cluster(transport: transport).get(.extensions, "devops")
      return "it was answered"
    } catch {
      return error.sentence(for: "reading devops", at: "ks").english
    }
  }

  @Test(arguments: [
    ("/api/v1/pods", "/clusters/member%201/api/v1/pods"),
    ("/apis", "/clusters/member%201/apis"),
    ("/kapis/version?x=1", "/clusters/member%201/kapis/version?x=1"),
    ("/oauth/token", "/oauth/token"),
    ("/version", "/version"),
    ("/apiserver", "/apiserver"),
    ("/clusters/other/api/v1/pods", "/clusters/other/api/v1/pods"),
  ])
  func requestsForAMemberGoUnderItsName(target: String, expected: String) async throws {
    let base = ScriptedTransport { _, _ in .json("{}") }

    _ = try await GatewayTransport(base, cluster: "member 1").send(HTTPRequest(.get, target))
    _ = try await GatewayTransport(base).send(HTTPRequest(.get, target))

    #expect(base.requests.map(\.target) == [expected, target])
  }

  @Test func aRefusedTokenIsReplacedOnceAlsoForAWrite() async throws {
    let base = ScriptedTransport { request, _ in
      request.headers["Authorization"] == "Bearer two" ? .json("{}") : .json(401, "{}")
    }

    let response = try await GatewayTransport(base, credentials: TwoTokens()).send(HTTPRequest(.delete, "/apis/x"))

    #expect(response.status == 200)
    #expect(base.requests.map { $0.headers["Authorization"] } == ["Bearer one", "Bearer two"])
  }

  @Test func aTokenThatIsNeverAcceptedIsNotTriedForEver() async throws {
    let base = ScriptedTransport { _, _ in .json(401, "{}") }

    let fixed = FixedCredential(.bearer("one"))
    let response = try await GatewayTransport(base, credentials: fixed).send(HTTPRequest(.get, "/apis/x"))

    #expect(response.status == 401)
    #expect(base.requests.count == 1)
  }

  @Test(arguments: ["/kapis/kubesphere.io/v1alpha1/extensions/x", "/clusters/m/kapis/kubesphere.io/v1alpha1/x"])
  func aChangeThatWouldWipeAStatusIsNotSent(target: String) async throws {
    let base = ScriptedTransport { _, _ in .json("{}") }
    let gateway = GatewayTransport(base)

    await #expect(throws: TransportError.self) { try await gateway.send(HTTPRequest(.patch, target)) }
    _ = try await gateway.send(HTTPRequest(.post, "/kapis/devops.kubesphere.io/v1alpha3/jobs"))

    #expect(base.requests.map(\.target) == ["/kapis/devops.kubesphere.io/v1alpha3/jobs"])
  }

  @Test func theGatewaysOddRefusalsBecomeSentences() async {
    let unknown =
      #"{"ErrStatus":{"metadata":{},"status":"Failure","message":"cluster nowhere not exists","reason":"BadRequest","code":400}}"#
    let notReady =
      #"{"ErrStatus":{"status":"Failure","message":"cluster m is not ready","reason":"ServiceUnavailable","code":503}}"#

    #expect(
      await refusal(400, unknown, cluster: "nowhere")
        == "reading devops: ks did not understand the request (400): the gateway knows no cluster “nowhere”. Check what was entered."
    )
    #expect(
      await refusal(503, notReady, cluster: "m").contains(
        "the gateway cannot reach the cluster “m” now; it is not ready"))
    #expect(
      await refusal(511, "Unauthorized", cluster: "m").contains(
        "the cluster “m” does not accept this login; log in again with ksx login"))
    #expect(await refusal(400, "not supported verb\n").contains("(400): not supported verb."))
    #expect(await refusal(401, #"{"kind":"Status","message":"token is expired","code":401}"#).contains("Log in again"))
    #expect(await refusal(502, "<html><h1>Bad Gateway</h1></html>").contains("not available (502): Bad Gateway"))
  }

  @Test func aRefusalOfKubernetesStaysAsItIs() async throws {
    let body = #"{"kind":"Status","message":"no","reason":"Conflict","details":{"name":"x"},"code":409}"#
    let base = ScriptedTransport { _, _ in .json(409, body) }

    let response = try await GatewayTransport(base).send(HTTPRequest(.patch, "/apis/x"))

    #expect(try await response.body.collected() == Array(body.utf8))
  }

  @Test func anAnswerIsPassedOnWhileItArrives() async throws {
    let base = ScriptedTransport { _, _ in .pieces("abcdef", of: 2, then: .interrupted(reason: "cut")) }
    let response = try await GatewayTransport(base).send(HTTPRequest(.get, "/apis/x"))
    var body = response.body.makeAsyncIterator()

    #expect(try await body.next() == Array("ab".utf8))
  }

  @Test func withOnlyAKubeconfigTheGatewayIsReachedThroughItsService() async throws {
    let base = ScriptedTransport { _, _ in .json("{}") }
    let gateway = GatewayTransport(ServiceProxyTransport(base), credentials: FixedCredential(.bearer("one")))

    _ = try await gateway.send(HTTPRequest(.get, "/kapis/version?a=b"))

    #expect(
      base.requests.first?.target
        == "/api/v1/namespaces/kubesphere-system/services/http:ks-apiserver:80/proxy/kapis/version?a=b")
    #expect(base.requests.first?.headers["Authorization"] == nil)
  }

  @Test func aRefusalOfTheWayToTheServiceSaysSo() async throws {
    let body =
      #"{"kind":"Status","message":"services \"ks-apiserver\" not found","details":{"name":"ks-apiserver","kind":"services"},"code":404}"#
    let base = ScriptedTransport { _, _ in .json(404, body) }
    let cluster = Cluster(transport: GatewayTransport(ServiceProxyTransport(base)))

    let error = await #expect(throws: ClusterError.self) { try await cluster.document("/version") }

    #expect(
      error?.sentence(for: "reading", at: "k8s").english.contains(
        "the service ks-apiserver cannot be reached: services \"ks-apiserver\" not found") == true)
  }
}
