import KubernetesAPI
import Manifest

/// Validates LimitRanges, ResourceQuotas, PersistentVolumeClaims, Leases and PriorityClasses beyond their types, with
/// the API server's messages.
enum AmountRules {
  static func causes(_ value: Value, kind: String) -> [Status.Cause] {
    switch kind {
    case "LimitRange": limits(value)
    case "ResourceQuota": QuotaRules(value["spec"] ?? [:]).causes
    case "PersistentVolumeClaim": claim(value["spec"] ?? [:])
    case "Lease": lease(value["spec"] ?? [:])
    case "PriorityClass": priority(value)
    default: []
    }
  }

  private static let bounds = [
    ("min", "max", "min", "min value", "max value"),
    ("defaultRequest", "max", "defaultRequest", "default request value", "max value"),
    ("defaultRequest", "default", "defaultRequest", "default request value", "default limit value"),
    ("default", "max", "default", "default value", "max value"),
    ("min", "default", "default", "min value", "default value"),
    ("min", "defaultRequest", "defaultRequest", "min value", "default request value"),
  ]

  private static func limits(_ value: Value) -> [Status.Cause] {
    (value[path: "spec", "limits"]?.sequence ?? []).enumerated().flatMap { index, item in
      bounds.flatMap { low, high, field, lowName, highName in
        (item[low]?.mapping?.pairs ?? []).compactMap { pair -> Status.Cause? in
          guard let other = item[high]?[pair.key], let least = Quantity.number(pair.value),
            let most = Quantity.number(other), least > most
          else { return nil }
          let problem =
            "\(lowName) \(Quantity.text(pair.value)) is greater than \(highName) \(Quantity.text(other))"
          return .invalidValue(
            "spec.limits[\(index)].\(field)[\(pair.key)]",
            .string(Quantity.text(item[field]?[pair.key] ?? pair.value)), problem)
        }
      }
    }
  }

  /// Fills in the defaults of container limits: `default` from `max`, and `defaultRequest` from `default` or else
  /// `min`.
  static func defaulted(limits value: Value) -> Value {
    guard let items = value[path: "spec", "limits"]?.sequence else { return value }
    return value.setting(["spec", "limits"], to: .sequence(items.map(defaulted(limit:))))
  }

  private static func defaulted(limit: Value) -> Value {
    guard limit["type"] == "Container" else { return limit }
    var result = limit
    for (source, target) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
      for pair in result[source]?.mapping?.pairs ?? [] where result[path: target, pair.key] == nil {
        result = result.setting([target, pair.key], to: pair.value)
      }
    }
    return result
  }

  private static func claim(_ spec: Value) -> [Status.Cause] {
    var causes: [Status.Cause] = []
    if spec["accessModes"]?.sequence?.isEmpty ?? true {
      causes.append(.required("spec.accessModes", "at least 1 access mode is required"))
    }
    guard let size = spec[path: "resources", "requests", "storage"] else {
      return causes + [.required("spec.resources[storage]")]
    }
    if Quantity.number(size) ?? 0 <= 0 {
      causes.append(.invalidValue("spec.resources[storage]", .string(Quantity.text(size)), "must be greater than zero"))
    }
    return causes
  }

  private static func lease(_ spec: Value) -> [Status.Cause] {
    var causes: [Status.Cause] = []
    if let seconds = spec["leaseDurationSeconds"]?.integer, seconds <= 0 {
      causes.append(.invalidValue("spec.leaseDurationSeconds", .integer(seconds), "must be greater than 0"))
    }
    if let count = spec["leaseTransitions"]?.integer, count < 0 {
      causes.append(.invalidValue("spec.leaseTransitions", .integer(count), "must be greater than or equal to 0"))
    }
    return causes
  }

  private static func priority(_ value: Value) -> [Status.Cause] {
    let name = Object(value).name
    guard name.hasPrefix("system-") else {
      guard value["value"]?.integer ?? 0 > 1_000_000_000 else { return [] }
      return [.forbidden("value", "maximum allowed value of a user defined priority is 1000000000")]
    }
    guard !["system-node-critical", "system-cluster-critical"].contains(name) else { return [] }
    let problem =
      "priority class names with 'system-' prefix are reserved for system use only. error: \(name) is not a known "
      + "system priority class"
    return [.forbidden("metadata.name", problem)]
  }
}
