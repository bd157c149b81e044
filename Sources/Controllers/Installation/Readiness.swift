import Client
import KubernetesAPI
import Manifest

/// Whether a workload does what it is there for, as helm's `--wait` judges.
enum Readiness: Hashable, Sendable {
  case ready
  /// The text says what is missing.
  case waiting(String)
  /// It will not become ready any more.
  case failed(String)

  init(of object: Object) {
    self = Self.workload(object)
  }

  /// Whether a hook or a test has ended: helm waits for pods and jobs, and of anything else being there is enough.
  init(ofHook object: Object) {
    guard object.kind == "Pod" else {
      self = object.kind == "Job" ? Readiness(of: object) : .ready
      return
    }
    let phase = object.status["phase"]?.string ?? ""
    switch phase {
    case "Succeeded": self = .ready
    case "Failed": self = .failed(object.status["message"]?.string ?? "it ended with an error")
    default: self = .waiting(phase.isEmpty ? "Pending" : phase)
    }
  }

  private static func workload(_ object: Object) -> Readiness {
    let (spec, status) = (object.spec, object.status)
    func count(_ key: String) -> Int { status[key]?.integer ?? 0 }
    let isSeen = (status["observedGeneration"]?.integer ?? 0) >= (object.generation ?? 0)
    let replicas = spec["replicas"]?.integer ?? 1
    switch object.kind {
    case "Deployment":
      // Until it has been seen, the status is about what was there before.
      if isSeen, let reason = condition("Progressing", "False", status), reason.0 == "ProgressDeadlineExceeded" {
        return .failed(reason.1)
      }
      return wait(isSeen, min(count("updatedReplicas"), count("availableReplicas")), of: replicas, "replicas available")
    case "StatefulSet":
      let updated = spec[path: "updateStrategy", "type"]?.string == "OnDelete" ? replicas : count("updatedReplicas")
      return wait(isSeen, min(updated, count("readyReplicas")), of: replicas, "replicas ready")
    case "DaemonSet":
      return wait(isSeen, count("numberReady"), of: count("desiredNumberScheduled"), "nodes ready")
    case "Job":
      if let (_, message) = condition("Failed", "True", status) { return .failed(message) }
      return condition("Complete", "True", status) != nil ? .ready : .waiting("not complete")
    default: return .ready
    }
  }

  private static func wait(_ isSeen: Bool, _ count: Int, of wanted: Int, _ what: String) -> Readiness {
    guard isSeen else { return .waiting("not started") }
    return count >= wanted ? .ready : .waiting("\(count) of \(wanted) \(what)")
  }

  /// The reason and the message of a condition that has `value`.
  private static func condition(_ type: String, _ value: String, _ status: Value) -> (String, String)? {
    let conditions = status["conditions"]?.sequence ?? []
    guard let found = conditions.first(where: { $0["type"]?.string == type && $0["status"]?.string == value }) else {
      return nil
    }
    return (found["reason"]?.string ?? "", found["message"]?.string ?? "")
  }
}
