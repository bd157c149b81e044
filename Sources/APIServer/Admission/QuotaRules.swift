import KubernetesAPI
import Manifest

/// Validates a ResourceQuota beyond its types: its amounts, and scopes that fit these and each other.
struct QuotaRules {
  private(set) var causes: [Status.Cause] = []
  private let keys: [String]

  init(_ spec: Value) {
    let amounts = spec["hard"]?.mapping?.pairs ?? []
    keys = amounts.map(\.key)
    for pair in amounts { check(pair) }
    check(scopes: spec["scopes"]?.sequence?.compactMap(\.string) ?? [])
    check(requirements: spec[path: "scopeSelector", "matchExpressions"]?.sequence ?? [])
  }

  private static let podResources: Set<String> = [
    "pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
  ]
  private static let countedResources: Set<String> = [
    "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
    "services.nodeports", "services.loadbalancers",
  ]
  private static let standard = podResources.union(countedResources).union([
    "ephemeral-storage", "requests.storage", "requests.ephemeral-storage", "limits.ephemeral-storage",
  ])

  private static func isStandard(_ key: String) -> Bool {
    standard.contains(key) || ["hugepages-", "requests.hugepages-"].contains(where: key.hasPrefix)
  }

  private mutating func check(_ amount: Mapping.Pair) {
    let field = "spec.hard[\(amount.key)]"
    if !Self.isStandard(amount.key), !amount.key.contains("/") {
      for problem in ["must be a standard resource type or fully qualified", "must be a standard resource for quota"] {
        causes.append(.invalid(field, .string(amount.key), problem))
      }
    }
    let (number, text) = (Quantity.number(amount.value) ?? 0, Value.string(Quantity.text(amount.value)))
    if number < 0 { causes.append(.invalidValue(field, text, "must be greater than or equal to 0")) }
    let isWhole = Self.countedResources.contains(amount.key) || amount.key.contains("/")
    if isWhole, number != number.rounded() { causes.append(.invalidValue(field, text, "must be an integer")) }
  }

  /// The scopes about the lifetime and the quality of service of pods, for which `Exists` is the only operator.
  private static let podScopes: Set<String> = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort"]
  private static let known = podScopes.union(["PriorityClass", "CrossNamespacePodAffinity"])
  private static let contradictions: [Set<String>] = [
    ["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"],
  ]

  /// Whether `scope` fits the limited resources: scopes apply to pods, and `BestEffort` only to their number.
  private func suits(_ scope: String) -> Bool {
    guard Self.known.contains(scope) else { return true }
    let fitting = scope == "BestEffort" ? ["pods"] : Self.podResources
    return keys.allSatisfy { !Self.isStandard($0) || fitting.contains($0) }
  }

  private mutating func check(scopes: [String]) {
    let list = "[]core.ResourceQuotaScope{" + scopes.map { JSON.text(.string($0)) }.joined(separator: ", ") + "}"
    func cause(_ problem: String) -> Status.Cause {
      Status.Cause(reason: "FieldValueInvalid", message: "Invalid value: \(list): \(problem)", field: "spec.scopes")
    }
    for scope in scopes {
      if !Self.known.contains(scope) { causes.append(cause("unsupported scope")) }
      if !suits(scope) { causes.append(cause("unsupported scope applied to resource")) }
    }
    if Self.contradictions.contains(where: { $0.isSubset(of: scopes) }) { causes.append(cause("conflicting scopes")) }
  }

  private mutating func check(requirements: [Value]) {
    let field = "spec.scopeSelector.matchExpressions"
    for requirement in requirements {
      let scope = requirement["scopeName"]?.string ?? ""
      if !Self.known.contains(scope) {
        causes.append(.invalid(field + ".scopeName", .string(scope), "unsupported scope"))
      }
      if !suits(scope) { causes.append(.invalidValue(field, requirement, "unsupported scope applied to resource")) }
      check(operatorOf: requirement, scope, field)
    }
    let scopes = Set(requirements.compactMap { $0["scopeName"]?.string })
    if Self.contradictions.contains(where: { $0.isSubset(of: scopes) }) {
      causes.append(.invalidValue(field, .sequence(requirements), "conflicting scopes"))
    }
  }

  private mutating func check(operatorOf requirement: Value, _ scope: String, _ field: String) {
    let name = requirement["operator"]?.string ?? ""
    let values = requirement["values"]?.sequence ?? []
    if Self.podScopes.contains(scope), name != "Exists" {
      let problem =
        "must be 'Exist' only operator when scope is any of ResourceQuotaScopeTerminating, "
        + "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort and ResourceQuotaScopeNotBestEffort"
      causes.append(.invalid(field + ".operator", .string(name), problem))
    }
    switch name {
    case "In", "NotIn":
      let problem = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
      if values.isEmpty { causes.append(.required(field + ".values", problem)) }
    case "Exists", "DoesNotExist":
      let list = "[]string{" + values.map { JSON.text($0) }.joined(separator: ", ") + "}"
      let problem = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      if values.isEmpty { return }
      causes.append(
        Status.Cause(
          reason: "FieldValueInvalid", message: "Invalid value: \(list): \(problem)", field: field + ".values"))
    default: causes.append(.invalid(field + ".operator", .string(name), "not a valid selector operator"))
    }
  }
}
