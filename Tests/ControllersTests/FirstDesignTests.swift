import Client
import Manifest
import Platform
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI
@testable import Platform

/// What the controllers write in the words of the design as it was first written.
@Suite struct FirstDesignTests {
  private let dialect = Dialect.subscription

  @Test func versionsAreCalledWithAVAndExtensionsCarryTheLabelOfTheDesign() async throws {
    let fixture = try ControllerFixture(dialect)

    try await fixture.publish(["log-lens"])

    let names = try await fixture.cluster.list(dialect.extensionVersions).map(\.name)
    #expect(names == ["log-lens-v0.9.0", "log-lens-v1.0.0", "log-lens-v1.1.0"])
    let shelf = try await fixture.cluster.get(dialect.extensions, "log-lens")
    #expect(shelf.labels["extensions.kubesphere.io/category"] == "observability")
    #expect(try await fixture.cluster.list(.configMaps, namespace: PackageSource.namespace).count == 3)
  }

  @Test func objectsOfTheNamesOfBeforeGoAndTheirChartsStay() async throws {
    let fixture = try ControllerFixture(dialect)
    let former = Object(
      dialect.extensionVersions, name: "log-lens-1.0.0",
      labels: [dialect.extensionLabel: "log-lens", dialect.repositoryLabel: Catalogue.repositoryName],
      ["spec": ["version": "1.0.0"]])
    _ = try await fixture.cluster.create(dialect.extensionVersions, former)

    try await fixture.publish(["log-lens"])

    #expect(try await fixture.cluster.list(dialect.extensionVersions).count == 3)
    let version = try await ExtensionVersion.find("log-lens", "v1.0.0", in: fixture.cluster, dialect)
    #expect(version?.name == "log-lens-v1.0.0")
    #expect(try await version?.archive(from: fixture.cluster).isEmpty == false)
  }

  @Test func theExtensionSaysItsVersionsTheirMinimaAndTheRecommendedOne() async throws {
    let fixture = try ControllerFixture(dialect)
    for (name, number, minimum) in [
      ("devops-v0.10.1", "0.10.0", "1.17.0"), ("devops-v0.10.2", "v0.10.1", "v1.18.0"), ("x", "0.11.0", "9.0.0"),
    ] {
      let spec: Value = ["repo": "builtin", "version": .string(number), "minKubeVersion": .string(minimum)]
      let labels = name == "x" ? [dialect.extensionLabel: "devops"] : [:]
      _ = try await fixture.cluster.create(
        dialect.extensionVersions, Object(dialect.extensionVersions, name: name, labels: labels, ["spec": spec]))
    }
    _ = try await fixture.cluster.create(dialect.extensions, Object(dialect.extensions, name: "devops"))
    let versions: Value = [
      ["version": "0.10.0", "minKubeVersion": "1.17.0"], ["version": "v0.10.1", "minKubeVersion": "v1.18.0"],
      ["version": "0.11.0", "minKubeVersion": "9.0.0"],
    ]

    try await fixture.withControllers {
      try await fixture.wait("the versions") {
        let status = try await fixture.cluster.get(dialect.extensions, "devops").status
        return status["versions"] == versions && status["recommendVersion"] == "v0.10.1"
      }
    }
  }

  @Test func aVersionIsInstalledUnderEitherSpelling() async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens"])

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "v1.0.0", config: ""))
      try await fixture.wait(for: "log-lens") { $0.state == .installed }
      try await fixture.wait("the extension says so in helm's word") {
        let status = try await fixture.cluster.get(dialect.extensions, "log-lens").status
        return status["state"] == "deployed" && status["subscribedVersion"] == "v1.0.0"
      }
      let subscription = try await fixture.cluster.get(dialect.installations, "log-lens")
      #expect(subscription.status["state"] == "Installed")
    }
  }

  @Test func aSecondSubscriptionIsRefusedWithTheNameOfTheFirstAndSpoilsNothing() async throws {
    let fixture = try ControllerFixture(dialect, hasAdmission: false)
    try await fixture.publish(["log-lens"])

    try await fixture.withControllers {
      try await subscribe("log-lens-1.0.0", "1.0.0", in: fixture)
      try await fixture.wait(for: "log-lens-1.0.0") { $0.state == .installed }
      try await subscribe("another", "1.1.0", in: fixture)

      let refused = try await fixture.wait(for: "another") { $0.state == .installFailed }
      #expect(refused.message == "log-lens is installed by the Subscription log-lens-1.0.0 already")
      #expect(try await fixture.cluster.get(dialect.extensions, "log-lens").status["state"] == "deployed")
    }
  }

  @Test func anExtensionForgetsAFailureWhenItsSubscriptionGoes() async throws {
    let fixture = try ControllerFixture(dialect, hasAdmission: false)
    try await fixture.publish(["log-lens"])
    // No label may be as long, so that nothing can be kept of its release.
    let name = "log-lens-" + String(repeating: "x", count: 60)

    try await fixture.withControllers {
      try await subscribe(name, "1.0.0", in: fixture)
      try await fixture.wait(for: name) { $0.state == .installFailed }
      try await fixture.wait("the extension says so") {
        try await fixture.cluster.get(dialect.extensions, "log-lens").status["state"] == "failed"
      }
      try await fixture.cluster.delete(dialect.installations, name)
      try await fixture.wait("it says no more") {
        let status = try await fixture.cluster.get(dialect.extensions, "log-lens").status
        return status["state"] == "" && status["subscribedVersion"] == "" && status["conditions"] == []
      }
    }
  }

  @Test func whatNamesOnlyItsReleaseIsSwitchedWithItsExtension() async throws {
    let fixture = try ControllerFixture(dialect)
    let bundle = Object(dialect.jsBundles, name: "by-hand", ["spec": ["raw": "x", "filenameOverride": "main.js"]])
    let annotated = bundle.value.setting(["metadata", "annotations"], to: ["meta.helm.sh/release-name": "devops-1"])
    _ = try await fixture.cluster.create(dialect.jsBundles, Object(annotated))
    let owners = ReleaseOwners(names: [("devops-0.10.0", "devops-1", "devops")])

    try await ServingSwitch(cluster: fixture.cluster, dialect: dialect, owners: owners).set("devops", isEnabled: false)

    let status = try await fixture.cluster.get(dialect.jsBundles, "by-hand").status
    #expect(status == ["state": "Disabled", "link": "/dist/devops/main.js"])
  }

  @Test(arguments: [Dialect.subscription, .installPlan], ["", "No_Name"])
  func anExtensionWithoutANameIsToldOf(dialect: Dialect, name: String) async throws {
    // The definitions of another era may take it.
    let fixture = try ControllerFixture(dialect, hasAdmission: false)
    let kind = dialect.installations.kind
    let refuses = dialect == .subscription
    let object = Object(
      dialect.installations, name: "a",
      ["spec": ["extension": ["name": .string(name), "version": "1.0.0"], "enabled": true]])
    if refuses {
      await #expect(throws: ClusterError.self, "\(kind)") {
        try await fixture.cluster.create(dialect.installations, object)
      }
      return
    }
    _ = try await fixture.cluster.create(dialect.installations, object)

    try await fixture.withControllers {
      let told = try await fixture.wait(for: "a") { $0.state == .installFailed }
      #expect(told.message == "spec.extension.name: \"\(name)\" is no name of an extension")
      try await fixture.cluster.remove(dialect.installations, "a")
      try await fixture.wait("it goes") { try await fixture.cluster.find(dialect.installations, "a") == nil }
    }
  }

  @Test func theLogGoesWithItsSubscription() async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens"])

    try await fixture.withControllers {
      try await subscribe("log-lens-1.0.0", "1.0.0", in: fixture)
      try await fixture.wait(for: "log-lens-1.0.0") { $0.state == .installed }
      let log = try await fixture.cluster.find(.configMaps, namespace: "chosen", "ksx-log.log-lens-1.0.0")
      #expect(log?.value[path: "metadata", "ownerReferences"]?.sequence?.first?["kind"] == "Subscription")

      try await fixture.cluster.remove(dialect.installations, "log-lens-1.0.0")
      try await fixture.wait("the log goes") {
        try await fixture.cluster.find(.configMaps, namespace: "chosen", "ksx-log.log-lens-1.0.0") == nil
      }
    }
    #expect(try await fixture.cluster.find(dialect.installations, "log-lens-1.0.0") == nil)
  }

  @Test func theNamespaceIsChosenAndAnotherOneLaterIsRefusedWhateverTheServerTakes() async throws {
    let fixture = try ControllerFixture(dialect, hasAdmission: false)
    try await fixture.publish(["log-lens"])

    try await fixture.withControllers {
      try await subscribe("log-lens-1.0.0", "1.0.0", in: fixture)
      try await fixture.wait(for: "log-lens-1.0.0") { $0.state == .installed }
      #expect(try await fixture.cluster.find(.configMaps, namespace: "chosen", "log-lens-settings") != nil)

      try await move("log-lens-1.0.0", to: "elsewhere", in: fixture)
      let refused = try await fixture.wait(for: "log-lens-1.0.0") { $0.message.hasPrefix("targetNamespace") }
      #expect(refused.message == "targetNamespace elsewhere is refused: the release is in chosen and cannot move")
      #expect(refused.state == .installed)
      #expect(refused.targetNamespace == "chosen")
      #expect(refused.pending == ["namespace elsewhere is refused, the release stays in chosen"])

      try await move("log-lens-1.0.0", to: "chosen", in: fixture)
      try await fixture.wait(for: "log-lens-1.0.0") { $0.message.hasPrefix("version 1.0.0") }
    }
  }

  @Test func aSubscriptionThatComesBeforeItsChartIsCarriedOutOnceThatIsOffered() async throws {
    let fixture = try ControllerFixture(dialect)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    // As in the design's own example, an object of that version may be there without a chart.
    let written = Object(
      dialect.extensionVersions, name: "log-lens-v1.0.1", ["spec": ["version": "1.0.0", "repo": "own"]])
    _ = try await fixture.cluster.create(dialect.extensionVersions, written)
    _ = try await fixture.cluster.create(dialect.extensions, Object(dialect.extensions, name: "log-lens"))

    try await fixture.withControllers {
      try await subscribe("log-lens-1.0.0", "1.0.0", in: fixture)
      let failed = try await fixture.wait(for: "log-lens-1.0.0") { $0.state == .installFailed }
      #expect(failed.message.hasPrefix("the chart of log-lens-v1.0.1: "), "\(failed.message)")

      // The controllers at work read it: another reader of the test's own would be in their way.
      try ChartRepository(folder: folder.path).write(Catalogue.packages(of: ["log-lens"]))
      try await Catalogue.register(folder: folder.path, in: fixture.cluster, dialect: dialect)
      try await fixture.wait(for: "log-lens-1.0.0") { $0.state == .installed }
    }
  }

  @Test func whatAnotherClientWritesOverTheStatusOfAnExtensionIsSetRight() async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens"])

    try await fixture.withControllers {
      try await subscribe("log-lens-1.0.0", "1.0.0", in: fixture)
      try await fixture.wait(for: "log-lens-1.0.0") { $0.state == .installed }
      _ = try await fixture.cluster.patch(
        dialect.extensions, "log-lens", ["status": ["state": "uninstalling", "subscribedVersion": "9"]])
      try await fixture.wait("it says again what is") {
        let status = try await fixture.cluster.get(dialect.extensions, "log-lens").status
        return status["state"] == "deployed" && status["subscribedVersion"] == "1.0.0"
      }
    }
  }

  private func subscribe(
    _ name: String, _ version: String, in fixture: ControllerFixture
  ) async throws {
    let spec: Value = [
      "extension": ["name": "log-lens", "version": .string(version)], "enabled": true,
      "targetNamespace": "chosen", "config": ["keepDays": "3"],
    ]
    _ = try await fixture.cluster.create(
      dialect.installations, Object(dialect.installations, name: name, ["spec": spec]))
  }

  private func move(_ name: String, to namespace: String, in fixture: ControllerFixture) async throws {
    _ = try await fixture.cluster.patch(
      dialect.installations, name, ["spec": ["targetNamespace": .string(namespace)]])
  }

  private static let words: [(InstallationState, String?, String)] = [
    (.preparing, nil, "pending-install"), (.installing, nil, "pending-install"),
    (.preparing, "1.0.0", "pending-upgrade"),
    (.upgrading, "1.0.0", "pending-upgrade"), (.upgrading, "v1.2.0", "pending-rollback"),
    (.installed, "1.1.0", "deployed"), (.installFailed, nil, "failed"), (.upgradeFailed, "1.0.0", "failed"),
    (.uninstalling, "1.1.0", "uninstalling"), (.uninstallFailed, "1.1.0", "failed"), (.uninstalled, "1.1.0", ""),
  ]

  @Test(arguments: words)
  func theStateOfAnExtensionIsHelmsWord(state: InstallationState, deployed: String?, word: String) {
    var record = ReleaseRecord(
      name: "bell", release: "bell", namespace: "ns", attempt: .init(version: "1.1.0", config: ""),
      at: Timestamp(secondsSince1970: 0))
    record.state = state
    record.deployed = deployed.map { .init(version: $0, config: "") }
    let desired = DesiredState(version: "1.1.0", config: "", isEnabled: true, isDeletion: false)

    let status = InstallationStatus(dialect: dialect, record: record)

    #expect(status.extension(desired)["state"] == .string(word))
    #expect(status.extension(desired)["subscribedVersion"] == .string(word.isEmpty ? "" : deployed ?? ""))
    #expect(status.installation["state"] == .string(state.word))
  }

  @Test(arguments: [
    ("10m", 600, 900), ("1h", 3600, 3600), ("1s", 10, 900), ("soon", 900, 900), ("", 900, 900),
  ])
  func tenMinutesAreTenMinutesHere(interval: String, here: Int, shipped: Int) {
    let repository = Object(["spec": ["updateStrategy": ["registryPoll": ["interval": .string(interval)]]]])

    #expect(SyncSchedule(repository, dialect: dialect).interval == here)
    #expect(SyncSchedule(repository, dialect: .installPlan).interval == shipped)
  }

  @Test func aReleaseStaysThatOfItsExtension() async throws {
    let fixture = try ControllerFixture(dialect, hasAdmission: false)
    try await fixture.publish(["log-lens", "build-bell"])

    try await fixture.withControllers {
      try await subscribe("log-lens", "1.0.0", in: fixture)
      try await fixture.wait(for: "log-lens") { $0.state == .installed }
      let other: Value = ["spec": ["extension": ["name": "build-bell", "version": "1.1.0"]]]
      _ = try await fixture.cluster.patch(dialect.installations, "log-lens", .merge(other))

      try await fixture.wait("it is refused") {
        let status = try await fixture.cluster.get(dialect.installations, "log-lens").status
        return status["conditions"]?.sequence?.first?["message"]
          == "spec.extension.name build-bell is refused: log-lens is installed by it"
      }
      #expect(try await fixture.cluster.get(dialect.extensions, "log-lens").status["subscribedVersion"] == "1.0.0")
      #expect(try await fixture.cluster.get(dialect.extensions, "build-bell").status["state"]?.string ?? "" == "")
      try await fixture.cluster.delete(dialect.installations, "log-lens")
      try await fixture.wait("all of it is gone") {
        let bundles = try await fixture.cluster.list(dialect.jsBundles)
        return try await fixture.cluster.find(dialect.installations, "log-lens") == nil && bundles.isEmpty
      }
    }
  }
}
