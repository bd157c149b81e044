import Client
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport

/// A node that runs nothing: what a real kubelet would say of pods, and their logs, for an API server that has none.
///
/// A container whose image is `straw.example/ends` or `straw.example/fails` ends, having said its arguments; every other
/// runs on and is ready. Only the pods of one namespace are its own. Jobs and Deployments are their controllers' work.
struct StrawKubelet: Sendable {
  private static let nodes = Resource(group: "", version: "v1", plural: "nodes", kind: "Node", isNamespaced: false)

  private let cluster: Cluster
  private let node: String
  private let namespace: String
  private let logs: Server

  /// Joins the cluster; the API server asks for logs at a port of this machine.
  init(_ cluster: Cluster, namespace: String) async throws {
    self.cluster = cluster
    self.namespace = namespace
    node = "straw-\(UInt32.random(in: .min ... .max))"
    let pair = try await TestCertificate.shared
    let certificate = Listener.Certificate(chainFile: pair.certificatePath, keyFile: pair.keyPath)
    logs = try await Server.start(
      Logs(cluster: cluster), on: [.port(host: "127.0.0.1", port: 0, certificate: certificate)])
    let port = logs.addresses[0].split(separator: ":").last.flatMap { Int($0) } ?? 0
    _ = try await cluster.create(Self.nodes, Object(Self.nodes, name: node))
    _ = try await cluster.patch(
      Self.nodes, node, subresource: "status",
      .merge([
        "status": [
          "addresses": [["type": "InternalIP", "address": "127.0.0.1"]],
          "daemonEndpoints": ["kubeletEndpoint": ["Port": .integer(port)]],
          "conditions": [["type": "Ready", "status": "True"]],
        ]
      ]))
  }

  /// Runs what there is until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      for pod in (try? await cluster.list(.pods, namespace: namespace)) ?? [] {
        // What has changed meanwhile is looked at the next time.
        try? await look(at: pod)
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Leaves the cluster.
  func leave() async {
    try? await cluster.delete(Self.nodes, node)
    await logs.stop(grace: .zero)
  }

  private func look(at pod: Object) async throws {
    let path = Resource.pods.path(namespace: namespace, name: pod.name)
    if pod.isBeingDeleted {
      // A kubelet has the last word on a pod that ends.
      try await cluster.raw(.delete, path, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
      return
    }
    guard let placed = pod.spec["nodeName"]?.string, !placed.isEmpty else {
      let target: Value = ["kind": "Node", "name": .string(node)]
      try await cluster.raw(
        .post, path + "/binding",
        ["apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(pod.name)], "target": target])
      return
    }
    let status = Self.status(of: pod)
    guard pod.status["phase"] != status["phase"] else { return }
    _ = try await cluster.patch(
      .pods, namespace: namespace, pod.name, subresource: "status", .merge(["status": status]))
  }

  private static func status(of pod: Object) -> Value {
    let container = pod.spec["containers"]?.sequence?.first ?? .null
    let image = container["image"]?.string ?? ""
    let now = Value.string(Timestamp.now().description)
    var state: Value = ["running": ["startedAt": now]]
    var phase = "Running"
    if image.hasSuffix("/ends") || image.hasSuffix("/fails") {
      let hasFailed = image.hasSuffix("/fails")
      phase = hasFailed ? "Failed" : "Succeeded"
      state = ["terminated": ["exitCode": .integer(hasFailed ? 1 : 0), "finishedAt": now, "startedAt": now]]
    }
    let isReady = phase == "Running" ? "True" : "False"
    return [
      "phase": .string(phase), "podIP": "10.0.0.9", "startTime": now,
      "conditions": [
        ["type": "Ready", "status": .string(isReady)], ["type": "ContainersReady", "status": .string(isReady)],
      ],
      "containerStatuses": [
        [
          "name": container["name"] ?? "", "image": .string(image), "imageID": "", "ready": .bool(isReady == "True"),
          "restartCount": 0, "state": state,
        ]
      ],
    ]
  }

  /// What the API server fetches for `kubectl logs`: the arguments of the container.
  private struct Logs: Handler {
    var cluster: Cluster

    func respond(to request: IncomingRequest) async -> HTTPResponse {
      let parts = request.head.target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
      guard parts.count == 4, parts[0] == "containerLogs",
        let pod = try? await cluster.get(.pods, namespace: parts[1], parts[2])
      else { return HTTPResponse(status: 404, headers: ["Content-Length": "0"], bytes: []) }
      let said = pod.spec["containers"]?.sequence?.first?["args"]?.sequence?.compactMap(\.string) ?? []
      let text = Array(said.map { $0 + "\n" }.joined().utf8)
      return HTTPResponse(
        status: 200, headers: ["Content-Type": "text/plain", "Content-Length": String(text.count)], bytes: text)
    }
  }
}
