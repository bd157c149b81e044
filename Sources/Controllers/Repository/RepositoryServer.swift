import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Runs a repository's image in the cluster, as KubeSphere up to 4.1.2 does: a Deployment and a Service in
/// `kubesphere-system` that serve an index and charts on port 8080, and health checks at `/health`.
///
/// It is read through the API server's proxy of the Service, so that the controllers need not run in the cluster. The
/// Repository owns both objects, so they are deleted with it.
struct RepositoryServer: Sendable {
  private let cluster: Cluster
  private let repository: Object
  private let image: String

  private static let port = 8080
  private static let label = "ksx.dev/repository"
  private static let digestAnnotation = "ksx.dev/spec-digest"
  private static let services = Resource(
    group: "", version: "v1", plural: "services", kind: "Service", isNamespaced: true)

  /// `nil` if the object names no image, or an address that needs no server.
  init?(of repository: Object, in cluster: Cluster) {
    let image = repository.spec["image"]?.string ?? ""
    guard repository.spec["url"]?.string ?? "" == "", !image.isEmpty, !image.containsText("://") else { return nil }
    self.cluster = cluster
    self.repository = repository
    self.image = image
  }

  private var name: String { repository.name }
  private var namespace: String { PackageSource.namespace }

  /// The way to the server.
  var proxiedServer: RepositoryAccess.ProxiedServer {
    RepositoryAccess.ProxiedServer(
      origin: "http://\(name).\(namespace).svc:\(Self.port)", by: cluster.transport,
      prefix: Self.services.path(namespace: namespace) + "/http:\(name):\(Self.port)/proxy")
  }

  /// Triggers a repository when its server becomes ready, so that it is read at once.
  static func trigger(_ cluster: Cluster, _ memory: RepositoryMemory) -> Trigger {
    Trigger(.deployments, in: cluster, selector: Selector(labels: label)) { deployment in
      guard case .ready = Readiness(of: deployment), let name = deployment.labels[label] else { return [] }
      for owner in deployment.value[path: "metadata", "ownerReferences"]?.sequence ?? [] {
        memory.serverBecameReady(owner["uid"]?.string ?? "")
      }
      return [name]
    }
  }

  /// Creates or updates both objects; throws until the server is ready.
  func ensure() async throws(RepositoryError) {
    do throws(ClusterError) {
      try await cluster.ensureNamespace(namespace)
      _ = try await ensure(Self.services, service)
      switch Readiness(of: try await ensure(.deployments, deployment)) {
      case .ready: return
      case .waiting(let what): throw .unreadable("it is being started: \(what)")
      case .failed(let why): throw .unreadable("it does not start: \(why)")
      }
    } catch {
      throw RepositoryError("the server of the image \(image): \(error.brief)", isTransient: true)
    }
  }

  /// Creates the object, or updates it if the wanted one has changed.
  private func ensure(_ resource: Resource, _ wanted: Value) async throws(ClusterError) -> Object {
    let digest = SHA256.hex(JSON.bytes(wanted))
    let object = Object(wanted.setting(["metadata", "annotations", Self.digestAnnotation], to: .string(digest)))
    guard let present = try await cluster.find(resource, namespace: namespace, name) else {
      return try await cluster.create(resource, object)
    }
    guard present.value[path: "metadata", "ownerReferences"]?.sequence?.contains(where: isOwner) == true else {
      throw .unreadable("the \(resource.kind) \(namespace)/\(name) is there already and is not this repository's")
    }
    if present.annotations[Self.digestAnnotation] == digest { return present }
    return try await cluster.patch(resource, namespace: namespace, name, .merge(object.value))
  }

  private func isOwner(_ reference: Value) -> Bool { reference["uid"]?.string == repository.uid }

  private func metadata(_ labels: Value) -> Value {
    [
      "name": .string(name), "namespace": .string(namespace), "labels": labels,
      "ownerReferences": [
        [
          "apiVersion": .string(repository.apiVersion), "kind": .string(repository.kind), "name": .string(name),
          "uid": .string(repository.uid), "controller": true,
        ]
      ],
    ]
  }

  private var labels: Value { .mapping([Self.label: .string(name)]) }

  private var service: Value {
    [
      "apiVersion": "v1", "kind": "Service", "metadata": metadata(labels),
      "spec": [
        "selector": labels,
        "ports": [["name": "http", "port": .integer(Self.port), "targetPort": .integer(Self.port)]],
      ],
    ]
  }

  private var deployment: Value {
    let probe: Value = ["httpGet": ["path": "/health", "port": .integer(Self.port)]]
    let container: Value = [
      "name": "repository", "image": .string(image), "imagePullPolicy": "Always",
      "ports": [["containerPort": .integer(Self.port)]], "readinessProbe": probe,
    ]
    return [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(labels),
      "spec": [
        "replicas": 1, "selector": ["matchLabels": labels],
        "template": [
          "metadata": ["labels": labels],
          "spec": ["automountServiceAccountToken": false, "containers": [container]],
        ],
      ],
    ]
  }
}
