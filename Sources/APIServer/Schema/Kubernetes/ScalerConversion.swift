import Manifest

/// Converts HorizontalPodAutoscalers between `autoscaling/v2`, which is stored, and `autoscaling/v1`, which has one
/// metric and keeps the others in an annotation.
enum ScalerConversion {
  private static let metrics = "autoscaling.alpha.kubernetes.io/metrics"
  private static let behavior = "autoscaling.alpha.kubernetes.io/behavior"

  /// `scaler` in `autoscaling/v1`.
  static func toVersion1(_ scaler: Value) -> Value {
    var object = scaler
    let all = scaler[path: "spec", "metrics"]?.sequence ?? []
    let utilization = all.lazy.compactMap(utilization).first
    object = object.setting(["spec", "targetCPUUtilizationPercentage"], to: utilization)
    object = object.setting(["spec", "metrics"], to: nil)
    let others = all.filter { Self.utilization($0) == nil }
    if !others.isEmpty { object = object.annotating(metrics, .sequence(others)) }
    if let value = scaler[path: "spec", "behavior"] {
      object = object.annotating(behavior, value).setting(["spec", "behavior"], to: nil)
    }
    guard scaler["status"] != nil else { return object }
    return object.setting(["status", "currentMetrics"], to: nil).setting(["status", "conditions"], to: nil)
  }

  /// `scaler`, written in `autoscaling/v1`, as it is stored.
  static func toVersion2(_ scaler: Value) -> Value {
    var object = scaler.setting(["spec", "targetCPUUtilizationPercentage"], to: nil)
    var all = scaler.annotated(metrics)?.sequence ?? []
    if let percent = scaler[path: "spec", "targetCPUUtilizationPercentage"] {
      let target: Value = ["type": "Utilization", "averageUtilization": percent]
      all.insert(["type": "Resource", "resource": ["name": "cpu", "target": target]], at: 0)
    }
    if !all.isEmpty { object = object.setting(["spec", "metrics"], to: .sequence(all)) }
    if let value = scaler.annotated(behavior) { object = object.setting(["spec", "behavior"], to: value) }
    return object.annotating(metrics, nil).annotating(behavior, nil)
  }

  private static func utilization(_ metric: Value) -> Value? {
    guard metric["type"] == "Resource", metric[path: "resource", "name"] == "cpu" else { return nil }
    return metric[path: "resource", "target", "averageUtilization"]
  }
}

extension Value {
  fileprivate func annotated(_ key: String) -> Value? {
    self[path: "metadata", "annotations", key]?.string.flatMap { try? JSON.parse(Array($0.utf8)) }
  }

  fileprivate func annotating(_ key: String, _ value: Value?) -> Value {
    guard value != nil || self[path: "metadata", "annotations", key] != nil else { return self }
    return setting(["metadata", "annotations", key], to: value.map { .string(JSON.text($0)) })
  }
}
