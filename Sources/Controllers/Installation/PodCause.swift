import Client
import KubernetesAPI
import Manifest

/// Why the pods of a workload do not run or fail, according to conditions, container statuses and events.
struct PodCause: Sendable {
  var cluster: Cluster

  /// Reasons for which a container waits during a normal start.
  private static let usual: Set = ["ContainerCreating", "PodInitializing"]

  /// The cause for `object`, a workload, a Job or a Pod; empty if none is known.
  func of(_ object: Object) async -> String {
    if let refusal = Self.condition("ReplicaFailure", "True", object) { return refusal }
    guard let namespace = object.namespace else { return "" }
    let pods = await pods(of: object, namespace)
    for pod in pods {
      if let reported = Self.reported(of: pod) { return "pod \(pod.name): \(reported)" }
      if let event = await warning(about: pod, namespace) { return "pod \(pod.name): \(event)" }
    }
    // If a quota or a missing ServiceAccount prevents pods, only an event says so.
    return pods.isEmpty ? await warning(about: object, namespace) ?? "" : ""
  }

  private func pods(of object: Object, _ namespace: String) async -> [Object] {
    if object.kind == "Pod" { return [object] }
    let labels = object.spec[path: "selector", "matchLabels"]?.mapping?.pairs ?? []
    let terms = labels.map { "\($0.key)=\($0.value.string ?? "")" }
    let selector = object.kind == "Job" ? "job-name=\(object.name)" : terms.joined(separator: ",")
    if selector.isEmpty { return [] }
    // An unreadable cause does not change the result.
    return (try? await cluster.list(.pods, namespace: namespace, selector: Selector(labels: selector))) ?? []
  }

  private static func reported(of pod: Object) -> String? {
    let containers = ["initContainerStatuses", "containerStatuses"].flatMap { pod.status[$0]?.sequence ?? [] }
    for container in containers {
      let name = container["name"]?.string ?? ""
      if let waiting = container[path: "state", "waiting"], let reason = waiting["reason"]?.string,
        !usual.contains(reason)
      {
        return words(name, reason, waiting["message"]?.string)
      }
      let ended = container[path: "state", "terminated"] ?? container[path: "lastState", "terminated"]
      if let code = ended?["exitCode"]?.integer, code != 0 {
        return words(name, "ended with \(code)", ended?["message"]?.string)
      }
    }
    return condition("PodScheduled", "False", pod)
  }

  private static func condition(_ type: String, _ status: String, _ object: Object) -> String? {
    let all = object.status["conditions"]?.sequence ?? []
    guard let found = all.first(where: { $0["type"]?.string == type && $0["status"]?.string == status }) else {
      return nil
    }
    return words("", found["reason"]?.string ?? type, found["message"]?.string)
  }

  private static func words(_ container: String, _ reason: String, _ message: String?) -> String {
    let text = [container, reason, message ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
    return String(text.prefix(500))
  }

  /// The last warning event about an object.
  private func warning(about object: Object, _ namespace: String) async -> String? {
    let selector = Selector(
      fields: "involvedObject.name=\(object.name),involvedObject.kind=\(object.kind),type=Warning")
    let events = (try? await cluster.list(.events, namespace: namespace, selector: selector)) ?? []
    func time(_ event: Object) -> String { event.value["lastTimestamp"]?.string ?? event.creationTimestamp ?? "" }
    guard let last = events.max(by: { time($0) < time($1) }) else { return nil }
    return Self.words("", last.value["reason"]?.string ?? "", last.value["message"]?.string)
  }
}
