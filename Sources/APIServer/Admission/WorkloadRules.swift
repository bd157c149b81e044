import KubernetesAPI
import Manifest

/// Validates pods and their controllers beyond their types, with the API server's messages.
struct WorkloadRules {
  private(set) var causes: [Status.Cause] = []
  private let kind: String
  private let value: Value

  private static let counts = [
    "replicas", "minReadySeconds", "revisionHistoryLimit", "parallelism", "completions", "activeDeadlineSeconds",
    "backoffLimit",
  ]

  init(_ value: Value, kind: String) {
    (self.value, self.kind) = (value, kind)
    for key in Self.counts {
      guard let number = value[path: "spec", key]?.integer, number < 0 else { continue }
      causes.append(.invalidValue("spec." + key, .integer(number), "must be greater than or equal to 0"))
    }
    checkProgress()
    checkStrategy()
    checkRestart()
    guard let podPath = Self.pods[kind], let pod = value[path: podPath] else { return }
    causes += PodRules(pod, at: podPath.joined(separator: ".")).causes
  }

  /// The path of the pod spec in each kind.
  ///
  /// StatefulSets are left out, because their volumes may come from `volumeClaimTemplates`.
  private static let pods: [String: [String]] = [
    "Deployment": ["spec", "template", "spec"], "DaemonSet": ["spec", "template", "spec"],
    "ReplicaSet": ["spec", "template", "spec"], "Job": ["spec", "template", "spec"], "Pod": ["spec"],
    "CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
  ]

  private mutating func checkProgress() {
    guard kind == "Deployment", let seconds = value[path: "spec", "progressDeadlineSeconds"]?.integer,
      seconds <= value[path: "spec", "minReadySeconds"]?.integer ?? 0
    else { return }
    causes.append(
      .invalidValue("spec.progressDeadlineSeconds", .integer(seconds), "must be greater than minReadySeconds"))
  }

  private mutating func checkStrategy() {
    guard kind == "Deployment", let rolling = value[path: "spec", "strategy", "rollingUpdate"] else { return }
    if value[path: "spec", "strategy", "type"] == "Recreate" {
      let problem = "may not be specified when strategy `type` is 'Recreate'"
      return causes.append(.forbidden("spec.strategy.rollingUpdate", problem))
    }
    let isNone = { (key: String) in [0, "0%"].contains(rolling[key] ?? "") }
    guard isNone("maxSurge"), isNone("maxUnavailable") else { return }
    causes.append(
      .invalidValue(
        "spec.strategy.rollingUpdate.maxUnavailable", rolling["maxUnavailable"] ?? .null,
        "may not be 0 when `maxSurge` is 0"))
  }

  private mutating func checkRestart() {
    let podPath = Self.pods[kind] ?? ["spec", "template", "spec"]
    guard let policy = value[path: podPath + ["restartPolicy"]] else { return }
    let field = (podPath + ["restartPolicy"]).joined(separator: ".")
    switch kind {
    case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet":
      if policy != "Always" { causes.append(.unsupported(field, policy, ["Always"])) }
    case "Job", "CronJob":
      if policy == "Always" { causes.append(.required(field, #"valid values: "OnFailure", "Never""#)) }
    default: break
    }
  }
}
