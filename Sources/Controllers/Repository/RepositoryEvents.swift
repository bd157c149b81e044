import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Reports the outcome of a synchronisation as Events about a Repository, and nowhere else
/// (docs/KUBESPHERE.md: Repositories).
struct RepositoryEvents: Sendable {
  var cluster: Cluster
  var repository: Object
  var now: @Sendable () -> Timestamp

  func synced(_ outcome: Publisher.Outcome, _ address: String) async {
    let count = "\(outcome.versions) versions of \(outcome.extensions) extensions"
    await write("Normal", "Synced", "synced \(count) from \(address)")
    guard !outcome.problems.isEmpty else { return }
    let some = outcome.problems.prefix(10).joined(separator: "; ")
    let rest = outcome.problems.count > 10 ? "; and \(outcome.problems.count - 10) more" : ""
    await write("Warning", "PartiallySynced", some + rest)
  }

  func failed(_ message: String) async { await write("Warning", "SyncFailed", message) }

  /// An event that exists already is counted up instead of written again.
  private func write(_ type: String, _ reason: String, _ message: String) async {
    let name = "\(repository.name).\(ConfigHash.of("\(repository.uid) \(type) \(reason) \(message)"))"
    let time = Value.string(now().description)
    // A synchronisation does not fail because its event could not be written.
    if let known = try? await cluster.find(.events, namespace: "default", name) {
      let count = (known.value["count"]?.integer ?? 1) + 1
      _ = try? await cluster.patch(
        .events, namespace: "default", name, ["count": .integer(count), "lastTimestamp": time])
      return
    }
    // Events about objects without a namespace are kept in this one.
    try? await cluster.ensureNamespace("default")
    let event = Object(
      .events, name: name, namespace: "default",
      [
        "involvedObject": [
          "apiVersion": .string(repository.apiVersion), "kind": .string(repository.kind),
          "name": .string(repository.name), "uid": .string(repository.uid),
        ],
        "type": .string(type), "reason": .string(reason), "message": .string(String(message.prefix(1000))),
        "firstTimestamp": time, "lastTimestamp": time, "count": 1, "source": ["component": "ksxd"],
      ])
    _ = try? await cluster.create(.events, event)
  }
}
