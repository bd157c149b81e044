import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Writes Events about one object, and increments the count of an Event that exists already.
struct EventRecorder: Sendable {
  var cluster: Cluster
  var object: Object
  var now: @Sendable () -> Timestamp

  /// Writes an event of `type`, Normal or Warning.
  ///
  /// Errors are ignored, so that they do not fail the operation.
  func write(_ type: String, _ reason: String, _ message: String) async {
    let name = "\(object.name).\(ConfigHash.of("\(object.uid) \(type) \(reason) \(message)"))"
    let time = Value.string(now().description)
    if let known = try? await cluster.find(.events, namespace: "default", name) {
      let count = (known.value["count"]?.integer ?? 1) + 1
      _ = try? await cluster.patch(
        .events, namespace: "default", name, ["count": .integer(count), "lastTimestamp": time])
      return
    }
    // Events about cluster-scoped objects are in this namespace.
    try? await cluster.ensureNamespace("default")
    let event = Object(
      .events, name: name, namespace: "default",
      [
        "involvedObject": [
          "apiVersion": .string(object.apiVersion), "kind": .string(object.kind), "name": .string(object.name),
          "uid": .string(object.uid),
        ],
        "type": .string(type), "reason": .string(reason), "message": .string(String(message.prefix(1000))),
        "firstTimestamp": time, "lastTimestamp": time, "count": 1, "source": ["component": "ksxd"],
      ])
    _ = try? await cluster.create(.events, event)
  }
}
