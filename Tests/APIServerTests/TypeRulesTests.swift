import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import APIServer

/// What fields of Kubernetes' own types have to be; a kube-apiserver 1.20 said the same of each of these objects.
@Suite struct TypeRulesTests {
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private static let wrong: [(kind: String, place: String, value: String?, problem: String)] = [
    (
      "Pod", "spec.containers.0.ports.0.name", #""A""#,
      "[spec.containers[0].ports[0].name: Invalid value: \"A\": must contain only alpha-numeric "
        + "characters (a-z, 0-9), and hyphens (-), spec.containers[0].ports[0].name: Invalid value: "
        + "\"A\": must contain at least one letter or number (a-z, 0-9)]"
    ),
    (
      "Pod", "spec.containers.0.ports.0.name", #""a--b""#,
      "spec.containers[0].ports[0].name: Invalid value: \"a--b\": must not contain consecutive "
        + "hyphens"
    ),
    (
      "Pod", "spec.containers.0.livenessProbe", "{}",
      "spec.containers[0].livenessProbe: Required value: must specify a handler type"
    ),
    (
      "Pod", "spec.containers.0.livenessProbe.tcpSocket", #"{"port": 80}"#,
      "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler "
        + "type"
    ),
    (
      "Pod", "spec.containers.0.livenessProbe.httpGet.port", #""a.b""#,
      "spec.containers[0].livenessProbe.httpGet.port: Invalid value: \"a.b\": must contain only "
        + "alpha-numeric characters (a-z, 0-9), and hyphens (-)"
    ),
    (
      "Pod", "spec.containers.0.lifecycle.preStop", "{}",
      "spec.containers[0].lifecycle.preStop: Required value: must specify a handler type"
    ),
    (
      "Pod", "spec.containers.0.lifecycle.preStop.exec.command", "[]",
      "spec.containers[0].lifecycle.preStop.exec.command: Required value"
    ),
    (
      "Pod", "spec.containers.0.env.1.valueFrom", "{}",
      "spec.containers[0].env[1].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, "
        + "`resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
    ),
    (
      "Pod", "spec.containers.0.env.1.value", #""x""#,
      "spec.containers[0].env[1].valueFrom: Invalid value: \"\": may not be specified when `value` "
        + "is not empty"
    ),
    (
      "Pod", "spec.containers.0.env.1.valueFrom.secretKeyRef.key", #""*""#,
      "spec.containers[0].env[1].valueFrom.secretKeyRef.key: Invalid value: \"*\": a valid config "
        + "key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
        + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    ),
    (
      "Pod", "spec.volumes.1.configMap.name", nil,
      "spec.volumes[1].configMap.name: Required value"
    ),
    (
      "Pod", "spec.nodeSelector.a", #""*""#,
      "spec.nodeSelector: Invalid value: \"*\": a valid label must be an empty string or consist "
        + "of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    ),
    (
      "Pod", "spec.tolerations.0.key", #""-1""#,
      "spec.tolerations[0].key: Invalid value: \"-1\": name part must consist of alphanumeric "
        + "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
        + "'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    ),
    (
      "Pod", "spec.tolerations.0", "{}",
      "spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is "
        + "empty, which means \"match all values and all keys\""
    ),
    (
      "Pod", "spec.tolerations.0.tolerationSeconds", "3",
      "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when "
        + "`tolerationSeconds` is set"
    ),
    (
      "Pod",
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0.values",
      "[]",
      ""
        + "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: "
        + "Required value: must be specified when `operator` is 'In' or 'NotIn'"
    ),
    (
      "Pod",
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0.operator",
      #""A""#,
      ""
        + "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: "
        + "Invalid value: \"A\": not a valid selector operator"
    ),
    (
      "Pod", "spec.securityContext.fsGroup", "-1",
      "spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive"
    ),
    (
      "Pod", "spec.topologySpreadConstraints.0.maxSkew", "0",
      "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"
    ),
    (
      "Pod", "spec", nil,
      "spec.containers: Required value"
    ),
    (
      "Service", "spec.selector.a", #""-1""#,
      "spec.selector: Invalid value: \"-1\": a valid label must be an empty string or consist of "
        + "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    ),
    (
      "Service", "spec.externalIPs.0", #""../a""#,
      "spec.externalIPs[0]: Invalid value: \"../a\": must be a valid IP address, (e.g. 10.9.8.7 or "
        + "2001:db8::ffff)"
    ),
    (
      "Service", "spec.ports.1.name", #""é""#,
      "spec.ports[1].name: Invalid value: \"é\": a lowercase RFC 1123 label must consist of lower "
        + "case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    ),
    (
      "Service", "spec.type", #""ClusterIP""#,
      "[spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP', "
        + "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer']"
    ),
    (
      "Role", "rules.0.apiGroups", "[]",
      "rules[0].apiGroups: Required value: resource rules must supply at least one api group"
    ),
    (
      "Role", "rules.0.resources", "[]",
      "rules[0].resources: Required value: resource rules must supply at least one resource"
    ),
    (
      "RoleBinding", "roleRef.apiGroup", #""x""#,
      "roleRef.apiGroup: Unsupported value: \"x\": supported values: \"rbac.authorization.k8s.io\""
    ),
    (
      "RoleBinding", "subjects.0.name", #""Bad Name""#,
      "subjects[0].name: Invalid value: \"Bad Name\": a lowercase RFC 1123 subdomain must consist "
        + "of lower case alphanumeric characters, '-' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    ),
    (
      "RoleBinding", "subjects.1.apiGroup", #""x""#,
      "subjects[1].apiGroup: Unsupported value: \"x\": supported values: "
        + "\"rbac.authorization.k8s.io\""
    ),
    (
      "HorizontalPodAutoscaler", "spec.minReplicas", "5",
      "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`"
    ),
    (
      "HorizontalPodAutoscaler", "spec.minReplicas", "-1",
      "spec.minReplicas: Invalid value: -1: must be greater than or equal to 1"
    ),
    (
      "ValidatingWebhookConfiguration", "webhooks.0.clientConfig", "{}",
      "webhooks[0].clientConfig: Required value: exactly one of url or service is required"
    ),
    (
      "ValidatingWebhookConfiguration", "webhooks.0.timeoutSeconds", "-1",
      "webhooks[0].timeoutSeconds: Invalid value: -1: the timeout value must be between 1 and 30 "
        + "seconds"
    ),
    (
      "ValidatingWebhookConfiguration", "webhooks.0.rules.0.operations", "[]",
      "webhooks[0].rules[0].operations: Required value"
    ),
    (
      "ValidatingWebhookConfiguration", "webhooks.0.admissionReviewVersions", #"["x"]"#,
      "webhooks[0].admissionReviewVersions: Invalid value: []string{\"x\"}: must include at least "
        + "one of v1, v1beta1"
    ),
    (
      "ValidatingWebhookConfiguration", "webhooks.0.name", #""a.b""#,
      "webhooks[0].name: Invalid value: \"a.b\": should be a domain with at least three segments "
        + "separated by dots"
    ),
    (
      "LimitRange", "spec.limits.0.type", #""x""#,
      "spec.limits[0].type: Invalid value: \"x\": must be a standard limit type or fully qualified"
    ),
    (
      "Event", "involvedObject.namespace", #""x""#,
      "involvedObject.namespace: Invalid value: \"x\": does not match event.namespace"
    ),
    (
      "Endpoints", "subsets.0.addresses", "[]",
      "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"
    ),
  ]

  @Test(arguments: wrong)
  func aFieldThatIsWrongIsRefusedInTheWordsOfTheAPIServer(
    kind: String, place: String, value: String?, problem: String
  ) async throws {
    let (path, text) = try #require(Self.right[kind])
    let object = try #require(try YAML.node(text)).value
    let replacement = try value.map { try JSON.parse(Array($0.utf8)) }
    let broken = Self.setting(place.split(separator: ".").map(String.init)[...], in: object, to: replacement)

    let made = try await ask(.post, path + "?dryRun=All", object)
    let refused = try await ask(.post, path + "?dryRun=All", broken)

    #expect(made.status == 201, "\(made.message)")
    #expect(refused.status == 422)
    #expect(refused.message.hasSuffix(" is invalid: " + problem), "\(refused.message)")
  }

  /// `value` with `replacement` at a place in its mappings and lists, or without what is there.
  private static func setting(_ place: ArraySlice<String>, in value: Value, to replacement: Value?) -> Value {
    guard let step = place.first else { return replacement ?? .null }
    let rest = place.dropFirst()
    guard let index = Int(step), var items = value.sequence else {
      let inner = rest.isEmpty ? replacement : setting(rest, in: value[step] ?? [:], to: replacement)
      return value.setting([step], to: inner)
    }
    items[index] = setting(rest, in: items[index], to: replacement)
    return .sequence(items)
  }

  @Test func whatWasTakenOnceByFewerRulesIsTakenAsLongAsItStays() throws {
    let (_, text) = try #require(Self.right["Pod"])
    let type = try #require(ask.api.types.find(group: "", version: "v1", plural: "pods"))
    let old = Self.setting(
      ["spec", "tolerations", "0", "effect"], in: try #require(try YAML.node(text)).value, to: "x")
    let same = old.setting(["metadata", "labels", "a"], to: "b")
    let worse = Self.setting(["spec", "tolerations", "0", "key"], in: old, to: "-")

    #expect(!type.causes(old).isEmpty)
    #expect(type.causes(same, replacing: old) == [])
    #expect(type.causes(worse, replacing: old).map(\.field) == ["spec.tolerations[0].key"])
  }
}
