import APITestSupport
import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import GatewayServer

/// Rules as they change in the API.
@Suite struct GatewayRulesTests {
  private static let path = "/apis/extensions.kubesphere.io/v1alpha1/reverseproxies"

  private static func proxy(_ name: String) -> Value {
    [
      "apiVersion": "extensions.kubesphere.io/v1alpha1", "kind": "ReverseProxy", "metadata": ["name": .string(name)],
      "spec": [
        "matcher": ["path": .string("/proxy/\(name)/*"), "method": "*"], "upstream": ["url": "http://127.0.0.1:9"],
      ],
      "status": ["state": "Available"],
    ]
  }

  @Test func aRuleIsInEffectAsSoonAsItsObjectIsThereAndGoneWithIt() async throws {
    let asking = try TestAPI()
    let rules = GatewayRules()
    let running = Task {
      await rules.run(in: Cluster(transport: InProcessTransport(asking.api)), dialect: .installPlan)
    }
    await eventually { rules.isComplete }
    func match() -> RouteTable.Match? {
      (try? RequestPath("/proxy/a/b")).flatMap { rules.table.match($0, method: "GET") }
    }
    #expect(match() == nil)

    _ = try await asking(.post, Self.path, Self.proxy("a"))
    await eventually { match() != nil }
    _ = try await asking(.delete, Self.path + "/a")
    await eventually { match() == nil }

    running.cancel()
    await running.value
  }

  @Test func aGatewayWithoutItsRulesSaysSo() async throws {
    let gateway = Gateway(
      GatewayRules(), in: Cluster(transport: InProcessTransport(NoAPI())), dialect: .installPlan, around: NoAPI())

    let answer = await gateway.respond(
      to: IncomingRequest(HTTPRequest(.get, "/proxy/a")), from: Caller(.owner))

    #expect(answer.status == 503)
  }
}
