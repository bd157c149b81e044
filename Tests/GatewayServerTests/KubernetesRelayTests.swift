import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// What a Kubernetes API server behind the gateway is told of callers, and what is told of it.
@Suite struct KubernetesRelayTests {
  private static let ada = User(name: "ada", uid: "u-1", groups: ["system:authenticated"])

  /// An API server whose answer to a review of the gateway's own rights is `verdict`.
  private static func server(_ verdict: String) -> LoopbackServer {
    LoopbackServer { request in
      let body = """
        {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {},
        "status": {"allowed": \(verdict)}}
        """
      return [
        .send(
          "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      ]
    }
  }

  /// What `server` is sent in Ada's name by two requests, and what is reported.
  private func told(_ server: LoopbackServer) async throws -> (uids: [String?], reviews: Int, reports: [String]) {
    let reports = Locked<[String]>([])
    let connection = Connection(server: server.base)
    let relay = try #require(KubernetesRelay(connection) { text in reports.withLock { $0.append(text) } })
    try await GatewayFixture.with(GatewayFixture.Objects(), user: Self.ada, api: relay) { gateway in
      for _ in 0..<2 {
        let answer = try await gateway.ask("/api/v1/pods")
        #expect(answer.status == 201)
      }
    }
    let asked = server.requests.filter { $0.target == "/api/v1/pods" }
    #expect(asked.map { $0.headers["Impersonate-User"] } == ["ada", "ada"])
    return (asked.map { $0.headers["Impersonate-Uid"] }, server.requests.count - 2, reports.withLock { $0 })
  }

  @Test func aCallersUIDGoesWithTheName() async throws {
    let told = try await told(Self.server("true"))

    #expect(told.uids == ["u-1", "u-1"] && told.reviews == 1 && told.reports.isEmpty)
  }

  /// Or every request of such a caller would be 403, for a right that an older gateway did not need.
  @Test func withoutTheRightTheUIDStaysBehindAndThatIsSaidOnce() async throws {
    let told = try await told(Self.server("false"))

    #expect(told.uids == [nil, nil] && told.reviews == 1)
    #expect(told.reports.count == 1 && told.reports.allSatisfy { $0.contains("uids.authentication.k8s.io") })
  }

  @Test func aGatewayWhoseAPIServerDoesNotAnswerIsNotReady() async {
    let clock = TestClock()
    let answers = Locked(true)
    let server = ScriptedTransport { _, _ async throws(TransportError) in
      guard answers.withLock({ $0 }) else { throw .timedOut(seconds: 20) }
      return .json(403, #"{"kind": "Status", "code": 403, "reason": "Forbidden", "message": "no"}"#)
    }
    var cluster = Cluster(transport: server)
    cluster.timing = clock.timing
    let (rules, monitor) = (GatewayRules(), APIServerMonitor(of: cluster))
    rules.set(RouteTable())
    let health = GatewayHealth(rules: rules, monitor: monitor, around: Nothing())
    func readiness() -> Int { health.immediateResponse(to: IncomingRequest(HTTPRequest(.get, "/readyz")))?.status ?? 0 }

    clock.advance(.seconds(60))
    #expect(readiness() == 503)
    let task = Task { await monitor.run() }
    await eventually("a refusal is an answer") { readiness() == 200 }
    answers.withLock { $0 = false }
    await eventually("its silence is noticed") { readiness() == 503 }
    #expect(health.immediateResponse(to: IncomingRequest(HTTPRequest(.get, "/livez")))?.status == 200)
    answers.withLock { $0 = true }
    await eventually("it is heard again") { readiness() == 200 }
    task.cancel()
    await task.value
  }

  private struct Nothing: Handler {
    func respond(to request: IncomingRequest) async -> HTTPResponse { HTTPResponse(status: 404, bytes: []) }
  }

  /// The chart and the page are about the same gateway.
  @Test func theChartGivesTheRightsThatThePageNames() throws {
    let root = String(#filePath.dropLast("Tests/GatewayServerTests/KubernetesRelayTests.swift".count))
    let page = try Files.text(root + "docs/SECURITY.md").split(separator: "```yaml\n").dropFirst().first ?? ""
    let chart = try Files.text(root + "deploy/ksxd/templates/gateway.yaml").split(separator: "\n---\n")
    let role = chart.first { $0.contains("kind: ClusterRole\n") } ?? ""
    func rules(_ text: Substring) throws -> Set<Value> {
      let lines = text.split(separator: "\n").filter { !$0.hasPrefix("{{") }
      return Set(try YAML.parse(lines.joined(separator: "\n"))["rules"]?.sequence ?? [])
    }
    let users: Value = ["apiGroups": ["iam.kubesphere.io"], "resources": ["users"], "verbs": ["get"]]

    let (named, given) = (try rules(page.split(separator: "```").first ?? ""), try rules(role))
    #expect(named.count > 5 && given == named.union([users]))
  }
}
