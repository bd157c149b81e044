import Client
import Extensions
import Manifest
import Testing

@testable import Backend
@testable import KubernetesAPI
@testable import Packages

/// Whole lives of installations, through the API, in both dialects.
@Suite struct ControllersLifeTests {
  @Test(arguments: [Dialect.installPlan, .subscription])
  func theMarketplaceIsPublished(dialect: Dialect) async throws {
    let house = try House(dialect)
    let count = CatalogueEntries.all.map(\.versions.count).reduce(0, +)

    try await house.withControllers {
      try await Catalogue.register(folder: try house.repositoryFolder, in: house.cluster, dialect: dialect)
      try await house.wait("every version and every count") {
        let versions = try await house.cluster.list(dialect.extensionVersions)
        let counts = try await house.cluster.list(dialect.categories).map {
          $0.annotations["kubesphere.io/count"].flatMap(Int.init) ?? 0
        }
        return versions.count == count && counts.reduce(0, +) == CatalogueEntries.all.count
      }
      try await house.wait("the event") {
        try await house.cluster.list(.events, namespace: "default").contains { $0.value["reason"] == "Synced" }
      }
      try await house.wait("the recommended version") {
        try await house.shelf("snapshot-wheel").recommendedVersion == "1.1.0"
      }
    }

    #expect(try await house.shelf("snapshot-wheel").versions == ["1.0.0", "1.1.0", "2.0.0"])
    #expect(try await house.shelf("cache-garden").recommendedVersion == "1.0.0-rc.1")
    let version = ExtensionVersion(
      try await house.cluster.get(dialect.extensionVersions, "dashboards-2.0.0"), dialect: dialect)
    #expect(try await version.package(from: house.cluster).readme(in: "zh")?.contains("仪表盘") == true)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anExtensionIsInstalledChangedSwitchedOffAndRemoved(dialect: Dialect) async throws {
    let house = try House(dialect)
    try await house.publishMarketplace()

    try await house.withControllers {
      try await house.change("dashboards", .install(version: "1.1.0", config: "readyAfter: 0\n"))
      let installed = try await house.wait(for: "dashboards") { $0.state == .installed }
      #expect(installed.message == "version 1.1.0, revision 1")
      try await Self.expectServing(house, "Available")
      #expect(try await house.settingsMap("dashboards")["refreshSeconds"] == "30")

      try await house.change("dashboards", .upgrade(to: "2.0.0"))
      try await house.wait(for: "dashboards") { $0.state == .installed && $0.message.hasPrefix("version 2.0.0") }
      try await house.wait("the proxy of the new version") {
        try await house.cluster.find(dialect.reverseProxies, "dashboards")?.status["state"] == "Available"
      }

      try await house.change("dashboards", .configure(config: "readyAfter: 0\nrefreshSeconds: 5\n"))
      try await house.wait(for: "dashboards") { $0.state == .installed && $0.message.hasSuffix("revision 3") }
      #expect(try await house.settingsMap("dashboards")["refreshSeconds"] == "5")

      try await house.change("dashboards", .disable)
      try await house.wait("what is served is switched off") {
        try await house.cluster.find(dialect.jsBundles, "dashboards")?.status["state"] == "Disabled"
      }
      try await house.change("dashboards", .enable)
      try await Self.expectServing(house, "Available")

      try await house.change("dashboards", .rollback(to: "1.1.0", config: "readyAfter: 0\n"))
      try await house.wait(for: "dashboards") { $0.state == .installed && $0.message.hasPrefix("version 1.1.0") }
      #expect(try await house.settingsMap("dashboards")["refreshSeconds"] == "30")
      #expect(try await house.cluster.find(dialect.reverseProxies, "dashboards") == nil)
      #expect(try await house.shelf("dashboards").installedVersion == "1.1.0")

      try await house.change("dashboards", .uninstall)
      try await house.wait("everything is gone") {
        try await house.cluster.find(dialect.installations, "dashboards") == nil
      }
      try await house.wait("nothing is under way") { !house.activity.isBusy }
    }

    #expect(try await house.record("dashboards") == nil)
    #expect(try await house.settingsMap("dashboards").isEmpty)
    #expect(try await house.cluster.list(.deployments).isEmpty)
    #expect(try await house.shelf("dashboards").state == .none)
    #expect(try await house.shelf("dashboards").installedVersion == "")
  }

  private static func expectServing(_ house: House, _ state: Value) async throws {
    for resource in [house.dialect.jsBundles, house.dialect.apiServices] {
      try await house.wait("\(resource.plural) are \(state)") {
        let objects = try await house.cluster.list(resource)
        return !objects.isEmpty && objects.allSatisfy { $0.status["state"] == state }
      }
    }
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anUpgradeThatCannotBeFailsSaysWhyAndLeavesWhatRan(dialect: Dialect) async throws {
    let house = try House(dialect)
    try await house.publishMarketplace()

    try await house.withControllers {
      try await house.change("traffic-map", .install(version: "1.0.1", config: "readyAfter: 0"))
      try await house.wait(for: "traffic-map") { $0.state == .installed }
      try await house.change("traffic-map", .upgrade(to: "1.1.0"))
      let failed = try await house.wait(for: "traffic-map") { $0.state == .upgradeFailed }

      #expect(
        failed.message
          == "templates/policy.yaml: the cluster does not serve TrafficPolicy of mesh.meadow.example/v1, which traffic-map needs"
      )
      #expect(try await house.settingsMap("traffic-map")["version"] == "1.0.1")
      #expect(try await house.shelf("traffic-map").state == .upgradeFailed)

      try await house.change("traffic-map", .rollback(to: "1.0.1", config: "readyAfter: 0"))
      try await house.wait(for: "traffic-map") { $0.state == .installed }
    }
  }

  @Test func aSlowInstallationSaysWhatItWaitsForAndCanBeRemovedMeanwhile() async throws {
    let house = try House(.installPlan)
    try await house.publishMarketplace()

    try await house.withControllers {
      try await house.change("backup-vault", .install(version: "1.0.0", config: "readyAfter: 3600\njobReadyAfter: 0"))
      let waiting = try await house.wait(for: "backup-vault") {
        $0.state == .installing && $0.message.contains("Deployment")
      }
      #expect(waiting.message.hasPrefix("waiting for Deployment extension-backup-vault/backup-vault: "))
      #expect(waiting.history.map(\.state) == [.preparing, .installing])
      #expect(house.activity.isBusy)

      try await house.change("backup-vault", .uninstall)
      try await house.wait("it is gone") { try await house.cluster.find(.installations, "backup-vault") == nil }
    }

    #expect(try await house.cluster.list(.deployments).isEmpty)
  }

  @Test func whatDoesNotBecomeReadyInTimeFailsAndSaysWhat() async throws {
    let house = try House(.installPlan)
    try await house.publishMarketplace()
    var settings = house.settings()
    settings.readyTimeout = 0

    try await house.withControllers(settings) {
      try await house.change(
        "backup-vault", .install(version: "1.0.0", config: "readyAfter: 3600\njobReadyAfter: 3600"))
      let failed = try await house.wait(for: "backup-vault") { $0.state == .installFailed }

      #expect(failed.message.hasPrefix("not ready after 0 s: "))
      #expect(failed.message.hasSuffix("and 1 more"))
    }
  }

  @Test func aVersionThatIsNotThereFailsAndAnotherIsTaken() async throws {
    let house = try House(.installPlan)
    try await house.publishMarketplace()

    try await house.withControllers {
      try await house.change("log-lens", .install(version: "9.9.9", config: ""))
      let failed = try await house.wait(for: "log-lens") { $0.state == .installFailed }
      #expect(failed.message == "log-lens has no version 9.9.9: there is no ExtensionVersion log-lens-9.9.9")

      try await house.change("log-lens", .upgrade(to: "1.1.0"))
      try await house.wait(for: "log-lens") { $0.state == .installed }
    }
  }

  @Test func anObjectOfSomebodyElseIsNotTaken() async throws {
    let house = try House(.installPlan)
    try await house.publish(["log-lens"])
    let theirs = Object(.configMaps, name: "log-lens-settings", namespace: "extension-log-lens", ["data": ["a": "b"]])
    try await house.cluster.ensureNamespace("extension-log-lens")
    _ = try await house.cluster.create(.configMaps, theirs)

    try await house.withControllers {
      try await house.change("log-lens", .install(version: "1.0.0", config: ""))
      let failed = try await house.wait(for: "log-lens") { $0.state == .installFailed }
      #expect(
        failed.message
          == "templates/settings.yaml: ConfigMap extension-log-lens/log-lens-settings is there already and was not made by it"
      )
      try await house.change("log-lens", .uninstall)
      try await house.wait("it is gone") { try await house.cluster.find(.installations, "log-lens") == nil }
    }

    #expect(try await house.settingsMap("log-lens") == ["a": "b"])
  }

  @Test func whatDoesNotGoIsNamedAndGoesOnOnceItIsFree() async throws {
    let house = try House(.installPlan)
    try await house.publish(["log-lens"])
    var settings = house.settings()
    settings.readyTimeout = 0

    try await house.withControllers(settings) {
      try await house.change("log-lens", .install(version: "1.0.0", config: ""))
      try await house.wait(for: "log-lens") { $0.state == .installed }
      try await house.hold("log-lens", with: ["example.com/hold"])
      try await house.change("log-lens", .uninstall)
      let stuck = try await house.wait(for: "log-lens") { $0.state == .uninstallFailed }
      #expect(stuck.message == "still there after 0 s: JSBundle log-lens")
      #expect(!house.activity.isBusy)

      try await house.hold("log-lens", with: [])
      try await house.wait("it is gone") { try await house.cluster.find(.installations, "log-lens") == nil }
    }
  }

  @Test func aSecondInstallationOfAnExtensionWaitsForTheFirstToGo() async throws {
    let house = try House(.subscription)
    try await house.publish(["log-lens"])
    let spec: Value = ["extension": ["name": "log-lens", "version": "1.0.0"], "enabled": true]

    try await house.withControllers {
      try await house.change("log-lens", .install(version: "1.1.0", config: ""))
      try await house.wait(for: "log-lens") { $0.state == .installed }
      _ = try await house.cluster.create(
        house.dialect.installations, Object(house.dialect.installations, name: "second", ["spec": spec]))
      let refused = try await house.wait(for: "second") { $0.state == .installFailed }
      #expect(refused.message == "log-lens is installed by the Subscription log-lens already")
      #expect(try await house.settingsMap("log-lens")["version"] == "1.1.0")

      try await house.change("log-lens", .uninstall)
      try await house.wait(for: "second") { $0.state == .installed }
      #expect(try await house.settingsMap("log-lens")["version"] == "1.0.0")
    }
  }

  @Test func aForcedRemovalDoesNotWait() async throws {
    let house = try House(.installPlan)
    try await house.publish(["log-lens"])

    try await house.withControllers {
      try await house.change("log-lens", .install(version: "1.0.0", config: ""))
      try await house.wait(for: "log-lens") { $0.state == .installed }
      try await house.hold("log-lens", with: ["example.com/hold"])
      try await house.change("log-lens", .uninstall)
      try await house.wait(for: "log-lens") { $0.state == .uninstalling }
      _ = try await house.cluster.patch(
        .installations, "log-lens", ["metadata": ["annotations": ["kubesphere.io/force-delete": ""]]])
      try await house.wait("it is gone") { try await house.cluster.find(.installations, "log-lens") == nil }
    }
  }

  @Test(.enabled(if: ChartRenderer.found().engine != .substitution, "helm was not found"))
  func helmInstallsTheSame() async throws {
    let house = try House(.installPlan)
    try await house.publish(["cert-clock"])

    try await house.withControllers(house.settings(ChartRenderer.found().engine)) {
      try await house.change("cert-clock", .install(version: "1.0.0", config: "readyAfter: 0\nwarnDays: 3"))
      try await house.wait(for: "cert-clock") { $0.state == .installed }
    }

    #expect(try await house.settingsMap("cert-clock") == ["version": "1.0.0", "warnDays": "3", "namespaces": "*"])
  }
}

extension Resource {
  fileprivate static var installations: Resource { Dialect.installPlan.installations }
}
