import Client
import KubernetesAPI
import Manifest
import Platform

/// Simulates scheduler and kubelet in a cluster without them: marks workloads as ready, and the pods of a chart's tests
/// and hooks as completed.
///
/// The annotation `standalone.ksx.dev/ready-after` on a workload delays that by seconds, counted from when this process
/// first saw its generation. The annotation `standalone.ksx.dev/fails` makes a pod or a job fail with its value as the
/// message.
final class WorkloadReconciler: Reconciler {
  static let annotation = "standalone.ksx.dev/ready-after"
  static let failureAnnotation = "standalone.ksx.dev/fails"
  static let kinds: [Resource] = [.deployments, .statefulSets, .daemonSets, .jobs, .pods]

  private let cluster: Cluster
  /// When each generation of a workload was first seen.
  private let seen = Locked<[String: FirstSeen]>([:])

  private struct FirstSeen {
    var generation: Int
    var time: ContinuousClock.Instant
  }

  init(cluster: Cluster) { self.cluster = cluster }

  /// `name` is `plural/namespace/name`.
  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult {
    try await ReconcileError.reporting { () throws(ClusterError) in try await simulate(name) }
  }

  private func simulate(_ name: String) async throws(ClusterError) -> ReconcileResult {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let resource = Self.kinds.first(where: { $0.plural == parts[0] }) else {
      return .whenChanged
    }
    guard let object = try await cluster.find(resource, namespace: parts[1], parts[2]), !object.isBeingDeleted else {
      seen.withLock { $0[name] = nil }
      return .whenChanged
    }
    if object.kind == "Pod", object.annotations["helm.sh/hook"] == nil { return .whenChanged }
    let wanted = Self.readyStatus(of: object)
    guard !Self.isReady(object, wanted) else { return .whenChanged }
    let rest = remaining(name, object)
    guard rest <= .zero else { return .after(rest) }
    let patch: Value = ["metadata": ["resourceVersion": .string(object.resourceVersion)], "status": wanted]
    _ = try await cluster.patch(resource, namespace: parts[1], parts[2], subresource: "status", .merge(patch))
    return .whenChanged
  }

  /// How long until the workload becomes ready.
  private func remaining(_ name: String, _ object: Object) -> Duration {
    let now = ContinuousClock.now
    let generation = object.generation ?? 0
    let first = seen.withLock { seen in
      if seen[name]?.generation != generation { seen[name] = FirstSeen(generation: generation, time: now) }
      return seen[name]?.time ?? now
    }
    let seconds = object.annotations[Self.annotation].flatMap(Double.init) ?? 0
    return .seconds(max(0, min(seconds, 86_400))) - (now - first)
  }

  private static func isReady(_ object: Object, _ wanted: Value) -> Bool {
    MergePatch.difference(from: object.status, to: MergePatch.apply(wanted, to: object.status)).mapping?.isEmpty == true
  }

  private static func readyStatus(of object: Object) -> Value {
    let generation = Value.integer(object.generation ?? 0)
    let replicas = Value.integer(object.spec["replicas"]?.integer ?? 1)
    let failure = object.annotations[failureAnnotation] ?? ""
    switch object.kind {
    case "Pod":
      return failure.isEmpty ? ["phase": "Succeeded"] : ["phase": "Failed", "message": .string(failure)]
    case "Job" where !failure.isEmpty:
      return [
        "failed": 1, "conditions": [["type": "Failed", "status": "True", "reason": "", "message": .string(failure)]],
      ]
    case "Job":
      return [
        "succeeded": 1, "conditions": [["type": "Complete", "status": "True", "reason": "", "message": ""]],
      ]
    case "DaemonSet":
      return [
        "observedGeneration": generation, "currentNumberScheduled": 1, "desiredNumberScheduled": 1, "numberReady": 1,
        "numberAvailable": 1, "updatedNumberScheduled": 1, "numberMisscheduled": 0,
      ]
    default:
      return [
        "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
        "availableReplicas": replicas,
      ]
    }
  }
}
