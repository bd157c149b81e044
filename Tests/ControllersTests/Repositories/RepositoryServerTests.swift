import Client
import Extensions
import HTTP
import Manifest
import Packages
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

/// Repositories whose image runs in the cluster, as KubeSphere up to 4.1.2 has it.
@Suite struct RepositoryServerTests {
  private static let proxy = "/api/v1/namespaces/kubesphere-system/services/http:museum:8080/proxy"

  /// An API server that has a proxy of one Service, and what that was asked.
  private struct Proxied: Transport {
    var api: any Transport
    var charts: ChartServer

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      guard request.target.hasPrefix(proxy) else { return try await api.send(request) }
      var moved = request
      let base = String(charts.url.dropLast("/charts".count))
      moved.target = "/charts" + String(request.target.dropFirst(proxy.count))
      return try await CurlTransport(Connection(server: base)).send(moved)
    }
  }

  private func reconciler(_ fixture: ControllerFixture, _ charts: ChartServer) -> RepositoryReconciler {
    var settings = fixture.settings()
    settings.runsRepositoryImages = true
    settings.retryDelay = .milliseconds(5)
    return RepositoryReconciler(
      cluster: Cluster(transport: Proxied(api: fixture.cluster.transport, charts: charts)),
      dialect: fixture.dialect, settings: settings)
  }

  private func offer(_ image: String, in fixture: ControllerFixture) async throws {
    let resource = fixture.dialect.repositories
    _ = try await fixture.cluster.create(
      resource, Object(resource, name: "museum", ["spec": ["image": .string(image)]]))
  }

  @Test func anImageIsRunAndReadThroughTheProxyOfItsService() async throws {
    let fixture = try ControllerFixture(.subscription)
    let charts = try ChartServer(Catalogue.packages(of: ["log-lens"]))
    let work = reconciler(fixture, charts)
    try await offer("example.com/museum:1", in: fixture)

    while try await work.reconcile("museum") == .atOnce {}

    let place = (namespace: "kubesphere-system", name: "museum")
    let deployment = try await fixture.cluster.get(.deployments, namespace: place.namespace, place.name)
    let container = deployment.spec[path: "template", "spec", "containers"]?.sequence?.first
    #expect(container?["image"] == "example.com/museum:1")
    #expect(deployment.value[path: "metadata", "ownerReferences"]?.sequence?.first?["kind"] == "Repository")
    // Nothing is read before it is ready.
    #expect(charts.requests.isEmpty)

    _ = try await WorkloadReconciler(cluster: fixture.cluster).reconcile("deployments/\(place.namespace)/\(place.name)")
    try await fixture.wait("it is read") {
      while try await work.reconcile("museum") == .atOnce {}
      return !charts.requests.isEmpty
    }

    #expect(try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 3)
    #expect(charts.requests.allSatisfy { $0.headers["Authorization"] == nil })
    // It is written once.
    #expect(try await fixture.cluster.get(.deployments, namespace: place.namespace, place.name).generation == 1)
  }

  @Test func aServerThatHasBecomeReadyIsReadAtOnce() async throws {
    let fixture = try ControllerFixture(.subscription)
    let charts = try ChartServer(Catalogue.packages(of: ["log-lens"]))
    let cluster = Cluster(transport: Proxied(api: fixture.cluster.transport, charts: charts))
    var settings = fixture.settings()
    settings.runsRepositoryImages = true
    settings.retryDelay = .seconds(3600)
    try await offer("example.com/museum:1", in: fixture)

    let controllers = Task { [settings] in
      await ControllerManager.run(cluster: cluster, dialect: fixture.dialect, settings: settings)
    }
    try await fixture.wait("it is read") {
      try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 3
    }
    controllers.cancel()
    await controllers.value
  }

  @Test func whatHasJustBecomeReadyIsNotWaitedForAsLongAsWhatFails() {
    let memory = RepositoryMemory()
    func fail() -> Duration {
      memory.noteFailure("a", syncKey: "", retryDelay: .seconds(60), interval: .seconds(60), retryAfter: 90)
    }

    #expect(fail() == .seconds(90))
    memory.serverBecameReady("a")
    #expect(memory.remainingDelay("a", syncKey: "") == .zero)
    // Ready, and not known yet to all that leads there.
    #expect(fail() == .seconds(1))
    memory.forget("a")
    #expect(fail() == .seconds(90))
  }

  @Test func aDeploymentOfOthersIsLeftAlone() async throws {
    let fixture = try ControllerFixture(.subscription)
    try await fixture.cluster.ensureNamespace("kubesphere-system")
    let foreign: Mapping = [
      "spec": [
        "selector": ["matchLabels": ["a": "b"]],
        "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "x", "image": "mine"]]]],
      ]
    ]
    _ = try await fixture.cluster.create(
      .deployments, Object(.deployments, name: "museum", namespace: "kubesphere-system", foreign))
    try await offer("example.com/museum:1", in: fixture)

    let work = reconciler(fixture, try ChartServer())
    while try await work.reconcile("museum") == .atOnce {}

    let kept = try await fixture.cluster.get(.deployments, namespace: "kubesphere-system", "museum")
    #expect(kept.spec[path: "template", "spec", "containers"]?.sequence?.first?["image"] == "mine")
    let repository = try await fixture.cluster.get(fixture.dialect.repositories, "museum")
    #expect(JSON.text(repository.status).contains("is not this repository's"))
  }

  @Test func anAddressOfTheWebNeedsNoServer() {
    let object = Object(["spec": ["image": "http://example.com/charts"]])

    #expect(RepositoryServer(of: object, in: Cluster(transport: Nowhere())) == nil)
  }

  private struct Nowhere: Transport {
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { throw .cancelled }
  }
}
