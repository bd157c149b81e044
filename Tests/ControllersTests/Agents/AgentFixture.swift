import APIServer
import Client
import Extensions
import HTTP
import KubeSphereKinds
import Manifest
import Packages
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

/// A host cluster with its controllers, and member clusters that are joined, broken and mended.
final class AgentFixture: Sendable {
  static let name = "quince"

  let host: ControllerFixture
  private let members = Locked<[String: Member]>([:])

  /// A cluster of its own, which may stop answering.
  final class Member: Transport {
    let cluster: Cluster
    private let api: InProcessTransport
    private let problem = Locked<TransportError?>(nil)
    private let asked = Locked(0)
    private let isHanging = Locked(false)

    init() throws {
      api = InProcessTransport(
        try API(path: ":memory:", types: ResourceTypes(dialect: .installPlan, hasAdmission: false)))
      cluster = Cluster(transport: api)
    }

    /// How often the controllers have asked it.
    var requests: Int { asked.withLock { $0 } }

    func set(isDown: Bool) {
      problem.withLock { $0 = isDown ? .unreachable(host: "member", reason: "connection refused") : nil }
    }

    /// It takes requests, and answers none.
    func hang() { isHanging.withLock { $0 = true } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      asked.withLock { $0 += 1 }
      if isHanging.withLock({ $0 }) {
        try? await Task.sleep(for: .seconds(86_400))
        throw .cancelled
      }
      if let problem = problem.withLock({ $0 }) { throw problem }
      return try await api.send(request)
    }

    func settings(_ name: String = "\(AgentFixture.name)-settings") async throws -> Value? {
      try await cluster.find(.configMaps, namespace: "extension-\(AgentFixture.name)", name)?.value["data"]
    }
  }

  init(_ versions: [String] = ["1.0.0", "1.1.0"], mode: String = "Multicluster", members: [String] = ["east", "west"])
    async throws
  {
    host = try ControllerFixture(.installPlan)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write(
      versions.map { Self.chart($0, mode) }.map { .init(package: $0, chart: try $0.chart(), created: "") })
    try await host.synchronize(folder.path)
    try await defineClusters()
    for name in members { try await join(name) }
  }

  /// Serves objects about member clusters, as KubeSphere does.
  private func defineClusters() async throws {
    let open: Value = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    let definitions = Resource(
      group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions",
      kind: "CustomResourceDefinition")
    let version: Value = [
      "name": "v1alpha1", "served": true, "storage": true,
      "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": open, "status": open]]],
    ]
    let spec: Value = [
      "group": "cluster.kubesphere.io", "scope": "Cluster",
      "names": ["plural": "clusters", "kind": "Cluster", "singular": "cluster", "listKind": "ClusterList"],
      "versions": [version],
    ]
    _ = try await host.cluster.create(
      definitions, Object(definitions, name: "clusters.cluster.kubesphere.io", ["spec": spec]))
  }

  /// Joins a member cluster, or the host as one.
  func join(_ name: String, labels: [String: String] = [:]) async throws {
    let isHost = labels["cluster-role.kubesphere.io/host"] != nil
    if !isHost, members.withLock({ $0[name] == nil }) {
      let member = try Member()
      members.withLock { $0[name] = member }
    }
    let config: Value = [
      "current-context": "c", "contexts": [["name": "c", "context": ["cluster": "c", "user": "u"]]],
      "clusters": [["name": "c", "cluster": ["server": .string("http://\(name).test")]]],
      "users": [["name": "u", "user": ["token": "t"]]],
    ]
    let spec: Value = ["connection": ["kubeconfig": .string(isHost ? "" : Base64.encode(JSON.bytes(config)))]]
    let ready: Value = ["conditions": [["type": "Ready", "status": "True"]]]
    _ = try await host.cluster.create(
      MemberCluster.resource,
      Object(MemberCluster.resource, name: name, labels: labels, ["spec": spec, "status": ready]))
  }

  func set(_ name: String, isReady: Bool) async throws {
    let conditions: Value = [["type": "Ready", "status": isReady ? "True" : "False"]]
    _ = try await host.cluster.patch(MemberCluster.resource, name, ["status": ["conditions": conditions]])
  }

  func member(_ name: String) throws -> Member { try #require(members.withLock { $0[name] }) }

  /// A chart whose objects say for whom they were rendered; in the host cluster only `agentName` names an agent's.
  private static func chart(_ version: String, _ mode: String) -> Package {
    let values = """
      word: none
      fails: ""
      global: {clusterInfo: {name: none, role: none}}
      tags: {agent: false}
      """
    let map = """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "{{ .Release.Name }}-settings"}
      data:
        version: "\(version)"
        word: "{{ .Values.word }}"
        cluster: "{{ .Values.global.clusterInfo.name }} {{ .Values.global.clusterInfo.role }} {{ .Values.tags.agent }}"
      """
    let bundle = """
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: JSBundle
      metadata: {name: "{{ .Release.Name }}"}
      spec: {raw: Ly8=}
      """
    let job = """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: "{{ .Release.Name }}-job", annotations: {standalone.ksx.dev/fails: "{{ .Values.fails }}"}}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: x, image: x}]}}}
      """
    let manifest = """
      apiVersion: kubesphere.io/v1alpha1
      name: \(name)
      version: \(version)
      displayName: {en: Quince}
      description: {en: A fruit}
      category: observability
      provider: {en: {name: Orchard}}
      icon: ""
      installationMode: \(mode)
      """
    return Package(files: [
      "Chart.yaml": Array("apiVersion: v2\nname: \(name)\nversion: \(version)\n".utf8),
      "extension.yaml": Array(manifest.utf8), "values.yaml": Array(values.utf8),
      "templates/settings.yaml": Array(map.utf8), "templates/bundle.yaml": Array(bundle.utf8),
      "templates/job.yaml": Array(job.utf8),
    ])
  }
}

extension AgentFixture {
  var plans: Resource { host.dialect.installations }

  func settings() -> ControllerSettings {
    var settings = host.settings()
    settings.agentTimeout = 300
    settings.memberTransport = { [members] connection in
      let name = String(connection.server.dropFirst("http://".count).dropLast(".test".count))
      return members.withLock { $0[name] } ?? CurlTransport(connection)
    }
    return settings
  }

  /// What is asked of the agents.
  func place(_ clusters: [String], overrides: Mapping = [:]) async throws {
    let scheduling: Value = [
      "placement": ["clusters": .sequence(clusters.map(Value.string))],
      "overrides": overrides.isEmpty ? .null : .mapping(overrides),
    ]
    try await patch(["spec": ["clusterScheduling": scheduling]])
  }

  func patch(_ body: Value) async throws { _ = try await host.cluster.patch(plans, Self.name, .merge(body)) }

  func install(_ clusters: [String], config: String = "", overrides: Mapping = [:]) async throws {
    let spec: Value = [
      "extension": ["name": .string(Self.name), "version": "1.0.0"], "enabled": true, "config": .string(config),
      "clusterScheduling": [
        "placement": ["clusters": .sequence(clusters.map(Value.string))], "overrides": .mapping(overrides),
      ],
    ]
    _ = try await host.cluster.create(plans, Object(plans, name: Self.name, ["spec": spec]))
  }

  func plan() async throws -> Object { try await host.cluster.get(plans, Self.name) }

  /// What the status says of the agent in `cluster`.
  func entry(_ cluster: String) async throws -> Value? {
    try await host.cluster.find(plans, Self.name)?.status[path: "clusterSchedulingStatuses", cluster]
  }

  /// Runs `body` beside the controllers of the host, with the kubelets of the members.
  func withControllers(
    _ settings: ControllerSettings? = nil, _ body: () async throws -> Void
  ) async throws {
    let kubelets = members.withLock { $0.values.map(\.cluster) }.map { cluster in
      Task { await Self.playKubelet(in: cluster) }
    }
    defer { for kubelet in kubelets { kubelet.cancel() } }
    try await host.withControllers(settings ?? self.settings(), body)
  }

  private static func playKubelet(in cluster: Cluster) async {
    let kubelet = WorkloadReconciler(cluster: cluster)
    let jobs = Controller(
      title: "kubelet", reconciler: kubelet,
      triggers: [Trigger(.jobs, in: cluster) { ["jobs/\($0.namespace ?? "")/\($0.name)"] }])
    await jobs.run()
  }

  /// Waits until the agent in `cluster` is in `state`, and gives what is said of it.
  @discardableResult
  func wait(
    _ cluster: String, _ state: String, sourceLocation: SourceLocation = #_sourceLocation,
    where condition: (Value) -> Bool = { _ in true }
  ) async throws -> Value {
    var found: Value = .null
    try await host.wait("the agent in \(cluster) is \(state)", sourceLocation: sourceLocation) {
      found = try await entry(cluster) ?? .null
      return found["state"]?.string == state && condition(found)
    }
    return found
  }

  func events(_ reason: String) async throws -> [String] {
    try await host.cluster.list(.events).filter { $0.value["reason"]?.string == reason }
      .compactMap { $0.value["message"]?.string }
  }
}
