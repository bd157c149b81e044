import KubernetesAPI
import Manifest

/// Validates fields of Kubernetes' own types that depend on each other, with the API server's messages.
struct TypeRules {
  private(set) var causes: [Status.Cause] = []
  private let value: Mapping
  private let path: FieldPath

  /// The errors in `value` at `path`, which has the type called `name`, such as `core.Probe`.
  static func causes(_ name: String, _ value: Mapping, at path: FieldPath) -> [Status.Cause] {
    guard let rule = rules[name] else { return [] }
    var rules = TypeRules(value, path)
    rule(&rules)
    return rules.causes
  }

  private init(_ value: Mapping, _ path: FieldPath) { (self.value, self.path) = (value, path) }

  private typealias Rule = @Sendable (inout TypeRules) -> Void

  private static let rules: [String: Rule] = [
    "core.Probe": { $0.checkHandler() },
    "core.LifecycleHandler": { $0.checkHandler() },
    "core.EnvVar": { $0.checkSource() },
    "core.Container": { $0.checkPortNames() },
    "core.Toleration": { $0.checkToleration() },
    "core.NodeSelectorRequirement": { $0.checkRequirement(of: ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]) },
    "meta.LabelSelectorRequirement": { $0.checkRequirement(of: ["In", "NotIn", "Exists", "DoesNotExist"]) },
    "core.PodSpec": { $0.checkSpread() },
    "core.LimitRangeItem": { $0.checkLimitType() },
    "core.LimitRangeSpec": { $0.checkLimits() },
    "core.EndpointSubset": { $0.checkAddresses() },
    "core.Event": { $0.checkInvolved() },
    "net.NetworkPolicyPeer": { $0.checkPeer() },
    "rbac.PolicyRule": { $0.checkPolicy() },
    "rbac.Subject": { $0.checkSubject() },
    "hpa1.HorizontalPodAutoscalerSpec": { $0.checkBounds() },
    "hpa.HorizontalPodAutoscalerSpec": { $0.checkBounds() },
    "admission.ValidatingWebhook": { $0.checkWebhook() },
    "admission.MutatingWebhook": { $0.checkWebhook() },
  ]

  private func text(_ key: String) -> String { value[key]?.string ?? "" }
  private func isThere(_ key: String) -> Bool { value[key].map { $0 != .null } ?? false }
  private func count(_ key: String) -> Int { value[key]?.sequence?.count ?? 0 }

  private mutating func require(_ key: String, _ problem: String) {
    causes.append(.required(path.appending(key), problem))
  }

  private mutating func refuse(_ key: String, _ problem: String) {
    causes.append(.invalidValue(path.appending(key), value[key] ?? "", problem))
  }
}

extension TypeRules {
  private mutating func checkHandler() {
    let handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"].filter(isThere)
    if handlers.isEmpty { causes.append(.required(path.text, "must specify a handler type")) }
    for handler in handlers.dropFirst() {
      causes.append(.forbidden(path.appending(handler), "may not specify more than 1 handler type"))
    }
  }

  private mutating func checkSource() {
    guard let source = value["valueFrom"]?.mapping else { return }
    let kinds = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"]
    let count = kinds.count { source[$0].map { $0 != .null } ?? false }
    let problem: String? =
      if !text("value").isEmpty, count > 0 {
        "may not be specified when `value` is not empty"
      } else if count > 1 {
        "may not have more than one field specified at a time"
      } else if count == 0 {
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
      } else {
        nil
      }
    if let problem { causes.append(.invalid(path.appending("valueFrom"), "", problem)) }
  }

  private mutating func checkPortNames() {
    var known: Set<Value> = []
    for (index, port) in (value["ports"]?.sequence ?? []).enumerated() {
      guard let name = port["name"], name != "", name != .null, !known.insert(name).inserted else { continue }
      causes.append(.duplicate(path.appending("ports") + "[\(index)].name", name))
    }
  }

  private mutating func checkToleration() {
    let (key, name) = (text("key"), text("operator"))
    if key.isEmpty, name != "Exists" {
      let problem =
        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
      causes.append(.invalid(path.appending("operator"), .string(name), problem))
    }
    if isThere("tolerationSeconds"), text("effect") != "NoExecute" {
      refuse("effect", "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    switch name {
    case "Exists" where !text("value").isEmpty: refuse("operator", "value must be empty when `operator` is 'Exists'")
    case "", "Equal":
      guard !Syntax.isLabelValue(text("value")) else { return }
      causes.append(.invalid(path.appending("operator"), .string(text("value")), MetadataRules.valueRule))
    default: break
    }
  }

  private mutating func checkRequirement(of operators: [String]) {
    let count = count("values")
    switch text("operator") {
    case "In", "NotIn":
      if count == 0 { require("values", "must be specified when `operator` is 'In' or 'NotIn'") }
    case "Exists", "DoesNotExist":
      let problem = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
      if count > 0 { causes.append(.forbidden(path.appending("values"), problem)) }
    case "Gt", "Lt":
      if count != 1 { require("values", "must be specified single value when `operator` is 'Lt' or 'Gt'") }
    default: break
    }
    guard isThere("operator"), !operators.contains(text("operator")) else { return }
    refuse("operator", "not a valid selector operator")
  }

  private mutating func checkSpread() {
    var known: Set<Value> = []
    for (index, constraint) in (value["topologySpreadConstraints"]?.sequence ?? []).enumerated() {
      let pair = ["topologyKey", "whenUnsatisfiable"].map { constraint[$0]?.string ?? "" }.joined(separator: ", ")
      guard !known.insert(.string("{\(pair)}")).inserted else { continue }
      let field = path.appending("topologySpreadConstraints") + "[\(index)].{topologyKey, whenUnsatisfiable}"
      causes.append(.duplicate(field, .string("{\(pair)}")))
    }
  }

  private mutating func checkLimits() {
    var known: Set<Value> = []
    for (index, limit) in (value["limits"]?.sequence ?? []).enumerated() {
      guard let type = limit["type"], !known.insert(type).inserted else { continue }
      causes.append(.duplicate(path.appending("limits") + "[\(index)].type", type))
    }
  }

  private mutating func checkLimitType() {
    let type = text("type")
    guard !type.isEmpty, !type.contains("/"), !["Pod", "Container", "PersistentVolumeClaim"].contains(type) else {
      return
    }
    refuse("type", "must be a standard limit type or fully qualified")
  }
}

extension TypeRules {
  private mutating func checkPeer() {
    let isSelecting = isThere("podSelector") || isThere("namespaceSelector")
    if !isSelecting, !isThere("ipBlock") { causes.append(.required(path.text, "must specify a peer")) }
    guard isSelecting, isThere("ipBlock") else { return }
    causes.append(.forbidden(path.text, "may not specify both ipBlock and another peer"))
  }

  private mutating func checkAddresses() {
    guard count("addresses") == 0, count("notReadyAddresses") == 0 else { return }
    causes.append(.required(path.text, "must specify `addresses` or `notReadyAddresses`"))
  }

  /// An Event must be in the namespace of the object that it involves.
  private mutating func checkInvolved() {
    let namespace = value["involvedObject"]?["namespace"]?.string ?? ""
    guard !namespace.isEmpty, namespace != value["metadata"]?["namespace"]?.string else { return }
    let problem = "does not match event.namespace"
    causes.append(.invalid(path.appending("involvedObject", "namespace"), .string(namespace), problem))
  }

  private mutating func checkPolicy() {
    guard count("nonResourceURLs") == 0 else {
      guard ["apiGroups", "resources", "resourceNames"].contains(where: { count($0) > 0 }) else { return }
      return refuse("nonResourceURLs", "rules cannot apply to both regular resources and non-resource URLs")
    }
    if count("apiGroups") == 0 { require("apiGroups", "resource rules must supply at least one api group") }
    if count("resources") == 0 { require("resources", "resource rules must supply at least one resource") }
  }

  private mutating func checkSubject() {
    let group = text("apiGroup")
    guard text("kind") == "ServiceAccount" else {
      guard ["User", "Group"].contains(text("kind")), !["", "rbac.authorization.k8s.io"].contains(group) else { return }
      return causes.append(.unsupported(path.appending("apiGroup"), .string(group), ["rbac.authorization.k8s.io"]))
    }
    if !text("name").isEmpty, !Syntax.isSubdomain(text("name")) { refuse("name", MetadataRules.subdomainRule) }
    if !group.isEmpty { causes.append(.unsupported(path.appending("apiGroup"), .string(group), [""])) }
  }

  private mutating func checkBounds() {
    let least = value["minReplicas"]?.integer ?? 1
    if least < 1 { refuse("minReplicas", "must be greater than or equal to 1") }
    guard let most = value["maxReplicas"]?.integer, most < least else { return }
    refuse("maxReplicas", "must be greater than or equal to `minReplicas`")
  }

  private mutating func checkWebhook() {
    if text("name").split(separator: ".").count < 3, Syntax.isSubdomain(text("name")) {
      refuse("name", "should be a domain with at least three segments separated by dots")
    }
    if let seconds = value["timeoutSeconds"]?.integer, !(1...30).contains(seconds) {
      refuse("timeoutSeconds", "the timeout value must be between 1 and 30 seconds")
    }
    if let client = value["clientConfig"]?.mapping {
      let count = ["url", "service"].count { client[$0].map { $0 != .null && $0 != "" } ?? false }
      if count != 1 { require("clientConfig", "exactly one of url or service is required") }
    }
    let versions = value["admissionReviewVersions"]?.sequence?.compactMap(\.string) ?? []
    guard !versions.isEmpty, !versions.contains("v1"), !versions.contains("v1beta1") else { return }
    let shown = "[]string{" + versions.map { JSON.text(.string($0)) }.joined(separator: ", ") + "}"
    causes.append(
      Status.Cause(
        reason: "FieldValueInvalid", message: "Invalid value: \(shown): must include at least one of v1, v1beta1",
        field: path.appending("admissionReviewVersions")))
  }
}
