import HTTP
import KubernetesAPI
import Manifest
import Platform
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
    ("/kapis/kubesphere.io/v1alpha1/things", "the path is the gateway's own"), ("/elsewhere", "no rule has this path"),
    ("/proxy/../x", "the path leads upwards"), ("/apis/../metrics", "the path leads upwards"),
    ("/api/v1/%2E%2e/x?a=b", "the path leads upwards"), ("/clusters/member/./api", "the path leads upwards"),
    ("/apis/%0a", "there is a control character in the path"),
  ])
  func itSaysWhyNoRuleServes(target: String, reason: String) {
    let explanation = Explanation(HTTPRequest(.get, target), by: nil, in: Self.table)

    #expect(!explanation.isServed)
    #expect(explanation.reason.english == reason)
  }

  @Test func aSecretThatARuleAddsIsNotToldToItsReader() {
    let table = RouteTable(
      services: [],
      proxies: [Rule.proxy("/proxy/*", directives: ["headerUp": ["X-Api-Key hunter2"]])])
    let explanation = Explanation(HTTPRequest(.get, "/proxy/x"), by: nil, in: table)

    #expect(explanation.value[path: "upstream", "headers"] == ["X-Api-Key: •••"])
  }

  @Test(arguments: [
    ("/kapis/g.example/v1", "APIService api serves it"), ("/openapi/v3/kapis/g.example/v1", "APIService api serves it"),
    ("/apis/x", "the Kubernetes API answers it"),
    ("/apis/x.y/v1/z/a..b?q=/../", "the Kubernetes API answers it"),
    ("/kapis/version", "the Kubernetes API answers it"),
    ("/clusters/member/api/v1/pods", "the Kubernetes API of a member cluster answers it"),
    ("/metrics", "the gateway itself answers it"), ("/kapis", "the gateway itself answers it"),
    ("/kapis/g.example", "the gateway itself answers it"), ("/dist", "the gateway itself answers it"),
    ("/kapis/kubesphere.io/v1alpha1/extensions", "the gateway itself answers it"),
    ("/kapis/package.kubesphere.io/v1alpha1/extensionversions/devops-1.0.0/files", "the gateway itself answers it"),
  ])
  func itSaysWhatIsServedBesidesRules(target: String, reason: String) {
    let explanation = Explanation(HTTPRequest(.get, target), by: nil, in: Self.table)

    #expect(explanation.isServed)
    #expect(explanation.reason.english == reason)
  }

  @Test func itSaysWhatTheGatewayKnowsThatItRefuses() {
    let request = HTTPRequest(.get, "/proxy/a/b")

    let explanation = Explanation(request, by: nil, in: Self.table) { _ in "192.0.2.1 is link-local" }

    #expect(!explanation.isServed)
    #expect(explanation.reason == "ReverseProxy a would serve it, but 192.0.2.1 is link-local")
  }

  @Test func withoutAGatewayItSaysWhatTheStatusSays() {
    let refusal: Value = [
      "type": "Served", "status": "False", "reason": "Unusable", "message": "192.0.2.1 is link-local",
    ]
    let object = Rule.object("api", ["group": "g", "version": "v1", "url": "http://a"])
    let rule = APIServiceRule(
      Object(object.value.setting(["status", "conditions"], to: [refusal])), dialect: .installPlan)

    let explanation = Explanation(HTTPRequest(.get, "/kapis/g/v1/x"), by: nil, in: RouteTable(services: [rule]))

    #expect(explanation.reason == "APIService api would serve it, but 192.0.2.1 is link-local")
  }

  @Test func aBundleIsOnlyRead() {
    let rule = JSBundleRule(Rule.object("b", ["raw": "eA=="]), dialect: .installPlan)
    let path = rule.files.first?.path ?? ""

    let explanation = Explanation(HTTPRequest(.post, path), by: nil, in: RouteTable(bundles: [rule]))

    #expect(!explanation.isServed)
    #expect(explanation.reason == "JSBundle b has it, but a bundle is only read")
  }

  @Test func aGroupThatIsReservedIsToldAsTheReason() {
    let table = RouteTable(services: [Rule.service("foo.k8s.io", name: "api")])

    let explanation = Explanation(HTTPRequest(.get, "/kapis/foo.k8s.io/v1/x"), by: nil, in: table)

    #expect(explanation.others.map(\.reason) == ["the group foo.k8s.io is not an extension's"])
  }

  @Test func itSaysThatARuleIsDisabled() {
    let rule = APIServiceRule(
      Rule.object("api", state: "Disabled", ["group": "g", "version": "v1", "url": "http://a"]), dialect: .installPlan)

    let explanation = Explanation(HTTPRequest(.get, "/kapis/g/v1/x"), by: nil, in: RouteTable(services: [rule]))

    #expect(!explanation.isServed)
    #expect(explanation.reason == "APIService api would serve it, but its state is Disabled")
  }
}
