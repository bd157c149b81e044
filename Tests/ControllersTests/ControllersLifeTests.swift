import APIServer
import Client
import Manifest
import Testing

@testable import Charts
@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI
@testable import Packages

/// Whole lives of installations, through the API, in both dialects.
@Suite struct ControllersLifeTests {
  @Test(arguments: [Dialect.installPlan, .subscription])
  func theMarketplaceIsPublished(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    let count = CatalogueEntries.all.map(\.versions.count).reduce(0, +)

    try await fixture.withControllers {
      try await Catalogue.register(folder: try fixture.repositoryFolder, in: fixture.cluster, dialect: dialect)
      try await fixture.wait("every version and every count") {
        let versions = try await fixture.cluster.list(dialect.extensionVersions)
        let counts = try await fixture.cluster.list(dialect.categories).map {
          $0.annotations["kubesphere.io/count"].flatMap(Int.init) ?? 0
        }
        return versions.count == count && counts.reduce(0, +) == CatalogueEntries.all.count
      }
      try await fixture.wait("the event") {
        try await fixture.cluster.list(.events, namespace: "default").contains { $0.value["reason"] == "Synced" }
      }
      try await fixture.wait("the recommended versions") {
        let wheel = try await fixture.extension(named: "snapshot-wheel").recommendedVersion
        let garden = try await fixture.extension(named: "cache-garden").recommendedVersion
        return wheel == "1.1.0" && garden == "1.0.0-rc.1"
      }
    }

    #expect(try await fixture.extension(named: "snapshot-wheel").versions == ["1.0.0", "1.1.0", "2.0.0"])
    let version = ExtensionVersion(
      try await fixture.cluster.get(dialect.extensionVersions, dialect.versionName("dashboards", "2.0.0")),
      dialect: dialect)
    #expect(try await version.package(from: fixture.cluster).readme(in: "zh")?.contains("仪表盘") == true)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anExtensionIsInstalledChangedSwitchedOffAndRemoved(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publishMarketplace()

    try await fixture.withControllers {
      try await fixture.change("dashboards", .install(version: "1.1.0", config: "readyAfter: 0\n"))
      let installed = try await fixture.wait(for: "dashboards") { $0.state == .installed }
      #expect(installed.message == "version 1.1.0, revision 1")
      try await Self.expectServing(fixture, "Available")
      #expect(try await fixture.settingsMap("dashboards")["refreshSeconds"] == "30")

      try await fixture.change("dashboards", .upgrade(to: "2.0.0"))
      try await fixture.wait(for: "dashboards") { $0.state == .installed && $0.message.hasPrefix("version 2.0.0") }
      try await fixture.wait("the proxy of the new version") {
        try await fixture.cluster.find(dialect.reverseProxies, "dashboards")?.status["state"] == "Available"
      }

      try await fixture.change("dashboards", .configure(config: "readyAfter: 0\nrefreshSeconds: 5\n"))
      try await fixture.wait(for: "dashboards") { $0.state == .installed && $0.message.hasSuffix("revision 3") }
      #expect(try await fixture.settingsMap("dashboards")["refreshSeconds"] == "5")

      try await fixture.change("dashboards", .disable)
      try await fixture.wait("what is served is switched off") {
        try await fixture.cluster.find(dialect.jsBundles, "dashboards")?.status["state"] == "Disabled"
      }
      try await fixture.change("dashboards", .enable)
      try await Self.expectServing(fixture, "Available")

      try await fixture.change("dashboards", .rollback(to: "1.1.0", config: "readyAfter: 0\n"))
      try await fixture.wait(for: "dashboards") { $0.state == .installed && $0.message.hasPrefix("version 1.1.0") }
      #expect(try await fixture.settingsMap("dashboards")["refreshSeconds"] == "30")
      #expect(try await fixture.cluster.find(dialect.reverseProxies, "dashboards") == nil)
      // The installation is told of before the extension is.
      try await fixture.wait("the extension says so") {
        try await fixture.extension(named: "dashboards").installedVersion == "1.1.0"
      }

      try await fixture.change("dashboards", .uninstall)
      try await fixture.wait("everything is gone") {
        try await fixture.cluster.find(dialect.installations, "dashboards") == nil
      }
      try await fixture.wait("nothing is under way") { !fixture.activity.isBusy }
    }

    #expect(try await fixture.releaseRecord("dashboards") == nil)
    #expect(try await fixture.settingsMap("dashboards").isEmpty)
    #expect(try await fixture.cluster.list(.deployments).isEmpty)
    #expect(try await fixture.extension(named: "dashboards").state == .none)
    #expect(try await fixture.extension(named: "dashboards").installedVersion == "")
  }

  private static func expectServing(_ fixture: ControllerFixture, _ state: Value) async throws {
    for resource in [fixture.dialect.jsBundles, fixture.dialect.apiServices] {
      try await fixture.wait("\(resource.plural) are \(state)") {
        let objects = try await fixture.cluster.list(resource)
        return !objects.isEmpty && objects.allSatisfy { $0.status["state"] == state }
      }
    }
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anUpgradeThatCannotBeFailsSaysWhyAndLeavesWhatRan(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publishMarketplace()

    try await fixture.withControllers {
      try await fixture.change("traffic-map", .install(version: "1.0.1", config: "readyAfter: 0"))
      try await fixture.wait(for: "traffic-map") { $0.state == .installed }
      try await fixture.change("traffic-map", .upgrade(to: "1.1.0"))
      let failed = try await fixture.wait(for: "traffic-map") { $0.state == .upgradeFailed }

      #expect(
        failed.message
          == "templates/policy.yaml: the cluster does not serve TrafficPolicy of mesh.meadow.example/v1, which traffic-map needs"
      )
      #expect(try await fixture.settingsMap("traffic-map")["version"] == "1.0.1")
      // The extension is told after the installation.
      try await fixture.wait("the extension says so too") {
        try await fixture.extension(named: "traffic-map").state.isFailure
      }

      try await fixture.change("traffic-map", .rollback(to: "1.0.1", config: "readyAfter: 0"))
      try await fixture.wait(for: "traffic-map") { $0.state == .installed }
    }
  }

  @Test func aSlowInstallationSaysWhatItWaitsForAndCanBeRemovedMeanwhile() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publishMarketplace()

    try await fixture.withControllers {
      try await fixture.change("backup-vault", .install(version: "1.0.0", config: "readyAfter: 3600\njobReadyAfter: 0"))
      let waiting = try await fixture.wait(for: "backup-vault") {
        $0.state == .installing && $0.message.contains("Deployment")
      }
      #expect(waiting.message.hasPrefix("waiting for Deployment extension-backup-vault/backup-vault: "))
      #expect(waiting.history.map(\.state) == [.preparing, .installing])
      #expect(fixture.activity.isBusy)

      try await fixture.change("backup-vault", .uninstall)
      try await fixture.wait("it is gone") { try await fixture.cluster.find(.installations, "backup-vault") == nil }
    }

    #expect(try await fixture.cluster.list(.deployments).isEmpty)
  }

  @Test func whatDoesNotBecomeReadyInTimeFailsAndSaysWhat() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publishMarketplace()
    var settings = fixture.settings()
    settings.readyTimeout = 0

    try await fixture.withControllers(settings) {
      try await fixture.change(
        "backup-vault", .install(version: "1.0.0", config: "readyAfter: 3600\njobReadyAfter: 3600"))
      let failed = try await fixture.wait(for: "backup-vault") { $0.state == .installFailed }

      #expect(failed.message.hasPrefix("not ready after 0 s: "))
      #expect(failed.message.hasSuffix("and 1 more"))
    }
  }

  @Test func aVersionThatIsNotThereFailsAndAnotherIsTaken() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publishMarketplace()

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "9.9.9", config: ""))
      let failed = try await fixture.wait(for: "log-lens") { $0.state == .installFailed }
      #expect(failed.message == "log-lens has no version 9.9.9")

      try await fixture.change("log-lens", .upgrade(to: "1.1.0"))
      try await fixture.wait(for: "log-lens") { $0.state == .installed }
    }
  }

  @Test func anObjectOfAnotherOwnerIsNotTaken() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens"])
    let theirs = Object(.configMaps, name: "log-lens-settings", namespace: "extension-log-lens", ["data": ["a": "b"]])
    try await fixture.cluster.ensureNamespace("extension-log-lens")
    _ = try await fixture.cluster.create(.configMaps, theirs)

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "1.0.0", config: ""))
      let failed = try await fixture.wait(for: "log-lens") { $0.state == .installFailed }
      #expect(
        failed.message
          == "templates/settings.yaml: ConfigMap extension-log-lens/log-lens-settings is there already and was not made by it"
      )
      try await fixture.change("log-lens", .uninstall)
      try await fixture.wait("it is gone") { try await fixture.cluster.find(.installations, "log-lens") == nil }
    }

    #expect(try await fixture.settingsMap("log-lens") == ["a": "b"])
  }

  @Test func whatDoesNotGoIsNamedAndGoesOnOnceItIsFree() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens"])
    var settings = fixture.settings()
    settings.readyTimeout = 0

    try await fixture.withControllers(settings) {
      try await fixture.change("log-lens", .install(version: "1.0.0", config: ""))
      try await fixture.wait(for: "log-lens") { $0.state == .installed }
      try await fixture.setBundleFinalizers(of: "log-lens", to: ["example.com/hold"])
      try await fixture.change("log-lens", .uninstall)
      let stuck = try await fixture.wait(for: "log-lens") { $0.state == .uninstallFailed }
      #expect(stuck.message == "still there after 0 s: JSBundle log-lens (held by its finalizers example.com/hold)")
      #expect(!fixture.activity.isBusy)

      try await fixture.setBundleFinalizers(of: "log-lens", to: [])
      try await fixture.wait("it is gone") { try await fixture.cluster.find(.installations, "log-lens") == nil }
    }
  }

  @Test func aSecondInstallationOfAnExtensionWaitsForTheFirstToGo() async throws {
    let fixture = try ControllerFixture(.subscription, hasAdmission: false)
    try await fixture.publish(["log-lens"])
    let spec: Value = ["extension": ["name": "log-lens", "version": "1.0.0"], "enabled": true]

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "1.1.0", config: ""))
      try await fixture.wait(for: "log-lens") { $0.state == .installed }
      _ = try await fixture.cluster.create(
        fixture.dialect.installations, Object(fixture.dialect.installations, name: "second", ["spec": spec]))
      let refused = try await fixture.wait(for: "second") { $0.state == .installFailed }
      #expect(refused.message == "log-lens is installed by the Subscription log-lens already")
      #expect(try await fixture.settingsMap("log-lens")["version"] == "1.1.0")

      try await fixture.change("log-lens", .uninstall)
      try await fixture.wait(for: "second") { $0.state == .installed }
      #expect(try await fixture.settingsMap("log-lens")["version"] == "1.0.0")
    }
  }

  @Test func aForcedRemovalDoesNotWait() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens"])

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "1.0.0", config: ""))
      try await fixture.wait(for: "log-lens") { $0.state == .installed }
      try await fixture.setBundleFinalizers(of: "log-lens", to: ["example.com/hold"])
      try await fixture.change("log-lens", .uninstall)
      try await fixture.wait(for: "log-lens") { $0.state == .uninstalling }
      _ = try await fixture.cluster.patch(
        .installations, "log-lens", ["metadata": ["annotations": ["kubesphere.io/force-delete": ""]]])
      try await fixture.wait("it is gone") { try await fixture.cluster.find(.installations, "log-lens") == nil }
    }
  }

  @Test(.enabled(if: ChartRenderer.found().engine != .substitution, "helm was not found"))
  func helmInstallsTheSame() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["cert-clock"])

    try await fixture.withControllers(fixture.settings(ChartRenderer.found().engine)) {
      try await fixture.change("cert-clock", .install(version: "1.0.0", config: "readyAfter: 0\nwarnDays: 3"))
      try await fixture.wait(for: "cert-clock") { $0.state == .installed }
    }

    #expect(try await fixture.settingsMap("cert-clock") == ["version": "1.0.0", "warnDays": "3", "namespaces": "*"])
  }
}

extension Resource {
  fileprivate static var installations: Resource { Dialect.installPlan.installations }
}
