import APIServer
import Client
import Extensions
import KubeSphereKinds
import Manifest
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI

/// An API in this process with the built-in marketplace, and controllers that come and go.
final class ControllerFixture: Sendable {
  let dialect: Dialect
  let cluster: Cluster
  let activity = ControllerActivity()

  /// `hasAdmission` is false for a server with the definitions alone, as a real one is.
  init(_ dialect: Dialect, hasAdmission: Bool = true) throws {
    self.dialect = dialect
    let api = try API(path: ":memory:", types: ResourceTypes(dialect: dialect, hasAdmission: hasAdmission))
    cluster = Cluster(transport: InProcessTransport(api))
  }

  /// Where the marketplace lies, written once for all tests and left for the system to sweep.
  static let marketplace: String? = {
    guard let folder = try? ScratchFolder(), (try? Catalogue.write(to: folder.path)) != nil else { return nil }
    return folder.path
  }()

  var repositoryFolder: String {
    get throws { try #require(Self.marketplace) }
  }

  func settings(_ engine: ChartRenderer.Engine = .substitution) -> ControllerSettings {
    var settings = ControllerSettings()
    settings.renderer = ChartRenderer(engine: engine)
    settings.pollInterval = .milliseconds(10)
    settings.retryDelay = .milliseconds(50)
    settings.simulatesWorkloads = true
    settings.activity = activity
    return settings
  }

  /// Runs `body` beside the controllers.
  func withControllers<Result: Sendable>(
    _ settings: ControllerSettings? = nil, _ body: () async throws -> Result
  ) async throws -> Result {
    let settings = settings ?? self.settings()
    let controllers = Task { [cluster, dialect] in
      await ControllerManager.run(cluster: cluster, dialect: dialect, settings: settings)
    }
    defer { controllers.cancel() }
    let result = try await body()
    controllers.cancel()
    await controllers.value
    return result
  }

  /// Publishes the marketplace by reconciling its repository here, without running controllers.
  func publishMarketplace() async throws { try await synchronize(try repositoryFolder) }

  /// Publishes some extensions of the marketplace only.
  func publish(_ names: Set<String>) async throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write(Catalogue.packages(of: names))
    try await synchronize(folder.path)
  }

  /// Registers the repository in `folder`, and reconciles it until it is synced.
  func synchronize(_ folder: String) async throws {
    try await Catalogue.register(folder: folder, in: cluster, dialect: dialect)
    let work = RepositoryReconciler(cluster: cluster, dialect: dialect, settings: settings())
    while try await work.reconcile(Catalogue.repositoryName) == .atOnce {}
  }

  /// The installation of `name` as soon as it meets `condition`; fails after `TestTimeout.usual`.
  @discardableResult
  func wait(
    for name: String, sourceLocation: SourceLocation = #_sourceLocation,
    until condition: (Installation) -> Bool
  ) async throws -> Installation {
    let deadline = ContinuousClock.now + TestTimeout.usual
    var last = "nothing"
    while ContinuousClock.now < deadline {
      if let object = try await cluster.find(dialect.installations, name) {
        let installation = Installation(object)
        if condition(installation) { return installation }
        last = "\(installation.observed.state.word): \(installation.message)"
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("\(name) did not come so far; it says \(last)", sourceLocation: sourceLocation)
    throw Overdue()
  }

  /// Waits until `condition` is true; fails after `TestTimeout.usual`.
  func wait(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, until condition: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + TestTimeout.usual
    while ContinuousClock.now < deadline {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what, sourceLocation: sourceLocation)
    throw Overdue()
  }

  struct Overdue: Error {}

  func change(_ name: String, _ change: Extensions.Change, status: Value? = nil) async throws {
    while true {
      let object = try await cluster.find(dialect.installations, name)
      var write = change.write(
        to: name, installation: object.map(Installation.init), in: Capabilities(assuming: dialect))
      if let status, case .patch(let resource, nil, let name, let body) = write {
        write = .patch(resource, name: name, body.setting(["status"], to: status))
      }
      do {
        _ = try await write.send(to: cluster)
        return
      } catch {
        // The controller was faster; a person would press the key once more.
        if !error.isLostRace { throw error }
      }
    }
  }

  /// Sets the finalizers of the extension's bundle, as another controller may.
  func setBundleFinalizers(of name: String, to finalizers: [Value]) async throws {
    _ = try await cluster.patch(
      dialect.jsBundles, name, ["metadata": ["finalizers": finalizers.isEmpty ? .null : .sequence(finalizers)]])
  }

  func `extension`(named name: String) async throws -> Extension {
    Extension(try await cluster.get(dialect.extensions, name), dialect: dialect)
  }

  func releaseRecord(_ name: String) async throws -> ReleaseRecord? {
    try await cluster.find(.secrets, namespace: "extension-\(name)", "ksx-release.\(name)").map(ReleaseRecord.init)
  }

  /// The settings ConfigMap of a marketplace extension.
  func settingsMap(_ name: String) async throws -> [String: String] {
    let map = try await cluster.find(.configMaps, namespace: "extension-\(name)", "\(name)-settings")
    return Dictionary(
      (map?.value["data"]?.mapping?.pairs ?? []).compactMap { pair in pair.value.string.map { (pair.key, $0) } },
      uniquingKeysWith: { $1 })
  }
}
