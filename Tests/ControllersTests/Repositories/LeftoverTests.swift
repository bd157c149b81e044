import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform
import Testing

@testable import Controllers

/// What is kept of a repository because it is installed goes when it is not.
@Suite struct LeftoverTests {
  private static let dialects: [Dialect] = [.installPlan, .subscription]

  @Test(arguments: dialects, [false, true])
  func whatWasKeptOfADeletedRepositoryGoesWithItsInstallation(dialect: Dialect, isRestarted: Bool) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens", "cert-clock"])
    try await fixture.byHand()
    let remove: () async throws -> Void = {
      try await fixture.cluster.delete(dialect.repositories, Catalogue.repositoryName)
      try await fixture.wait("the repository stays") {
        try await fixture.cluster.find(dialect.repositories, Catalogue.repositoryName) == nil
      }
    }
    let uninstall: () async throws -> Void = {
      try await fixture.change("log-lens", .uninstall)
      try await fixture.wait("what was kept stays") {
        try await fixture.offered == ["Extension own", "ExtensionVersion own-1.0.0"]
      }
      #expect(try await fixture.charts == ["extension-own-1.0.0-chart"])
    }

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "1.0.0", config: ""))
      try await fixture.wait(for: "log-lens") { $0.observed.state == .installed }
      try await remove()
      #expect(
        try await fixture.offered == [
          "Extension log-lens", "Extension own", "ExtensionVersion \(dialect.versionName("log-lens", "1.0.0"))",
          "ExtensionVersion own-1.0.0",
        ])
      if !isRestarted { try await uninstall() }
    }
    if isRestarted { try await fixture.withControllers { try await uninstall() } }
  }

  @Test(arguments: dialects)
  func whatWasUninstalledWhileNoControllerRanGoesWhenOneDoes(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens"])
    _ = try await fixture.cluster.create(
      dialect.installations, fixture.installation(of: "log-lens", "9.9.9"))
    let work = RepositoryReconciler(cluster: fixture.cluster, dialect: dialect, settings: fixture.settings())
    try await fixture.cluster.delete(dialect.repositories, Catalogue.repositoryName)
    _ = try await work.reconcile(Catalogue.repositoryName)
    #expect(try await fixture.offered == ["Extension log-lens"])
    try await fixture.cluster.delete(dialect.installations, "log-lens")

    try await fixture.withControllers {
      try await fixture.wait("the extension stays") { try await fixture.offered == [] }
    }
  }

  @Test(arguments: dialects)
  func aRepositoryThatIsBackKeepsWhatItOffers(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens"])
    _ = try await fixture.cluster.create(
      dialect.installations, fixture.installation(of: "log-lens", "1.0.0"))
    let work = RepositoryReconciler(cluster: fixture.cluster, dialect: dialect, settings: fixture.settings())
    try await fixture.cluster.delete(dialect.repositories, Catalogue.repositoryName)
    _ = try await work.reconcile(Catalogue.repositoryName)
    let before = try await fixture.cluster.get(dialect.extensions, "log-lens")
    #expect(before.annotations[Publisher.goneAnnotation] != nil)

    try await fixture.publish(["log-lens"])

    for (resource, name) in [
      (dialect.extensions, "log-lens"), (dialect.extensionVersions, dialect.versionName("log-lens", "1.0.0")),
    ] {
      let object = try await fixture.cluster.get(resource, name)
      #expect(object.annotations[Publisher.goneAnnotation] == nil)
    }
    let versions = try await fixture.cluster.list(dialect.extensionVersions).map {
      ExtensionVersion($0, dialect: dialect)
    }
    try await fixture.cluster.delete(dialect.installations, "log-lens")
    let leftovers = Leftovers(cluster: fixture.cluster, dialect: dialect, now: Timestamp.now)
    let state = try await fixture.offered
    #expect(try await !leftovers.clear("log-lens", fixture.cluster.get(dialect.extensions, "log-lens"), versions))
    // Not even when what was read is old: another has written since.
    await #expect(throws: ClusterError.self) {
      try await leftovers.clear("log-lens", before, [])
    }
    #expect(try await fixture.offered == state)
  }

  @Test func aVersionThatTheIndexHasNoMoreGoesWhenAnotherIsInstalledInItsPlace() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens"])
    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "1.0.0", config: ""))
      try await fixture.wait(for: "log-lens") { $0.observed.state == .installed }
      try await Publisher.setGoneAnnotation(
        fixture.dialect.extensionVersions, "log-lens-1.0.0", since: Timestamp.now(), in: fixture.cluster)
      try await fixture.change("log-lens", .upgrade(to: "1.1.0"))
      try await fixture.wait("the version stays") {
        try await !fixture.offered.contains("ExtensionVersion log-lens-1.0.0")
      }
    }
    #expect(try await fixture.offered.contains("Extension log-lens"))
    #expect(try await !fixture.charts.contains("extension-log-lens-1.0.0-chart"))
  }

  /// No field of the object names it while another version is tried: only the record of the release does.
  @Test(arguments: dialects)
  func whatRunsIsKeptWhileAnotherVersionIsTried(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens", "cert-clock"])
    try await fixture.tries("1.1.0", whileRunning: "1.0.0", of: "log-lens")
    let kept = ["1.0.0", "1.1.0"].map { "ExtensionVersion \(dialect.versionName("log-lens", $0))" }
    #expect(try await fixture.offered.contains("Extension cert-clock"))

    try await fixture.cluster.delete(dialect.repositories, Catalogue.repositoryName)
    _ = try await RepositoryReconciler(cluster: fixture.cluster, dialect: dialect, settings: fixture.settings())
      .reconcile(Catalogue.repositoryName)

    #expect(try await fixture.offered == ["Extension log-lens"] + kept)
    let versions = try await fixture.cluster.list(dialect.extensionVersions).map {
      ExtensionVersion($0, dialect: dialect)
    }
    let leftovers = Leftovers(cluster: fixture.cluster, dialect: dialect, now: Timestamp.now)
    let object = try await fixture.cluster.get(dialect.extensions, "log-lens")
    #expect(try await !leftovers.clear("log-lens", object, versions))
    #expect(try await fixture.offered == ["Extension log-lens"] + kept)
    #expect(try await fixture.charts == ["extension-log-lens-1.0.0-chart", "extension-log-lens-1.1.0-chart"])
  }

  @Test func whatRunsIsKeptWhenTheIndexHasItNoMore() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens", "cert-clock"])
    try await fixture.tries("1.1.0", whileRunning: "1.0.0", of: "log-lens")

    try await fixture.publish(["cert-clock"])

    let offered = try await fixture.offered
    #expect(offered.filter { $0.contains("log-lens") }.count == 3, "\(offered)")
    #expect(offered.contains("ExtensionVersion log-lens-1.0.0"))
  }
}

extension ControllerFixture {
  /// An installation whose controllers have been ended while they tried `wanted`.
  fileprivate func tries(_ wanted: String, whileRunning running: String, of name: String) async throws {
    try await cluster.ensureNamespace("lenses")
    var object = installation(of: name, wanted).value
    object = object.setting(
      ["metadata", "annotations"], to: .mapping([InstallationReconciler.namespaceAnnotation: "lenses"]))
    _ = try await cluster.create(dialect.installations, Object(object))
    var record = ReleaseRecord(
      name: name, release: name, namespace: "lenses", attempt: .init(version: wanted, config: ""), at: Timestamp.now())
    record.state = .upgrading
    record.deployed = .init(version: running, config: "")
    _ = try await cluster.create(.secrets, record.secret)
  }

  /// Extensions and versions that there are.
  fileprivate var offered: [String] {
    get async throws {
      let all =
        try await cluster.list(dialect.extensions) + cluster.list(dialect.extensionVersions)
      return all.map { "\($0.kind) \($0.name)" }.sorted()
    }
  }

  /// The ConfigMaps of charts.
  fileprivate var charts: [String] {
    get async throws {
      try await cluster.list(.configMaps, namespace: PackageSource.namespace).map(\.name).filter {
        $0.hasPrefix("extension-")
      }.sorted()
    }
  }

  /// An extension that a user has published, of a repository that there never was.
  fileprivate func byHand() async throws {
    let labels = [dialect.extensionLabel: "own", dialect.repositoryLabel: "nowhere"]
    _ = try await cluster.create(
      dialect.extensions, Object(dialect.extensions, name: "own", labels: labels, ["spec": ["icon": ""]]))
    let version: Mapping = ["spec": ["version": "1.0.0"]]
    _ = try await cluster.create(
      dialect.extensionVersions, Object(dialect.extensionVersions, name: "own-1.0.0", labels: labels, version))
    _ = try await cluster.create(
      .configMaps,
      Object(.configMaps, name: "extension-own-1.0.0-chart", namespace: PackageSource.namespace, labels: labels))
  }

  fileprivate func installation(of name: String, _ version: String) -> Object {
    Object(
      dialect.installations, name: name,
      ["spec": ["enabled": true, "extension": ["name": .string(name), "version": .string(version)]]])
  }
}
