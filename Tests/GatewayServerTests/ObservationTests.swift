import APIServer
import APITestSupport
import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import GatewayServer

/// What a gateway tells of itself: numbers for Prometheus, and in each object's status whether it is served.
@Suite struct ObservationTests {
  @Test func whatWasSentOnIsCounted() async throws {
    try await EchoUpstream.with { url in
      var objects = GatewayFixture.Objects.proxy(
        to: url, ["rateLimit": ["requests": 2, "per": "24h"]])
      objects.services = GatewayFixture.Objects.service(at: "http://127.0.0.1:9").services
      try await GatewayFixture.with(objects) { gateway in
        _ = try await gateway.ask("/proxy/a")
        _ = try await gateway.ask("/proxy/teapot")
        _ = try await gateway.ask("/proxy/one-too-many")
        _ = try await gateway.ask("/kapis/judge.example.com/v1alpha1/things")
        let answer = try await gateway.ask("/metrics")

        #expect(answer.status == 200 && answer.headers["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        let lines = Set(answer.body.split(separator: "\n").map(String.init))
        for line in [
          #"ksxd_gateway_requests_total{kind="ReverseProxy",name="p",code="2xx"} 1"#,
          #"ksxd_gateway_requests_total{kind="ReverseProxy",name="p",code="4xx"} 1"#,
          #"ksxd_gateway_requests_total{kind="APIService",name="v1alpha1.judge.example.com",code="none"} 1"#,
          #"ksxd_gateway_answer_seconds_count{kind="ReverseProxy"} 2"#,
          #"ksxd_gateway_upstream_connects_total{result="failed"} 1"#,
          #"ksxd_gateway_upstream_connections{state="active"} 0"#,
          #"ksxd_gateway_rules{kind="ReverseProxy"} 1"#, #"ksxd_gateway_rules{kind="APIService"} 1"#,
          #"ksxd_gateway_refusals_total{kind="ReverseProxy",name="p",code="429"} 1"#,
        ] {
          #expect(lines.contains(line), "\(line)\n\(answer.body)")
        }
      }
    }
  }

  @Test func theUpstreamIsToldTheTraceOfTheClient() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.proxy(to: url)) { gateway in
        let field = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let told = try await gateway.ask("/proxy/a", headers: ["traceparent": field]).body.json.echoed
          .filter { $0.hasPrefix("traceparent") }

        #expect(told.count == 1)
        #expect(told[0].hasPrefix("traceparent: 00-0af7651916cd43dd8448eb211c80319c-") && !told[0].hasSuffix(field))
      }
    }
  }

  private static let group = "/apis/extensions.kubesphere.io/v1alpha1/"

  private static func proxy(_ name: String, _ spec: Value, state: String = "Available") -> Value {
    [
      "apiVersion": "extensions.kubesphere.io/v1alpha1", "kind": "ReverseProxy", "metadata": ["name": .string(name)],
      "spec": spec,
      "status": [
        "state": .string(state),
        "conditions": [
          [
            "type": "Other", "status": "True", "reason": "X", "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
          ]
        ],
      ],
    ]
  }

  @Test func eachObjectSaysWhetherItIsServedAndWhyNot() async throws {
    let asking = try TestAPI()
    let matcher: Value = ["path": "/proxy/a/*", "method": "*"]
    let specs: [(String, Value, String)] = [
      ("good", ["matcher": matcher, "upstream": ["url": "http://127.0.0.1:9"]], "Available"),
      (
        "off", ["matcher": ["path": "/proxy/b", "method": "*"], "upstream": ["url": "http://127.0.0.1:9"]], "Disabled"
      ),
      ("bad", ["matcher": ["path": "/proxy/c", "method": "*"], "upstream": ["url": "ftp://x"]], "Available"),
      ("outside", ["matcher": ["path": "/elsewhere", "method": "*"], "upstream": ["url": "http://a"]], "Available"),
    ]
    for (name, spec, state) in specs {
      #expect(
        try await asking(.post, Self.group + "reverseproxies", Self.proxy(name, spec, state: state)).status == 201)
    }
    let cluster = Cluster(transport: InProcessTransport(asking.api))
    var settings = GatewaySettings()
    settings.upstreams.addresses.allowsLoopback = true
    let gateway = Gateway(
      GatewayRules(), in: cluster, dialect: .installPlan, settings: settings, around: asking.api)
    let running = Task { await gateway.run(in: cluster) }
    func said(_ name: String) async throws -> Value? {
      let conditions = try await asking(.get, Self.group + "reverseproxies/" + name)["status", "conditions"]?.sequence
      #expect(conditions?.first?["type"] == "Other")
      return conditions?.first { $0["type"] == "Served" }
    }
    let wanted = [
      "good": ("True", "Served", ""), "off": ("False", "NotAvailable", "status.state is Disabled"),
      "bad": ("False", "Unusable", "ftp://x is no http or https address"),
      "outside": ("False", "Unusable", "/elsewhere does not begin with /proxy/"),
    ]
    for (name, (status, reason, message)) in wanted {
      let condition = try await eventually(name) {
        try await said(name)
      } when: {
        $0["reason"]?.string == reason
      }
      #expect(condition["status"]?.string == status && condition["message"]?.string == message, "\(name)")
    }

    _ = try await asking.patch(Self.group + "reverseproxies/off", ["status": ["state": "Available"]])
    _ = try await eventually("it is on") {
      try await said("off")
    } when: {
      $0["status"] == "True"
    }
    // What has been said is not said again.
    let version = asking.api.version
    _ = try await asking.patch(Self.group + "reverseproxies/good", ["metadata": ["labels": ["a": "b"]]])
    await eventually { asking.api.version > version }
    running.cancel()
    await running.value
    #expect(asking.api.version == version + 1)
  }
}
