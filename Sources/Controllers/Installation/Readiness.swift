import Client
import KubernetesAPI
import Manifest

/// Whether an object is ready, by the rules of helm 3.17's `--wait`.
enum Readiness: Hashable, Sendable {
  case ready
  /// The text says what is missing.
  case waiting(String)
  /// It has failed and will not become ready.
  case failed(String)

  /// The kinds that are waited for; if workloads are simulated, only those.
  static func kinds(simulated: Bool) -> Set<String> {
    let workloads: Set = ["Deployment", "StatefulSet", "DaemonSet", "Job"]
    let others: Set = [
      "Pod", "ReplicaSet", "ReplicationController", "PersistentVolumeClaim", "Service", "CustomResourceDefinition",
    ]
    return simulated ? workloads : workloads.union(others)
  }

  init(of object: Object) {
    self = Self.workload(object)
  }

  /// Whether a hook or a test has ended: as in helm, Pods and Jobs must complete, and any other object only has to
  /// exist.
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
    let isObserved = isObserved(object)
    let replicas = spec["replicas"]?.integer ?? 1
    switch object.kind {
    case "Deployment": return deployment(object, isObserved, replicas)
    case "StatefulSet":
      let rollout = Rollout(spec["updateStrategy"])
      let updated = reached(isObserved, count("updatedReplicas"), of: replicas - rollout.partition, "replicas updated")
      if !rollout.isByHand, updated != .ready, count("readyReplicas") >= replicas { return updated }
      return reached(isObserved, count("readyReplicas"), of: replicas, "replicas ready")
    case "DaemonSet":
      let (rollout, wanted) = (Rollout(spec["updateStrategy"]), count("desiredNumberScheduled"))
      let updated = reached(isObserved, count("updatedNumberScheduled"), of: wanted, "nodes updated")
      if !rollout.isByHand, updated != .ready { return updated }
      return reached(isObserved, count("numberReady"), of: wanted - rollout.unavailableNodes(of: wanted), "nodes ready")
    default: return other(object)
    }
  }

  /// helm counts the ready pods of the newest ReplicaSet, which the status does not tell from the others: here, every
  /// pod of a former one is taken for ready.
  private static func deployment(_ object: Object, _ isObserved: Bool, _ replicas: Int) -> Readiness {
    let status = object.status
    func count(_ key: String) -> Int { status[key]?.integer ?? 0 }
    // Nothing is rolled out while it is paused.
    if object.spec["paused"]?.bool == true { return .ready }
    if isObserved, let reason = condition("Progressing", "False", status), reason.0 == "ProgressDeadlineExceeded" {
      return .failed(reason.1)
    }
    let former = max(0, count("replicas") - count("updatedReplicas"))
    let ready = max(0, min(count("updatedReplicas"), count("readyReplicas") - former))
    return reached(
      isObserved, ready, of: replicas - Rollout(object.spec["strategy"]).unavailable(of: replicas), "replicas available"
    )
  }

  /// Whether the status describes the present generation, and not the former one.
  private static func isObserved(_ object: Object) -> Bool {
    (object.status["observedGeneration"]?.integer ?? 0) >= (object.generation ?? 0)
  }

  /// Other kinds that helm waits for.
  private static func other(_ object: Object) -> Readiness {
    let (spec, status) = (object.spec, object.status)
    switch object.kind {
    case "Job":
      if let (_, message) = condition("Failed", "True", status) { return .failed(message) }
      return condition("Complete", "True", status) != nil ? .ready : .waiting("not complete")
    case "Pod":
      let phase = status["phase"]?.string ?? ""
      if phase == "Failed" { return .failed(status["message"]?.string ?? "it ended with an error") }
      if phase == "Succeeded" || condition("Ready", "True", status) != nil { return .ready }
      return .waiting(phase == "Running" ? "not ready" : "Pending")
    case "ReplicaSet", "ReplicationController":
      return reached(
        true, status["readyReplicas"]?.integer ?? 0, of: spec["replicas"]?.integer ?? 1, "replicas ready")
    case "PersistentVolumeClaim":
      let phase = status["phase"]?.string ?? ""
      return phase == "Bound" ? .ready : .waiting("not bound")
    case "Service" where spec["type"] == "LoadBalancer" && spec["externalIPs"]?.sequence?.isEmpty != false:
      let isGiven = status[path: "loadBalancer", "ingress"]?.sequence?.isEmpty == false
      return isGiven ? .ready : .waiting("no address of its load balancer")
    case "CustomResourceDefinition":
      return condition("Established", "True", status) != nil ? .ready : .waiting("not established")
    default: return .ready
    }
  }

  /// The update strategy of a workload, as far as readiness depends on it.
  private struct Rollout {
    private let strategy: Value?

    init(_ strategy: Value?) { self.strategy = strategy }

    /// Whether pods are only updated when a user deletes them.
    var isByHand: Bool { strategy?["type"]?.string == "OnDelete" }
    var partition: Int { strategy?[path: "rollingUpdate", "partition"]?.integer ?? 0 }

    /// How many of a Deployment's replicas may be unavailable; one, if both `maxUnavailable` and `maxSurge` are zero.
    func unavailable(of replicas: Int) -> Int {
      guard let rolling = strategy?["rollingUpdate"] else { return 0 }
      let missing = Self.number(rolling["maxUnavailable"], of: replicas, isRoundedUp: false)
      let surge = Self.number(rolling["maxSurge"], of: replicas, isRoundedUp: true)
      return min(replicas, missing == 0 && surge == 0 ? 1 : missing)
    }

    func unavailableNodes(of wanted: Int) -> Int {
      min(wanted, Self.number(strategy?[path: "rollingUpdate", "maxUnavailable"], of: wanted, isRoundedUp: true))
    }

    /// A number, or a percentage such as `25%`.
    private static func number(_ value: Value?, of whole: Int, isRoundedUp: Bool) -> Int {
      guard let text = value?.string, text.hasSuffix("%"), let share = Int(text.dropLast()) else {
        return value?.integer ?? 0
      }
      return (share * whole + (isRoundedUp ? 99 : 0)) / 100
    }
  }

  /// `ready` if `count` has reached `wanted`; `what` says what is counted.
  private static func reached(_ isObserved: Bool, _ count: Int, of wanted: Int, _ what: String) -> Readiness {
    guard isObserved else { return .waiting("not started") }
    return count >= wanted ? .ready : .waiting("\(count) of \(wanted) \(what)")
  }

  /// The reason and the message of a condition with the status `value`.
  private static func condition(
    _ type: String, _ value: String, _ status: Value
  ) -> (reason: String, message: String)? {
    let conditions = status["conditions"]?.sequence ?? []
    guard let found = conditions.first(where: { $0["type"]?.string == type && $0["status"]?.string == value }) else {
      return nil
    }
    return (found["reason"]?.string ?? "", found["message"]?.string ?? "")
  }
}
