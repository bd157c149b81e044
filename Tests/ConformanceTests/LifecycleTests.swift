import Client
import KubernetesAPI
import Manifest
import Packages
import TestSupport
import Testing

@testable import Extensions

/// The life of an extension of the built-in marketplace, from the shelf to its removal.
///
/// Only the API is used, as a console would: writes are `Change.write`, states are read.
@Suite(.serialized) struct LifecycleTests {
  let cluster: Cluster
  let dialect = ServerUnderTest.dialect

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
  }

  @Test func theMarketplaceIsOnItsShelves() async throws {
    let shelved = try await eventually("log-lens has its versions") {
      try await self.find(self.dialect.extensions, "log-lens").map { Extension($0, dialect: self.dialect) }
    } when: {
      $0.versions.count == 3 && $0.recommendedVersion == "1.1.0"
    }

    let categories = try await cluster.list(dialect.categories).map(\.name)

    #expect(shelved.category == "observability")
    #expect(!shelved.displayName.text(in: "en").isEmpty)
    #expect(categories.contains("observability"))
  }

  @Test func anExtensionIsInstalledChangedRolledBackAndRemoved() async throws {
    try await clear("log-lens")
    try await apply(.install(version: "1.0.0", config: "# mine\nkeepDays: \"3\"\n"), to: "log-lens")
    try await expectInstalled("log-lens", "1.0.0")
    // The first design has an object, in which there are no comments.
    let kept = dialect.era == .seed ? "keepDays: \"3\"\n" : "# mine\nkeepDays: \"3\"\n"
    #expect(try await installation("log-lens").config == kept)
    #expect(try await settings("log-lens") == ["version": "1.0.0", "maximumLines": "5000", "keepDays": "3"])
    #expect(try await bundleState("log-lens", becomes: "Available"))

    try await apply(.disable, to: "log-lens")
    #expect(try await bundleState("log-lens", becomes: "Disabled"))
    try await apply(.enable, to: "log-lens")
    #expect(try await bundleState("log-lens", becomes: "Available"))

    try await apply(.configure(config: "keepDays: \"9\"\n"), to: "log-lens")
    try await settings("log-lens", become: ["version": "1.0.0", "maximumLines": "5000", "keepDays": "9"])

    try await apply(.upgrade(to: "1.1.0"), to: "log-lens")
    try await expectInstalled("log-lens", "1.1.0")
    #expect(try await settings("log-lens")["version"] == "1.1.0")

    try await apply(.rollback(to: "1.0.0", config: "# mine\nkeepDays: \"3\"\n"), to: "log-lens")
    try await expectInstalled("log-lens", "1.0.0")
    try await settings("log-lens", become: ["version": "1.0.0", "maximumLines": "5000", "keepDays": "3"])

    try await apply(.uninstall, to: "log-lens")
    try await isGone(dialect.installations, "log-lens")
    #expect(try await find(dialect.jsBundles, "log-lens") == nil)
  }

  @Test func anUpgradeThatFailsSaysWhyAndCanBeRolledBack() async throws {
    try await clear("traffic-map")
    try await apply(.install(version: "1.0.1", config: ""), to: "traffic-map")
    try await expectInstalled("traffic-map", "1.0.1")

    try await apply(.upgrade(to: "1.1.0"), to: "traffic-map")
    let failed = try await eventually("the upgrade has failed") {
      try await self.installation("traffic-map")
    } when: {
      $0.state == .upgradeFailed
    }
    #expect(failed.message.contains("TrafficPolicy"))

    try await apply(.rollback(to: "1.0.1", config: ""), to: "traffic-map")
    try await expectInstalled("traffic-map", "1.0.1")
    try await apply(.uninstall, to: "traffic-map")
    try await isGone(dialect.installations, "traffic-map")
  }

  private func apply(_ change: Change, to name: String) async throws {
    let present = try await find(dialect.installations, name).map(Installation.init)
    let write = change.write(to: name, installation: present, in: Capabilities(assuming: dialect))
    do throws(ClusterError) {
      try await write.send(to: cluster)
    } catch {
      // The controller was faster between the read and the write: the person would look again.
      guard case .refused(let status) = error, status.code == 409 else { throw error }
      try await apply(change, to: name)
    }
  }

  /// Leaves nothing of an earlier, broken run.
  private func clear(_ name: String) async throws {
    _ = try await eventually("\(name) is on the shelf") {
      try await self.find(self.dialect.extensions, name)
    } when: {
      $0.status["versions"]?.sequence?.isEmpty == false
    }
    guard try await find(dialect.installations, name) != nil else { return }
    try await apply(.uninstall, to: name)
    try await isGone(dialect.installations, name)
  }

  /// Waits until the installation is Installed and the extension says so in that version.
  private func expectInstalled(_ name: String, _ version: String) async throws {
    _ = try await eventually("\(name) \(version) is installed") {
      try await self.find(self.dialect.extensions, name).map { Extension($0, dialect: self.dialect) }
    } when: {
      $0.state == .installed && $0.installedVersion == version
    }
    let present = try await eventually("the installation says so too") {
      try await self.installation(name)
    } when: {
      $0.state == .installed
    }
    #expect(present.version == version)
  }

  private func installation(_ name: String) async throws -> Installation {
    Installation(try await cluster.get(dialect.installations, name))
  }

  private func settings(_ name: String) async throws -> [String: String] {
    let object = try await cluster.get(.configMaps, namespace: "extension-\(name)", "\(name)-settings")
    return (object.value["data"]?.mapping?.pairs ?? []).reduce(into: [:]) { $0[$1.key] = $1.value.string }
  }

  private func settings(_ name: String, become expected: [String: String]) async throws {
    _ = try await eventually("the settings are \(expected)") {
      try await self.settings(name)
    } when: {
      $0 == expected
    }
  }

  private func bundleState(_ name: String, becomes state: String) async throws -> Bool {
    _ = try await eventually("the bundle is \(state)") {
      try await self.find(self.dialect.jsBundles, name)
    } when: {
      $0.status["state"] == .string(state)
    }
    return true
  }

  private func isGone(_ resource: Resource, _ name: String) async throws {
    _ = try await eventually("\(name) is gone") {
      try await self.find(resource, name) == nil
    } when: {
      $0
    }
  }

  private func find(_ resource: Resource, _ name: String) async throws(ClusterError) -> Object? {
    do {
      return try await cluster.get(resource, name)
    } catch .refused(let status) where status.code == 404 {
      return nil
    }
  }
}
