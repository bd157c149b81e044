import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// What objects of Kubernetes' own kinds must not be.
///
/// A kube-apiserver 1.20 refused the same objects in these words.
@Suite struct KubernetesRulesTests {
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private static let groups = [
    "Deployment": "/apis/apps/v1", "Job": "/apis/batch/v1", "Service": "/api/v1",
    "Ingress": "/apis/networking.k8s.io/v1", "NetworkPolicy": "/apis/networking.k8s.io/v1",
    "Lease": "/apis/coordination.k8s.io/v1", "LimitRange": "/api/v1", "PersistentVolumeClaim": "/api/v1",
    "ResourceQuota": "/api/v1",
  ]

  private static let plurals = ["Ingress": "ingresses", "NetworkPolicy": "networkpolicies"]

  private static func path(_ kind: String) -> String {
    (groups[kind] ?? "") + "/namespaces/default/" + (plurals[kind] ?? kind.lowercased() + "s")
  }

  private func make(_ kind: String, _ spec: String) async throws -> TestAPI.Answer {
    let path = Self.path(kind)
    let version = path.split(separator: "/").prefix { $0 != "namespaces" }.dropFirst().joined(separator: "/")
    let object: Value = [
      "apiVersion": .string(version), "kind": .string(kind), "metadata": ["name": "x"],
      "spec": try YAML.parse(spec),
    ]
    return try await ask(.post, path, object)
  }

  private static func sentences(_ answer: TestAPI.Answer) -> [String] {
    (answer["details", "causes"]?.sequence ?? []).map {
      "\($0["field"]?.string ?? ""): \($0["message"]?.string ?? "")"
    }
  }

  private static let template =
    "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}"

  @Test(arguments: [
    ("replicas: -1", ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
    (
      "progressDeadlineSeconds: 0",
      ["spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds"]
    ),
    (
      "strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}",
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]
    ),
    (
      "template: {spec: {restartPolicy: Never}}",
      [#"spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always""#]
    ),
    (
      "template: {spec: {containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /x}]}]}}",
      [#"spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v""#]
    ),
    (
      "template: {spec: {containers: [{name: c, image: i, resources: "
        + "{requests: {cpu: '2', memory: 1Gi}, limits: {cpu: 1500m, memory: 500Mi}}}]}}",
      [
        #"spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit"#,
        #"spec.template.spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit"#,
      ]
    ),
  ])
  func aDeploymentThatCannotRunIsRefused(change: String, expected: [String]) async throws {
    let spec = MergePatch.apply(try YAML.parse("{\(change)}"), to: try YAML.parse("{\(Self.template)}"))

    let answer = try await make("Deployment", JSON.text(spec))

    #expect(Self.sentences(answer) == expected)
  }

  @Test(arguments: [
    (
      "Job", "{template: {spec: {containers: [{name: c, image: i}]}}}",
      [#"spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never""#]
    ),
    ("Service", "{selector: {a: b}}", ["spec.ports: Required value"]),
    ("Service", "{clusterIP: None}", []),
    ("Service", "{type: ExternalName}", ["spec.externalName: Required value"]),
    (
      "Service", "{ports: [{port: 80}, {port: 81}]}",
      ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"]
    ),
    (
      "Service", "{ports: [{name: a, port: 80}, {name: a, port: 81}]}",
      [#"spec.ports[1].name: Duplicate value: "a""#]
    ),
    (
      "Ingress", "{}",
      ["spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified"]
    ),
    (
      "Ingress", "{defaultBackend: {service: {name: s}}}",
      ["spec.defaultBackend: Required value: port name or number is required"]
    ),
    ("Ingress", "{defaultBackend: {service: {name: s, port: {number: 80}}}}", []),
    ("Ingress", "{rules: [{host: '*.example.com'}, {host: example.com}]}", []),
    (
      "Ingress",
      "{rules: [{http: {paths: [{path: x, pathType: Prefix, backend: {service: {name: s, port: {number: 1}}}}]}}]}",
      [#"spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path"#]
    ),
    (
      "Ingress", "{rules: [{host: 1.2.3.4}]}",
      [#"spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address"#]
    ),
    (
      "NetworkPolicy", "{podSelector: {}, policyTypes: [Foo]}",
      [#"spec.policyTypes[0]: Unsupported value: "Foo": supported values: "Ingress", "Egress""#]
    ),
    (
      "Lease", "{leaseDurationSeconds: 0}",
      ["spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"]
    ),
    (
      "PersistentVolumeClaim", "{resources: {requests: {storage: 1Gi}}}",
      ["spec.accessModes: Required value: at least 1 access mode is required"]
    ),
    (
      "PersistentVolumeClaim", "{accessModes: [ReadWriteOnce]}", ["spec.resources[storage]: Required value"]
    ),
    (
      "ResourceQuota", "{hard: {foo: '1', count/x: '1', requests.cpu: '1'}}",
      [
        #"spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified"#,
        #"spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota"#,
      ]
    ),
  ])
  func whatKubernetesRefusesIsRefused(kind: String, spec: String, expected: [String]) async throws {
    let answer = try await make(kind, spec)

    #expect(Self.sentences(answer) == expected)
    #expect(answer.status == (expected.isEmpty ? 201 : 422))
  }

  @Test func aHostIsADomain() async throws {
    let sentences = Self.sentences(try await make("Ingress", "{rules: [{host: BAD_HOST}, {host: '*.BAD'}]}"))

    #expect(sentences.count == 2)
    #expect(sentences.first?.hasPrefix(#"spec.rules[0].host: Invalid value: "BAD_HOST": a lowercase RFC 1123"#) == true)
    #expect(sentences.last?.hasPrefix(#"spec.rules[1].host: Invalid value: "*.BAD": a wildcard DNS-1123"#) == true)
  }

  @Test func theMinimumOfALimitMustNotExceedItsMaximum() async throws {
    let answer = try await make("LimitRange", "{limits: [{type: Container, min: {cpu: 2}, max: {cpu: 500m}}]}")
    let fine = try await make("LimitRange", "{limits: [{type: Container, max: {cpu: '1'}}]}")

    #expect(answer.message.contains("spec.limits[0].min[cpu]: "))
    #expect(answer.message.contains("min value 2 is greater than max value 500m"))
    #expect(fine["spec", "limits"]?.sequence?.first?["defaultRequest"] == ["cpu": "1"])
  }

  @Test func theClusterIPIsImmutable() async throws {
    _ = try await make("Service", "{clusterIP: 10.0.0.9, ports: [{port: 80}]}")

    let moved = try await ask.patch(Self.path("Service") + "/x", ["spec": ["clusterIP": "10.0.0.77"]])
    let labelled = try await ask.patch(Self.path("Service") + "/x", ["metadata": ["labels": ["a": "b"]]])

    #expect(
      Self.sentences(moved) == [#"spec.clusterIPs[0]: Invalid value: []string{"10.0.0.77"}: may not change once set"#])
    #expect(labelled.status == 200)
  }

  @Test(arguments: [
    (
      "system-x", 1,
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: "
        + "system-x is not a known system priority class"
    ),
    ("x", 2_000_000_000, "value: Forbidden: maximum allowed value of a user defined priority is 1000000000"),
  ])
  func systemPriorityClassesAreReserved(name: String, value: Int, expected: String) async throws {
    let object: Value = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": .string(name)],
      "value": .integer(value),
    ]

    let answer = try await ask(.post, "/apis/scheduling.k8s.io/v1/priorityclasses", object)

    #expect(Self.sentences(answer) == [expected])
  }

  @Test func whatIsLeftOutIsFilledIn() async throws {
    let deployment = try await make("Deployment", "{strategy: {}, \(Self.template)}")
    let policy = try await make("NetworkPolicy", "{podSelector: {}, egress: [{}]}")
    let namespace = try await ask(
      .post, "/api/v1/namespaces", ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "n"], "spec": [:]])

    #expect(
      deployment["spec", "strategy"]
        == ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": "25%", "maxUnavailable": "25%"]])
    #expect(policy["spec", "policyTypes"] == ["Ingress", "Egress"])
    #expect(namespace["spec", "finalizers"] == ["kubernetes"])
  }

  @Test func emptyLabelsAnnotationsAndFinalizersAreRemoved() async throws {
    let map = Value.map("m").setting(["metadata", "annotations"], to: [:]).setting(["metadata", "finalizers"], to: [])

    let made = try await ask(.post, Path.maps, map)

    #expect(made["metadata"]?.mapping?.keys.contains { ["labels", "annotations", "finalizers"].contains($0) } == false)
  }
}
