import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import Extensions

@Suite struct ExplanationTests {
  private static let table = RouteTable(
    services: [Rule.service("g.example", name: "api")],
    proxies: [
      Rule.proxy("/proxy/a/*", name: "a", directives: ["stripPathPrefix": "/proxy/a"]),
      Rule.proxy("/proxy/*", method: "POST", name: "all"),
    ])

  @Test func itSaysWhoServesWhyNotTheOthersAndWhatIsSent() {
    let explanation = Explanation(HTTPRequest(.get, "/proxy/a/b?x=1"), by: nil, in: Self.table)

    #expect(
      explanation.value == [
        "method": "GET", "url": "/proxy/a/b?x=1", "served": true, "rule": ["kind": "ReverseProxy", "name": "a"],
        "reason": "ReverseProxy a serves it",
        "upstream": ["method": "GET", "target": "/b?x=1", "address": "http://up.example:8080", "headers": []],
        "others": [["kind": "ReverseProxy", "name": "all", "reason": "it is for POST"]],
        "conflicts": [["kind": "ReverseProxy", "name": "all", "reason": "/proxy/a/* and /proxy/* overlap"]],
      ])
  }

  @Test(arguments: [
    ("/kapis/g.example/v1", "the path is the gateway's own"), ("/elsewhere", "no rule has this path"),
    ("/proxy/../x", "the path leads upwards"), ("/apis/x", "the path is the gateway's own"),
  ])
  func itSaysWhyNoRuleServes(target: String, reason: String) {
    let explanation = Explanation(HTTPRequest(.get, target), by: nil, in: Self.table)

    #expect(!explanation.isServed)
    #expect(explanation.reason == reason)
  }

  @Test func aSecretThatARuleAddsIsNotToldToItsReader() {
    let table = RouteTable(
      services: [],
      proxies: [Rule.proxy("/proxy/*", directives: ["headerUp": ["X-Api-Key hunter2"]])])
    let explanation = Explanation(HTTPRequest(.get, "/proxy/x"), by: nil, in: table)

    #expect(explanation.value[path: "upstream", "headers"] == ["X-Api-Key: •••"])
  }

  @Test func itSaysThatARuleIsDisabled() {
    let rule = APIServiceRule(
      Rule.object("api", state: "Disabled", ["group": "g", "version": "v1", "url": "http://a"]), dialect: .installPlan)

    let explanation = Explanation(HTTPRequest(.get, "/kapis/g/v1/x"), by: nil, in: RouteTable(services: [rule]))

    #expect(!explanation.isServed)
    #expect(explanation.reason == "APIService api would serve it, but its state is Disabled")
  }
}
