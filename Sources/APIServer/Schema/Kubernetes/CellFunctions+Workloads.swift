import Manifest
import Platform

extension CellFunctions {
  static let workloads: [String: CellFunction] = [
    "readyContainers": { cell in
      String((cell.object[path: "status", "containerStatuses"]?.sequence ?? []).count { $0["ready"] == true })
    },
    "podStatus": { podStatus($0.object) },
    "readinessGates": { readinessGates($0.object) },
    "controller": { controller($0.object) },
    "jobStatus": { jobStatus($0.object) },
    "jobCompletions": { jobCompletions($0.object) },
    "jobDuration": { jobDuration($0.object, at: $0.now) },
    "scalingTargets": { scalingTargets($0.object) },
    "firstScalingTarget": { cell in
      guard let percent = cell.object[path: "spec", "targetCPUUtilizationPercentage"]?.integer else { return "<none>" }
      let now = cell.object[path: "status", "currentCPUUtilizationPercentage"]?.integer.map { "\($0)%" } ?? "<unknown>"
      return "cpu: \(now)/\(percent)%"
    },
    "nodeStatus": { nodeStatus($0.object) },
    "nodeRoles": { nodeRoles($0.object) },
  ]

  /// The phase, or why a container waits or has ended.
  private static func podStatus(_ pod: Value) -> String {
    var reason = pod[path: "status", "reason"]?.string ?? pod[path: "status", "phase"]?.string ?? ""
    for status in (pod[path: "status", "containerStatuses"]?.sequence ?? []).reversed() {
      let state = status["state"]
      let terminated = state?["terminated"]
      if let waiting = state?[path: "waiting", "reason"]?.string, !waiting.isEmpty {
        reason = waiting
      } else if let ended = terminated?["reason"]?.string, !ended.isEmpty {
        reason = ended
      } else if let code = terminated?["exitCode"]?.integer {
        let signal = terminated?["signal"]?.integer ?? 0
        reason = signal != 0 ? "Signal:\(signal)" : "ExitCode:\(code)"
      }
    }
    return pod[path: "metadata", "deletionTimestamp"] == nil ? reason : "Terminating"
  }

  private static func readinessGates(_ pod: Value) -> String {
    let gates = (pod[path: "spec", "readinessGates"]?.sequence ?? []).compactMap { $0["conditionType"] }
    guard !gates.isEmpty else { return "" }
    let conditions = pod[path: "status", "conditions"]?.sequence ?? []
    let held = gates.count { gate in conditions.contains { $0["type"] == gate && $0["status"] == "True" } }
    return "\(held)/\(gates.count)"
  }

  private static func controller(_ object: Value) -> String {
    (object[path: "metadata", "ownerReferences"]?.sequence ?? []).first { $0["controller"] == true }.map(qualified)
      ?? ""
  }

  private static func jobStatus(_ job: Value) -> String {
    func holds(_ type: String) -> Bool {
      (job[path: "status", "conditions"]?.sequence ?? []).contains {
        $0["type"]?.string == type && $0["status"] == "True"
      }
    }
    if holds("Complete") { return "Complete" }
    if holds("Failed") { return "Failed" }
    if job[path: "metadata", "deletionTimestamp"] != nil { return "Terminating" }
    if holds("Suspended") { return "Suspended" }
    if holds("FailureTarget") { return "FailureTarget" }
    return holds("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running"
  }

  private static func jobCompletions(_ job: Value) -> String {
    let succeeded = job[path: "status", "succeeded"]?.integer ?? 0
    if let completions = job[path: "spec", "completions"]?.integer { return "\(succeeded)/\(completions)" }
    let parallelism = job[path: "spec", "parallelism"]?.integer ?? 0
    return parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
  }

  private static func jobDuration(_ job: Value, at now: Timestamp) -> String {
    guard let start = job[path: "status", "startTime"]?.string.flatMap({ Timestamp($0) }) else { return "" }
    let end = job[path: "status", "completionTime"]?.string.flatMap { Timestamp($0) }
    return start.age(at: end ?? now)
  }

  /// The current and the wanted value of each metric.
  private static func scalingTargets(_ scaler: Value) -> String {
    let metrics = scaler[path: "spec", "metrics"]?.sequence ?? []
    let current = scaler[path: "status", "currentMetrics"]?.sequence ?? []
    let words = metrics.enumerated().map { index, metric in
      let key = metric["type"]?.string.map { $0.prefix(1).lowercased() + $0.dropFirst() } ?? ""
      let now = current.indices.contains(index) ? current[index][key]?["current"] : nil
      return target(metric[key], current: now, isResource: key == "resource")
    }
    guard !words.isEmpty else { return "<none>" }
    let shown = words.prefix(2).joined(separator: ", ")
    return words.count > 2 ? shown + " + \(words.count - 2) more..." : shown
  }

  private static func target(_ metric: Value?, current: Value?, isResource: Bool) -> String {
    let wanted = metric?["target"]
    let prefix = isResource ? (metric?["name"]?.string ?? "") + ": " : ""
    if let percent = wanted?["averageUtilization"]?.integer {
      let now = current?["averageUtilization"]?.integer.map { "\($0)%" } ?? "<unknown>"
      return "\(prefix)\(now)/\(percent)%"
    }
    if let average = wanted?["averageValue"] {
      let now = current?["averageValue"].map(word) ?? "<unknown>"
      return "\(prefix)\(now)/\(word(average))" + (isResource ? "" : " (avg)")
    }
    return "\(prefix)\(current?["value"].map(word) ?? "<unknown>")/\(wanted?["value"].map(word) ?? "<auto>")"
  }

  private static func nodeStatus(_ node: Value) -> String {
    let ready = (node[path: "status", "conditions"]?.sequence ?? []).first { $0["type"] == "Ready" }
    let status = ready.map { $0["status"] == "True" ? "Ready" : "NotReady" } ?? "Unknown"
    return status + (node[path: "spec", "unschedulable"] == true ? ",SchedulingDisabled" : "")
  }

  private static func nodeRoles(_ node: Value) -> String {
    let prefix = "node-role.kubernetes.io/"
    let labels = node[path: "metadata", "labels"]?.mapping?.pairs ?? []
    let named = labels.filter { $0.key.hasPrefix(prefix) }.map { String($0.key.dropFirst(prefix.count)) }
    let old = labels.filter { $0.key == "kubernetes.io/role" }.compactMap(\.value.string)
    return Set((named + old).filter { !$0.isEmpty }).sorted().joined(separator: ",")
  }
}
