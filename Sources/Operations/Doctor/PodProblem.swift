package import Client
package import Extensions
package import KubernetesAPI
import Manifest
import Platform

/// A pod of an extension that does not run, and why.
package struct PodProblem: Hashable, Sendable {
  package var namespace: String
  package var name: String
  package var container = ""
  package var image = ""
  /// `ImagePullBackOff`, `CrashLoopBackOff`, `Unschedulable`.
  package var reason: String
  /// The reason with the message that explains it.
  package var message: String
  /// The field of the pod that has them.
  package var field: String
  package var restarts = 0
  /// RFC 3339, or empty.
  package var since = ""
  var cause: Finding.Cause
  /// The StatefulSet that does not replace it before it is ready, although it is of a former revision; empty if there
  /// is none.
  package var heldSet = ""

  private static let images: Set = [
    "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError",
    "RegistryUnavailable",
  ]
  private static let beginnings: Set = ["ContainerCreating", "PodInitializing"]

  /// What `pod` is waiting for; `nil` if it runs, has ended, is being deleted, or is just starting.
  package init?(_ pod: Object) {
    if pod.isBeingDeleted { return nil }
    for field in ["initContainerStatuses", "containerStatuses"] {
      for status in pod.status[field]?.sequence ?? [] {
        guard let waiting = status[path: "state", "waiting"], let reason = waiting["reason"]?.string,
          !Self.beginnings.contains(reason)
        else { continue }
        self.init(pod, status, waiting, reason, field)
        return
      }
    }
    self.init(unscheduled: pod)
  }

  /// The pod is not scheduled to a node.
  private init?(unscheduled pod: Object) {
    let conditions = pod.status["conditions"]?.sequence ?? []
    guard pod.status["phase"]?.string == "Pending",
      let refused = conditions.first(where: { $0["type"] == "PodScheduled" && $0["status"] == "False" })
    else { return nil }
    (namespace, name, cause) = (pod.namespace ?? "", pod.name, .podWaits)
    reason = refused["reason"]?.string ?? "Unschedulable"
    message = Self.message(reason, refused["message"]?.string)
    (field, since) = ("status.conditions[PodScheduled]", refused["lastTransitionTime"]?.string ?? "")
  }

  private init(_ pod: Object, _ status: Value, _ waiting: Value, _ reason: String, _ field: String) {
    (namespace, name, self.reason) = (pod.namespace ?? "", pod.name, reason)
    container = status["name"]?.string ?? ""
    image = status["image"]?.string ?? ""
    restarts = status["restartCount"]?.integer ?? 0
    since = pod.status["startTime"]?.string ?? pod.creationTimestamp ?? ""
    self.field = "status.\(field)[\(container)].state.waiting"
    cause = Self.images.contains(reason) ? .imagePull : reason == "CrashLoopBackOff" ? .crashLoop : .podWaits
    let ended = status[path: "lastState", "terminated"]
    let code = ended?["exitCode"]?.integer.map { "exit code \($0)" }
    let end = ended.map {
      CredentialText.removed(
        from: [$0["reason"]?.string, code, $0["message"]?.string].compactMap { $0 }.joined(separator: ", "))
    }
    message =
      cause == .crashLoop
      ? end ?? Self.message(reason, waiting["message"]?.string) : Self.message(reason, waiting["message"]?.string)
  }

  /// The pod, why it does not run, and what must be done because the cluster does not do it.
  var wait: Sentence {
    let pod = Sentence(verbatim: "Pod \(name): \(message)")
    guard !heldSet.isEmpty else { return pod }
    let line = Sentence(verbatim: "kubectl -n \(namespace) delete pod \(name)")
    return "\(pod); StatefulSet \(heldSet) does not replace it by itself: delete it, \(line)"
  }

  /// The same, with the StatefulSet among `sets` that it holds up.
  ///
  /// A StatefulSet updates its pods one after another, and waits for one that is not ready even if that is of a former
  /// revision (Kubernetes: StatefulSets, Forced rollback).
  package func holding(_ sets: [Object], _ pod: Object) -> PodProblem {
    let owners = pod.value[path: "metadata", "ownerReferences"]?.sequence ?? []
    let held = sets.first { set in
      let revision = set.status["updateRevision"]?.string ?? ""
      return owners.contains { $0["kind"] == "StatefulSet" && $0["uid"]?.string == set.uid }
        && set.spec["podManagementPolicy"] != "Parallel" && !revision.isEmpty
        && pod.labels["controller-revision-hash"] != revision
    }
    var trouble = self
    trouble.heldSet = held?.name ?? ""
    return trouble
  }

  private static func message(_ reason: String, _ message: String?) -> String {
    guard let message, !message.isEmpty else { return reason }
    return CredentialText.removed(from: "\(reason): \(message.shownLines.joined(separator: " "))")
  }
}

extension ClusterReader {
  /// The pods of `installation` that do not run.
  ///
  /// If the namespace is named after the extension, all its pods count; in another namespace, those with the label of
  /// its release. The pods of helm's Jobs are left out; `ObservedJob` covers them.
  package func podProblems(of installation: Installation) async throws(ClusterError) -> [PodProblem] {
    let own = Change.usualNamespace(of: installation.extension)
    let namespace = installation.targetNamespace.isEmpty ? own : installation.targetNamespace
    let release = installation.releaseName.isEmpty ? installation.extension : installation.releaseName
    let selector = namespace == own ? Selector() : Selector(labels: "app.kubernetes.io/instance=\(release)")
    let pods: [Object]
    do throws(ClusterError) {
      pods = try await cluster.list(
        .pods, namespace: namespace, selector: selector, skipping: JSONPaths(["metadata", "managedFields"]))
    } catch {
      if error.isOfMissingKind { return [] }
      throw error
    }
    let troubles = pods.compactMap { pod -> (PodProblem, Object)? in
      let job = pod.labels["job-name"] ?? ""
      guard job.isEmpty || job != installation.jobName && !job.hasPrefix("helm-") else { return nil }
      return PodProblem(pod).map { ($0, pod) }
    }
    let sets = troubles.isEmpty ? nil : try? await cluster.list(.statefulSets, namespace: namespace)
    return troubles.map { $0.0.holding(sets ?? [], $0.1) }
  }

  /// `operations`, completed with what the pods of each are waiting for, if they can be read.
  package func withPods(_ operations: [Operation], of installations: [Installation]) async -> [Operation] {
    let all = Installations(installations)
    return await withTaskGroup(of: Operation.self) { group in
      for operation in operations {
        group.addTask {
          var operation = operation
          guard let installation = all.of(operation.name) else { return operation }
          let found = await answer(within: Self.factTimeout) { () throws(ClusterError) in
            try await podProblems(of: installation)
          }
          let troubles = (try? found.get())?.sorted { $0.name < $1.name } ?? []
          guard let first = troubles.first(where: { !$0.heldSet.isEmpty }) ?? troubles.first else { return operation }
          operation.waitsFor = operation.waitsFor.isEmpty ? first.wait : "\(operation.waitsFor); \(first.wait)"
          return operation
        }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.name < $1.name }
    }
  }
}
