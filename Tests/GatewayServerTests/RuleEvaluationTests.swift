import APITestSupport
import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import GatewayServer

/// What is said of each object, by the rules of one moment.
@Suite struct RuleJudgeTests {
  private let dialect = Dialect.subscription

  private func object(_ resource: Resource, _ name: String, _ spec: Value) -> Object {
    let object = Object(resource, name: name, labels: [dialect.extensionLabel: "devops"], ["spec": spec])
    return Object(object.value.setting(["metadata", "creationTimestamp"], to: "2026-01-01T00:00:00Z"))
  }

  private func bundle(_ spec: Value) -> RuleEvaluation {
    let rule = JSBundleRule(object(dialect.jsBundles, "b", spec), dialect: dialect)
    return RuleEvaluation(
      snapshot: GatewayRules.Snapshot(table: RouteTable(bundles: [rule]), namespaces: ["devops": ["devops-ns"]]),
      writesLinks: true)
  }

  private func proxies(
    _ paths: [String: String], _ ruleProblems: RuleState.RuleProblems = .init(),
    to backend: String = "http://up.example",
    _ more: Mapping = [:]
  ) -> RuleEvaluation {
    let rules = paths.map { name, path in
      ReverseProxyRule(
        object(
          dialect.reverseProxies, name,
          .mapping(
            Mapping(
              [
                Mapping.Pair(key: "matcher", value: [["path": .string(path)]]),
                Mapping.Pair(
                  key: "upstream", value: ["backend": .string(backend), "healthCheck": ["url": "/", "interval": "1s"]]),
              ] + more.pairs))), dialect: dialect)
    }
    return RuleEvaluation(
      snapshot: GatewayRules.Snapshot(table: RouteTable(proxies: rules)), ruleProblems: ruleProblems)
  }

  private static func words(_ judge: RuleEvaluation) -> [String] {
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

  /// Two bundles: the older one of `devops`, and one of `other` that also claims `paths`.
  private func bundles(_ paths: [String], _ spec: Value = ["raw": "x"]) -> RuleEvaluation {
    let older = JSBundleRule(object(dialect.jsBundles, "b", ["raw": "x"]), dialect: dialect)
    let files = paths.map { Value.mapping(["link": .string($0), "url": "http://up.example/x"]) }
    var younger = object(dialect.jsBundles, "y", spec.setting(["assets", "files"], to: .sequence(files)))
    younger.value = younger.value.setting(["metadata", "labels", dialect.extensionLabel], to: "other")
    younger.value = younger.value.setting(["metadata", "creationTimestamp"], to: "2026-02-01T00:00:00Z")
    return RuleEvaluation(
      snapshot: GatewayRules.Snapshot(
        table: RouteTable(bundles: [older, JSBundleRule(younger, dialect: dialect)]),
        namespaces: ["devops": ["devops-ns"]]))
  }

  @Test func aBundleThatLosesAFileIsServedInPart() {
    #expect(
      Self.words(bundles(["/dist/devops/more.js"])) == [
        "b true Served ",
        "y true ServedInPart JSBundle b: /dist/devops/more.js is reserved for the bundles of devops",
      ])
  }

  @Test func aBundleWhoseOtherFilesCannotBeUsedIsNotServed() {
    #expect(
      Self.words(bundles(["/dist/devops/more.js"], [:])) == [
        "b true Served ", "y false Unusable /dist/other/index.js: there is neither raw nor rawFrom",
      ])
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
    var ruleProblems = RuleState.RuleProblems()
    ruleProblems.failedHealthChecks = ["one": "its health check answers 503"]

    #expect(Self.words(proxies(["one": "/o"], ruleProblems)) == ["one false Unhealthy its health check answers 503"])
  }

  @Test func anUpstreamThatIsLeftAloneIsToldWhileThereIsABreaker() {
    var ruleProblems = RuleState.RuleProblems()
    ruleProblems.open = ["one"]

    #expect(
      Self.words(proxies(["one": "/o"], ruleProblems, ["circuitBreaker": ["failures": 1]]))
        == ["one false Unhealthy its upstream has failed too often, and is left alone"])
    #expect(Self.words(proxies(["one": "/o"], ruleProblems)) == ["one true Served "])
  }

  @Test(arguments: [
    ("http://169.254.169.254", "169.254.169.254 is link-local"), ("http://127.0.0.1:80", "127.0.0.1 is this machine"),
    ("http://192.0.2.1:6443", "192.0.2.1:6443 is the Kubernetes API itself"),
    ("http://[::1]", "::1 is this machine"),
  ])
  func aProxyThatLeadsWhereNothingMayIsUnusable(backend: String, message: String) {
    var judge = proxies(["one": "/o"], to: backend)
    judge.settings.upstreams.addresses.apiServer = APIServerAddresses(["192.0.2.1:6443"])

    #expect(Self.words(judge) == ["one false Unusable \(message)"])
    #expect(judge.counts == [:])
  }

  @Test(arguments: [([], "false Unusable"), (["/elsewhere/*"], "true ServedInPart")] as [(Value, String)])
  func anAPIOfAReservedGroupIsServedOnItsOwnPathsAlone(paths: Value, words: String) {
    let rule = APIServiceRule(
      object(
        dialect.apiServices, "a",
        ["group": "foo.k8s.io", "version": "v1", "url": "http://up.example", "nonResourceURLs": paths]),
      dialect: dialect)
    let table = RouteTable(services: [rule])
    let judge = RuleEvaluation(snapshot: GatewayRules.Snapshot(table: table))

    #expect(Self.words(judge) == ["a \(words) the group foo.k8s.io is not an extension's"])
    #expect(table.servedGroups.isEmpty)
  }

  @Test func whatABundleIsMadeOfIsLookedAt() async throws {
    let asking = try TestAPI()
    let cluster = Cluster(transport: InProcessTransport(asking.api))
    let bundle = bundle(["rawFrom": ["configMapKeyRef": ["namespace": "default", "name": "s", "key": "k"]]])
    var (snapshot, checks, now) = (bundle.snapshot, SourceChecks(), ContinuousClock.now)
    snapshot.namespaces = ["devops": ["default"]]
    func words() async -> [String] {
      var ruleProblems = RuleState.RuleProblems()
      ruleProblems.sources = await checks.problems(of: snapshot, bundle.settings, in: cluster, now, .seconds(30))
      now += .seconds(31)
      return Self.words(RuleEvaluation(snapshot: snapshot, ruleProblems: ruleProblems))
    }

    let absent = await words()
    let maps = "/api/v1/namespaces/default/configmaps"
    let map: Value = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "s"], "data": ["other": "x"]]
    _ = try await asking(.post, maps, map)
    let without = await words()
    _ = try await asking.patch(maps + "/s", ["data": ["k": "x"]])
    let whole = await words()

    #expect(absent == ["b false Unusable /dist/devops/index.js: the configMap default/s is not there"])
    #expect(without == ["b false Unusable /dist/devops/index.js: the configMap has no key k"])
    #expect(whole == ["b true Served "])
  }
}
