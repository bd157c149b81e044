import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import APIServer

/// How many objects a ResourceQuota lets a namespace have; a kube-apiserver 1.20 with its controllers said the same of
/// the same objects.
@Suite struct QuotaTests {
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private func quota(_ name: String = "few", _ spec: Value) async throws -> TestAPI.Answer {
    try await ask(
      .post, "/api/v1/namespaces/default/resourcequotas",
      ["apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": .string(name)], "spec": spec])
  }

  private func make(_ kind: String, _ name: String, _ rest: Value = [:]) async throws -> TestAPI.Answer {
    let isApps = kind == "Deployment"
    let path = (isApps ? "/apis/apps/v1" : "/api/v1") + "/namespaces/default/\(kind.lowercased())s"
    let head: Value = [
      "apiVersion": isApps ? "apps/v1" : "v1", "kind": .string(kind), "metadata": ["name": .string(name)],
    ]
    return try await ask(.post, path, MergePatch.apply(rest, to: head))
  }

  private func used(_ name: String = "few") async throws -> Value? {
    try await ask(.get, "/api/v1/namespaces/default/resourcequotas/\(name)")["status", "used"]
  }

  private static let pod: Value = ["spec": ["containers": [["name": "c", "image": "x"]]]]

  @Test func oneMoreThanAQuotaAllowsIsRefusedInTheWordsOfTheAPIServer() async throws {
    _ = try await quota("few", ["hard": ["configmaps": "2", "count/configmaps": "2"]])
    for name in ["a", "b"] { #expect(try await make("ConfigMap", name).status == 201) }

    let refused = try await make("ConfigMap", "c")

    #expect(refused.status == 403 && refused.reason == "Forbidden")
    #expect(
      refused.message
        == "configmaps \"c\" is forbidden: exceeded quota: few, requested: configmaps=1,count/configmaps=1, "
        + "used: configmaps=2,count/configmaps=2, limited: configmaps=2,count/configmaps=2")
    let tried = try await ask(
      .post, "/api/v1/namespaces/default/configmaps?dryRun=All",
      ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"]])
    #expect(tried.status == 403)
  }

  @Test func kindsOfGroupsAndPortsOfNodesAreCounted() async throws {
    _ = try await quota("few", ["hard": ["count/deployments.apps": 0, "services": "2", "services.nodeports": "0"]])
    let template: Value = ["metadata": ["labels": ["a": "b"]], "spec": Self.pod["spec"] ?? .null]
    let deployment = try await make(
      "Deployment", "d", ["spec": ["selector": ["matchLabels": ["a": "b"]], "template": template]])
    #expect(
      deployment.message
        == "deployments.apps \"d\" is forbidden: exceeded quota: few, requested: count/deployments.apps=1, "
        + "used: count/deployments.apps=0, limited: count/deployments.apps=0")

    // One is there already: the namespace's own, kubernetes.
    let ports: Value = ["ports": [["port": 80]]]
    #expect(try await make("Service", "s", ["spec": ports]).status == 201)
    let second = try await make("Service", "t", ["spec": ports.setting(["type"], to: "NodePort")])
    #expect(
      second.message
        == "services \"t\" is forbidden: exceeded quota: few, requested: services=1,services.nodeports=1, "
        + "used: services=2,services.nodeports=0, limited: services=2,services.nodeports=0")
  }

  @Test func aChangeThatTakesMoreThanAQuotaAllowsIsRefused() async throws {
    _ = try await quota("few", ["hard": ["services.nodeports": "1", "services.loadbalancers": "0"]])
    let ports: Value = ["ports": [["name": "a", "port": 80], ["name": "b", "port": 81]]]
    #expect(try await make("Service", "s", ["spec": ports]).status == 201)

    let refused = try await ask.patch("/api/v1/namespaces/default/services/s", ["spec": ["type": "NodePort"]])
    #expect(
      refused.message
        == "services \"s\" is forbidden: exceeded quota: few, requested: services.nodeports=2, "
        + "used: services.nodeports=0, limited: services.nodeports=1")
    let one: Value = ["spec": ["type": "NodePort", "ports": [["name": "a", "port": 80]]]]
    #expect(try await ask.patch("/api/v1/namespaces/default/services/s", one).status == 200)
    #expect(try await used() == ["services.loadbalancers": "0", "services.nodeports": "1"])
    // What takes no more than before passes.
    let labelled: Value = ["metadata": ["labels": ["a": "b"]]]
    #expect(try await ask.patch("/api/v1/namespaces/default/services/s", labelled).status == 200)
    let balanced = try await ask.patch("/api/v1/namespaces/default/services/s", ["spec": ["type": "LoadBalancer"]])
    #expect(balanced.message.containsText("requested: services.loadbalancers=1, used: services.loadbalancers=0"))
  }

  @Test func ofKindsThatAreNotServedNothingIsSaidToBeUsed() async throws {
    _ = try await quota("few", ["hard": ["count/nothing.example.com": "1", "pods": "1"]])
    #expect(try await used() == ["pods": "0"])
  }

  /// What a kube-apiserver 1.20 said of the same quotas; where it shows Go's insides, the amount.
  private static let contradictory: [(Value, String)] = [
    (
      ["hard": ["cpu": "1"], "scopes": ["BestEffort"]],
      #"spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: unsupported scope applied to resource"#
    ),
    (
      ["hard": ["configmaps": "1"], "scopes": ["BestEffort"]],
      #"spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: unsupported scope applied to resource"#
    ),
    (["hard": ["pods": "1.5"]], #"spec.hard[pods]: Invalid value: "1.5": must be an integer"#),
    (["hard": ["cpu": "1.5", "count/x.y": "1.5"]], #"spec.hard[count/x.y]: Invalid value: "1.5": must be an integer"#),
    (
      ["hard": ["pods": "1"], "scopes": ["Terminating", "NotTerminating"]],
      #"spec.scopes: Invalid value: []core.ResourceQuotaScope{"Terminating", "NotTerminating"}: conflicting scopes"#
    ),
    (
      ["hard": ["pods": "1"], "scopes": ["Nope"]],
      #"spec.scopes: Invalid value: []core.ResourceQuotaScope{"Nope"}: unsupported scope"#
    ),
    (
      selecting("PriorityClass", "In", []),
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' "
        + "or 'NotIn' for scope selector"
    ),
    (
      selecting("PriorityClass", "Exists", ["a"]),
      #"spec.scopeSelector.matchExpressions.values: Invalid value: []string{"a"}: must be no value when `operator` is "#
        + "'Exist' or 'DoesNotExist' for scope selector"
    ),
    (
      selecting("BestEffort", "In", ["x"]),
      #"spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be 'Exist' only operator when scope is "#
        + "any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort and "
        + "ResourceQuotaScopeNotBestEffort"
    ),
    (
      selecting("Nope", "Maybe", []),
      #"[spec.scopeSelector.matchExpressions.scopeName: Invalid value: "Nope": unsupported scope, "#
        + #"spec.scopeSelector.matchExpressions.operator: Invalid value: "Maybe": not a valid selector operator]"#
    ),
  ]

  private static func selecting(_ scope: String, _ name: String, _ values: Value) -> Value {
    let requirement: Value = ["scopeName": .string(scope), "operator": .string(name), "values": values]
    return ["hard": ["pods": "1"], "scopeSelector": ["matchExpressions": [requirement]]]
  }

  @Test(arguments: contradictory)
  func aQuotaThatContradictsItselfIsRefused(spec: Value, problem: String) async throws {
    let refused = try await quota("few", spec)

    #expect(refused.status == 422)
    #expect(refused.message == "ResourceQuota \"few\" is invalid: \(problem)")
  }

  @Test func scopesThatGoTogetherAreTaken() async throws {
    let spec: Value = ["hard": ["pods": "1", "requests.cpu": "1500m"], "scopes": ["NotBestEffort", "Terminating"]]
    #expect(try await quota("few", spec).status == 201)
  }

  @Test func whatIsUsedFollowsWhatThereIs() async throws {
    _ = try await quota("few", ["hard": ["configmaps": "5", "pods": "5", "resourcequotas": "2"]])
    #expect(try await used() == ["configmaps": "0", "pods": "0", "resourcequotas": "1"])

    _ = try await make("ConfigMap", "a")
    _ = try await make("Pod", "p", Self.pod)
    #expect(try await used() == ["configmaps": "1", "pods": "1", "resourcequotas": "1"])
    // A pod that has ended takes no room.
    _ = try await ask(
      .patch, "/api/v1/namespaces/default/pods/p/status", ["status": ["phase": "Succeeded"]],
      as: "application/merge-patch+json")
    #expect(try await used() == ["configmaps": "1", "pods": "0", "resourcequotas": "1"])
    try await ask(.delete, "/api/v1/namespaces/default/configmaps/a")
    #expect(try await used() == ["configmaps": "0", "pods": "0", "resourcequotas": "1"])
    #expect(try await quota("more", ["hard": ["pods": "1"]]).status == 201)
    #expect(
      try await quota("most", ["hard": ["pods": "1"]]).message.contains(
        "exceeded quota: few, requested: resourcequotas=1, used: resourcequotas=2, limited: resourcequotas=2"))
  }

  @Test func aChangeOfAQuotaHoldsAtOnceAndOtherNamespacesAreFree() async throws {
    _ = try await quota("few", ["hard": ["configmaps": "0"]])
    #expect(try await make("ConfigMap", "a").status == 403)
    _ = try await ask(
      .patch, "/api/v1/namespaces/default/resourcequotas/few", ["spec": ["hard": ["configmaps": "1k"]]],
      as: "application/merge-patch+json")

    #expect(try await make("ConfigMap", "a").status == 201)
    #expect(try await used() == ["configmaps": "1"])
  }

  @Test func whatIsNotEnforcedIsSaidToBeSo() async throws {
    let made: Value = [
      "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "q"],
      "spec": ["hard": ["requests.cpu": "1", "pods": "1", "limits.memory": "1Gi"]],
    ]
    let request = HTTPRequest(
      .post, "/api/v1/namespaces/default/resourcequotas", headers: ["Content-Type": "application/json"],
      body: JSON.bytes(made))

    let response = await ask.api.respond(to: request, as: .owner)

    #expect(response.status == 201)
    #expect(
      response.headers["Warning"]?.contains(
        "limits.memory, requests.cpu: kept and not enforced, for this server counts objects") == true)
    #expect(try await used("q") == ["pods": "0"])
  }
}
