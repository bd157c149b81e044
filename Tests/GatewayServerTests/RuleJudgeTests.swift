import Extensions
import KubernetesAPI
import Manifest
import Testing

@testable import GatewayServer

/// What is said of each object, by the rules of one moment.
@Suite struct RuleJudgeTests {
  private let dialect = Dialect.subscription

  private func object(_ resource: Resource, _ name: String, _ spec: Value) -> Object {
    let object = Object(resource, name: name, labels: [dialect.extensionLabel: "devops"], ["spec": spec])
    return Object(object.value.setting(["metadata", "creationTimestamp"], to: "2026-01-01T00:00:00Z"))
  }

  private func bundle(_ spec: Value) -> RuleJudge {
    let rule = JSBundleRule(object(dialect.jsBundles, "b", spec), dialect: dialect)
    return RuleJudge(
      snapshot: GatewayRules.Snapshot(table: RouteTable(bundles: [rule]), namespaces: ["devops": ["devops-ns"]]),
      tellsLinks: true)
  }

  private func proxies(_ paths: [String: String], illnesses: [String: String] = [:]) -> RuleJudge {
    let rules = paths.map { name, path in
      ReverseProxyRule(
        object(
          dialect.reverseProxies, name,
          ["matcher": [["path": .string(path)]], "upstream": ["backend": "http://up.example"]]), dialect: dialect)
    }
    return RuleJudge(
      snapshot: GatewayRules.Snapshot(table: RouteTable(proxies: rules)), illnesses: illnesses)
  }

  private static func words(_ judge: RuleJudge) -> [String] {
    judge.conditions.map { rule, condition in
      "\(rule.name) \(condition.isServed) \(condition.reason) \(condition.message)"
    }.sorted()
  }

  @Test(
    arguments: [
      (["raw": "x"], "b true Served "),
      ([:], "b false Unusable /dist/devops/index.js: there is neither raw nor rawFrom"),
      (
        ["rawFrom": ["secretKeyRef": ["namespace": "default", "name": "s", "key": "k"]]],
        "b false Unusable /dist/devops/index.js: the namespace default is not the extension's"
      ),
      (["rawFrom": ["configMapKeyRef": ["namespace": "devops-ns", "name": "s", "key": "k"]]], "b true Served "),
      (
        ["raw": "x", "assets": ["files": [["link": "/dist/devops/a.css", "endpoint": "nowhere"]]]],
        "b true ServedInPart /dist/devops/a.css: there is neither an address nor a service"
      ),
    ] as [(Value, String)])
  func aBundleIsServedWhenAFileOfItIs(spec: Value, words: String) {
    #expect(Self.words(bundle(spec)) == [words])
  }

  @Test func aBundleIsToldWhereItLies() {
    #expect(bundle(["raw": "x", "filenameOverride": "m.js"]).conditions[0].condition.link == "/dist/devops/m.js")
  }

  @Test func bothAreToldThatTheyOverlap() {
    #expect(
      Self.words(proxies(["one": "/o/*", "two": "/o/*", "three": "/p"])) == [
        "one true Overlaps ReverseProxy two: /o/* and /o/* overlap", "three true Served ",
        "two true Overlaps ReverseProxy one: /o/* and /o/* overlap",
      ])
  }

  @Test func anUpstreamThatIsNotWellIsTold() {
    #expect(
      Self.words(proxies(["one": "/o"], illnesses: ["one": "its health check answers 503"])) == [
        "one false Unhealthy its health check answers 503"
      ])
  }
}
