import KubernetesAPI
import Manifest

/// Validates objects of Kubernetes' own kinds beyond their types: immutable fields, and fields that must fit each
/// other.
struct KubernetesRules: ObjectRules {
  /// The paths of fields that are immutable once set.
  var fixed: [String]
  var kind: String

  /// The rules of `resource`, which is one of Kubernetes' own.
  static func rules(of resource: Resource, fixed: [String]) -> any ObjectRules {
    switch resource.qualifiedName {
    case "configmaps": DataRules(isSecret: false)
    case "secrets": DataRules(isSecret: true)
    default: KubernetesRules(fixed: fixed, kind: resource.kind)
    }
  }

  func defaulted(_ value: Value) -> Value {
    switch kind {
    case "Namespace":
      value.setting(["metadata", "labels", "kubernetes.io/metadata.name"], to: value[path: "metadata", "name"])
    case "NetworkPolicy": NetworkRules.defaulted(policy: value)
    case "LimitRange": AmountRules.defaulted(limits: value)
    default: value
    }
  }

  func causes(_ value: Value) -> [Status.Cause] {
    let controllers = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]
    return (controllers.contains(kind) ? selectorCauses(value) : [])
      + WorkloadRules(value, kind: kind).causes + NetworkRules.causes(value, kind: kind)
      + AmountRules.causes(value, kind: kind) + subjectCauses(value)
  }

  /// ServiceAccounts in a ClusterRoleBinding must name their namespace, because the binding has none.
  private func subjectCauses(_ value: Value) -> [Status.Cause] {
    guard kind == "ClusterRoleBinding" else { return [] }
    return (value["subjects"]?.sequence ?? []).enumerated().filter { _, subject in
      subject["kind"] == "ServiceAccount" && (subject["namespace"]?.string ?? "").isEmpty
    }.map { .required("subjects[\($0.offset)].namespace") }
  }

  func causes(_ value: Value, replacing old: Value) -> [Status.Cause] {
    let changed = fixed.filter { field in
      let path = field.split(separator: ".").map(String.init)
      return old[path: path] != nil && old[path: path] != value[path: path]
    }
    // An object that was accepted under less strict rules remains valid while its spec is unchanged.
    let own = value["spec"] == old["spec"] ? [] : causes(value)
    let address = kind == "Service" ? NetworkRules.causes(value, replacing: old) : []
    return own + address + (changed.isEmpty ? claimCauses(value, old) : refusal(of: changed, value))
  }

  /// Refuses a change of immutable fields, with the message of the kind.
  private func refusal(of fields: [String], _ value: Value) -> [Status.Cause] {
    switch kind {
    case "StatefulSet":
      let problem =
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
      return [.forbidden("spec", problem)]
    case "StorageClass": return fields.map { .forbidden($0, "updates to \($0) are forbidden.") }
    case "RoleBinding", "ClusterRoleBinding":
      return [.invalidValue("roleRef", value["roleRef"] ?? .null, "cannot change roleRef")]
    default:
      return fields.map { field in
        .invalidValue(field, value[path: field.split(separator: ".").map(String.init)] ?? .null, "field is immutable")
      }
    }
  }

  private func claimCauses(_ value: Value, _ old: Value) -> [Status.Cause] {
    guard kind == "PersistentVolumeClaim" else { return [] }
    func rest(_ claim: Value) -> Value? {
      claim["spec"]?.setting(["resources"], to: nil).setting(["volumeName"], to: nil)
        .setting(["volumeAttributesClassName"], to: nil)
    }
    guard rest(value) != rest(old) else { return [] }
    let problem =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
    return [.forbidden("spec", problem)]
  }

  /// The selector of a workload must match the labels of its pod template.
  private func selectorCauses(_ value: Value) -> [Status.Cause] {
    let wanted = value[path: "spec", "selector", "matchLabels"]?.mapping?.pairs ?? []
    let labels = value[path: "spec", "template", "metadata", "labels"]
    let hasExpressions = value[path: "spec", "selector", "matchExpressions"]?.sequence?.isEmpty == false
    if wanted.isEmpty, !hasExpressions {
      guard value[path: "spec", "selector"] != nil else { return [] }
      return [
        .invalidValue(
          "spec.selector", value[path: "spec", "selector"] ?? .null, "empty selector is invalid for \(noun)")
      ]
    }
    guard wanted.contains(where: { labels?[$0.key] != $0.value }) else { return [] }
    let shown = (labels?.mapping?.pairs ?? []).sorted { $0.key < $1.key }
      .map { "\(JSON.text(.string($0.key))):\(JSON.text($0.value))" }.joined(separator: ", ")
    return [
      Status.Cause(
        reason: "FieldValueInvalid",
        message: "Invalid value: map[string]string{\(shown)}: `selector` does not match template `labels`",
        field: "spec.template.metadata.labels")
    ]
  }

  private var noun: String { kind == "StatefulSet" ? "statefulset" : kind.lowercased() }
}
