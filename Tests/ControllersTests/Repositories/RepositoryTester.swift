import Client
import Extensions
import Manifest
import Platform

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI

/// One repository of an API in this process, looked at when a test says so.
struct RepositoryTester {
  let fixture: ControllerFixture
  let name: String
  private let memory = RepositoryMemory()
  private let seconds = Locked(1_800_000_000)

  var cluster: Cluster { fixture.cluster }
  var dialect: Dialect { fixture.dialect }

  /// Makes the Repository object in the shipped dialect.
  init(
    name: String = "museum", in fixture: ControllerFixture? = nil, annotations: [String: String] = [:], _ spec: Mapping
  ) async throws {
    try await self.init(.installPlan, name: name, in: fixture, annotations: annotations, spec)
  }

  /// Makes the Repository object; `spec` is written over what each has.
  init(
    _ dialect: Dialect, name: String = "museum", in fixture: ControllerFixture? = nil,
    annotations: [String: String] = [:], _ spec: Mapping
  ) async throws {
    self.fixture = try fixture ?? ControllerFixture(dialect)
    self.name = name
    let usual: Mapping = dialect.name == .installPlan ? ["depth": 0] : [:]
    let whole = MergePatch.apply(.mapping(spec), to: .mapping(usual))
    let resource = self.fixture.dialect.repositories
    _ = try await self.fixture.cluster.create(
      resource, Object(resource, name: name, annotations: annotations, ["spec": whole]))
  }

  /// Lets the clock on the wall go on.
  func advance(seconds count: Int) { seconds.withLock { $0 += count } }

  /// Looks at it until it is to be left alone; says when it wants to be looked at again.
  @discardableResult
  func look(restarted: Bool = false, _ change: (inout ControllerSettings) -> Void = { _ in }) async throws
    -> ReconcileResult
  {
    var settings = fixture.settings()
    let seconds = seconds
    settings.now = { Timestamp(secondsSince1970: seconds.withLock { $0 }) }
    change(&settings)
    let work = RepositoryReconciler(
      cluster: cluster, dialect: dialect, settings: settings, memory: restarted ? RepositoryMemory() : memory)
    var next = ReconcileResult.atOnce
    while next == .atOnce { next = try await work.reconcile(name) }
    return next
  }

  /// The names of the versions that there are.
  var versions: [String] {
    get async throws { try await cluster.list(dialect.extensionVersions).map(\.name).sorted() }
  }

  /// What the Events with `reason` say.
  func events(_ reason: String) async throws -> [String] {
    try await cluster.list(.events, namespace: "default").filter { $0.value["reason"]?.string == reason }
      .compactMap { $0.value["message"]?.string }
  }

  /// The message and the status of a condition of the repository.
  func condition(_ type: String) async throws -> (status: String, message: String) {
    let object = try await cluster.get(dialect.repositories, name)
    let text = object.annotations[RepositoryConditions.annotation]
    let all =
      dialect.name == .installPlan ? text.flatMap { try? JSON.parse(Array($0.utf8)) } : object.status["conditions"]
    let found = all?.sequence?.first { $0["type"]?.string == type }
    return (found?["status"]?.string ?? "", found?["message"]?.string ?? "")
  }

  /// What every object of the cluster that a sync writes is like: another text means that something was written.
  var state: String {
    get async throws {
      var lines: [String] = []
      for resource in [dialect.repositories, dialect.extensions, dialect.extensionVersions, dialect.categories] {
        lines += try await cluster.list(resource).map { "\($0.kind) \($0.name) \($0.resourceVersion)" }
      }
      lines += try await cluster.list(.configMaps, namespace: PackageSource.namespace).map {
        "\($0.name) \($0.resourceVersion)"
      }
      lines += try await cluster.list(.events, namespace: "default").map { "\($0.name) \($0.resourceVersion)" }
      return lines.joined(separator: "\n")
    }
  }
}
