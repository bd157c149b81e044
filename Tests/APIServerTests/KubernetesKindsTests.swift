import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import APIServer

/// Kubernetes' own kinds are data: what a chart can break in them is told in the API server's words.
@Suite struct KubernetesKindsTests {
  private static let deployments = "/apis/apps/v1/namespaces/default/deployments"
  private static let services = "/api/v1/namespaces/default/services"
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

  @Test func whatIsInEveryClusterIsThere() async throws {
    #expect(
      try await ask(.get, "/api/v1/namespaces").names == ["default", "kube-node-lease", "kube-public", "kube-system"])
    #expect(try await ask(.get, Self.services + "/kubernetes")["spec", "clusterIP"] == "10.0.0.1")
    #expect(try await ask(.get, "/api/v1/namespaces/kube-system/serviceaccounts").names == ["default"])
  }

  @Test func aServiceAccountOfANamespaceComesBack() async throws {
    let place = "/api/v1/namespaces/default/serviceaccounts/default"
    let before = try await ask(.get, place)

    try await ask(.delete, place)

    let after = try await ask(.get, place)
    #expect(after.status == 200)
    #expect(after["metadata", "uid"] != before["metadata", "uid"])
  }

  @Test func everyNamespaceHasTheAuthoritiesOfTheServerAndKeepsThem() async throws {
    let place = "/api/v1/namespaces/later/configmaps/kube-root-ca.crt"
    await ask.api.publish(authority: "first")
    try await ask(.post, "/api/v1/namespaces", ["metadata": ["name": "later"]])
    func told() async throws -> Value? { try await ask(.get, place)["data", "ca.crt"] }

    #expect(try await told() == "first")
    #expect(try await ask(.get, "/api/v1/namespaces/default/configmaps").names == ["kube-root-ca.crt"])
    try await ask(.delete, place)
    #expect(try await told() == "first")
    try await ask.patch(place, ["data": ["ca.crt": "another", "b": "c"]])
    #expect(try await ask(.get, place)["data"] == ["ca.crt": "first"])
    await ask.api.publish(authority: "second")
    #expect(try await told() == "second")
    try await ask(.delete, "/api/v1/namespaces/later")
    await eventually("it goes") { (try? await ask(.get, "/api/v1/namespaces/later").status) == 404 }
  }

  @Test func nothingIsMadeInANamespaceThatIsNotThere() async throws {
    let place = "/api/v1/namespaces/nowhere/configmaps"
    let made = try await ask(.post, place, .map("m"))
    let applied = try await ask(
      .patch, place + "/m?fieldManager=ann", .map("m"), as: "application/apply-patch+yaml")

    for answer in [made, applied] {
      #expect(answer.status == 404)
      #expect(answer.message == #"namespaces "nowhere" not found"#)
    }
    #expect(
      try await ask(.delete, "/api/v1/namespaces/default").message
        == #"namespaces "default" is forbidden: this namespace may not be deleted"#)
  }

  @Test func whatTheServerFillsInIsFilledIn() async throws {
    let made = try await ask(.post, Self.deployments, .deployment("d"))
    let service: Value = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"], "spec": ["ports": [["port": 80]]],
    ]
    let served = try await ask(.post, Self.services, service)

    #expect(made["spec", "replicas"] == 1)
    #expect(made["spec", "strategy", "rollingUpdate"] == ["maxSurge": "25%", "maxUnavailable": "25%"])
    #expect(
      made["spec", "template", "spec", "containers"]?.sequence?.first?["imagePullPolicy"] == "IfNotPresent")
    #expect(served["spec", "ports"] == [["port": 80, "protocol": "TCP", "targetPort": 80]])
    #expect(served["spec", "type"] == "ClusterIP")
  }

  @Test(
    arguments: [
      (
        ["spec", "replicas"], "2",
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
      ),
      (
        ["metadata", "labels"], ["a": 1],
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
      ),
      (
        ["spec", "template", "spec", "containers"], [["name": "a", "image": "i", "env": [["name": "x", "value": 1]]]],
        "json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string"
      ),
      (
        ["spec", "template", "spec", "containers"],
        [["name": "a", "image": "i", "resources": ["limits": ["memory": "128 Mi"]]]], Quantity.rule
      ),
    ] as [([String], Value, String)])
  func aValueOfTheWrongTypeIsNoObject(path: [String], value: Value, problem: String) async throws {
    let answer = try await ask(.post, Self.deployments, Value.deployment("d").setting(path, to: value))

    #expect(answer.status == 400)
    #expect(answer.message == #"Deployment in version "v1" cannot be handled as a Deployment: "# + problem)
  }

  @Test func aPatchThatBreaksATypeIsInvalid() async throws {
    try await ask(.post, Self.deployments, .deployment("d"))

    let answer = try await ask.patch(Self.deployments + "/d", ["spec": ["replicas": "many"]])

    #expect(answer.status == 422)
    #expect(answer.message.hasPrefix(#" "" is invalid: patch: Invalid value: "#))
    #expect(answer.message.hasSuffix("DeploymentSpec.spec.replicas of type int32"))
  }

  @Test(
    arguments: [
      (["spec", "template", "spec", "containers"], [], "spec.template.spec.containers: Required value"),
      (
        ["spec", "template", "metadata", "labels"], ["app": "x"],
        #"spec.template.metadata.labels: Invalid value: map[string]string{"app":"x"}: `selector` does not match "#
          + "template `labels`"
      ),
      (
        ["spec", "template", "spec", "restartPolicy"], "Never ever",
        #"spec.template.spec.restartPolicy: Unsupported value: "Never ever": supported values: "Always", "Never", "#
          + #""OnFailure""#
      ),
      (
        ["spec", "template", "spec", "containers"], [["name": "a", "image": "i"], ["name": "a", "image": "j"]],
        #"spec.template.spec.containers[1].name: Duplicate value: "a""#
      ),
      (
        ["spec", "template", "spec", "containers"], [["name": "a", "image": "i", "ports": [["containerPort": 0]]]],
        "spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 0: must be between 1 and 65535, inclusive"
      ),
    ] as [([String], Value, String)])
  func whatAChartCanBreakIsTold(path: [String], value: Value, problem: String) async throws {
    let answer = try await ask(.post, Self.deployments, Value.deployment("d").setting(path, to: value))

    #expect(answer.status == 422)
    #expect(answer.message == #"Deployment.apps "d" is invalid: "# + problem)
  }

  @Test func aSelectorStays() async throws {
    try await ask(.post, Self.deployments, .deployment("d"))
    let labels: Value = ["app": "e"]

    let answer = try await ask.patch(
      Self.deployments + "/d",
      ["spec": ["selector": ["matchLabels": labels], "template": ["metadata": ["labels": labels]]]])

    #expect(answer.status == 422)
    #expect(answer.message.contains("spec.selector: Invalid value: "))
    #expect(answer.message.hasSuffix(": field is immutable"))
  }

  @Test func aScaleHasItsSelectorAsText() async throws {
    try await ask(.post, Self.deployments, .deployment("d"))

    let scale = try await ask.patch(Self.deployments + "/d/scale", ["spec": ["replicas": 3]])

    #expect(scale["spec", "replicas"] == 3)
    #expect(scale["status", "selector"] == "app=d")
  }

  @Test func scalersAreConvertedBetweenTheirVersions() async throws {
    let place = "/namespaces/default/horizontalpodautoscalers"
    let scaler: Value = [
      "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": ["name": "h"],
      "spec": [
        "maxReplicas": 3, "targetCPUUtilizationPercentage": 80, "scaleTargetRef": ["kind": "Deployment", "name": "d"],
      ],
    ]
    try await ask(.post, "/apis/autoscaling/v1" + place, scaler)
    let second = try await ask(.get, "/apis/autoscaling/v2" + place + "/h")
    let memory: Value = [
      "type": "Pods", "pods": ["metric": ["name": "m"], "target": ["type": "Value", "value": "1"]],
    ]
    let metrics = (second["spec", "metrics"]?.sequence ?? []) + [memory]
    try await ask.patch("/apis/autoscaling/v2" + place + "/h", ["spec": ["metrics": .sequence(metrics)]])
    let first = try await ask.patch("/apis/autoscaling/v1" + place + "/h", ["spec": ["maxReplicas": 4]])
    let kept = try await ask(.get, "/apis/autoscaling/v2" + place + "/h")

    #expect(first["spec", "targetCPUUtilizationPercentage"] == 80)
    #expect(first["spec", "metrics"] == nil)
    #expect(kept["spec", "metrics"] == .sequence(metrics))
    #expect(kept["metadata", "annotations"]?.mapping?.isEmpty ?? true)
    #expect(kept["spec", "maxReplicas"] == 4)
  }

  @Test func whatIsOnlyReadIsNotWritten() async throws {
    #expect(try await ask(.get, "/api/v1/componentstatuses").names == ["storage"])
    #expect(try await ask(.delete, "/api/v1/componentstatuses/storage").status == 405)
  }

  @Test func tablesShowWhatAClusterShows() async throws {
    try await ask(.post, Self.deployments, .deployment("d"))
    var asking = ask
    asking.headers = ["Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"]

    let deployments = try await asking(.get, Self.deployments)
    let services = try await asking(.get, Self.services)

    #expect(
      deployments["rows"]?.sequence?.first?["cells"] == ["d", "0/1", 0, 0, "0s", "a", "i:1", "app=d"])
    #expect(
      services["rows"]?.sequence?.first?["cells"]
        == ["kubernetes", "ClusterIP", "10.0.0.1", "<none>", "443/TCP", "0s", "<none>"])
  }

  @Test func theClaimsOfAStatefulSetKeepTheirNames() async throws {
    let claim: Value = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "data", "labels": ["a": "b"]],
      "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
    ]
    let labels: Value = ["app": "s"]
    let set: Value = [
      "metadata": ["name": "s"],
      "spec": [
        "serviceName": "s", "selector": ["matchLabels": labels], "volumeClaimTemplates": [claim],
        "template": ["metadata": ["labels": labels], "spec": ["containers": [["name": "c", "image": "i"]]]],
      ],
    ]

    let made = try await ask(.post, "/apis/apps/v1/namespaces/default/statefulsets?fieldValidation=Strict", set)

    #expect(made.status == 201)
    #expect(made["spec", "volumeClaimTemplates"]?.sequence?.first?["metadata"] == claim["metadata"])
    #expect(made["spec", "volumeClaimTemplates"]?.sequence?.first?["kind"] == "PersistentVolumeClaim")
  }
}
