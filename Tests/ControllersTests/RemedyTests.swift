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

/// What hurts with the shipped controller, and must not with this one.
@Suite struct RemedyTests {
  private static let quick = "readyAfter: 0\njobReadyAfter: 0\n"

  /// Looks at one installation until there is nothing to do.
  private func settle(
    _ fixture: ControllerFixture, _ name: String = "cert-clock", in cluster: Cluster? = nil,
    _ change: (inout ControllerSettings) -> Void = { _ in }
  ) async throws {
    var settings = fixture.settings()
    change(&settings)
    let work = InstallationReconciler(
      cluster: cluster ?? fixture.cluster, dialect: fixture.dialect, settings: settings)
    let kubelet = WorkloadReconciler(cluster: fixture.cluster)
    for _ in 0..<300 {
      do throws(ReconcileError) {
        guard case .after = try await work.reconcile(name) else { return }
      } catch {
        guard case .lostRace = error else { return }
      }
      for resource in WorkloadReconciler.kinds {
        for object in try await fixture.cluster.list(resource) {
          _ = try await kubelet.reconcile("\(resource.plural)/\(object.namespace ?? "")/\(object.name)")
        }
      }
    }
    Issue.record("it never came to rest")
  }

  private func installation(_ fixture: ControllerFixture, _ name: String = "cert-clock") async throws -> Installation {
    Installation(try await fixture.cluster.get(fixture.dialect.installations, name))
  }

  /// Looks at an installation four times, a minute after another, and how it was after each.
  private func looks(at name: String, in fixture: ControllerFixture) async throws -> [String] {
    let seconds = Locked(1_800_000_000)
    var settings = fixture.settings()
    settings.now = { Timestamp(secondsSince1970: seconds.withLock { $0 }) }
    let work = InstallationReconciler(cluster: fixture.cluster, dialect: fixture.dialect, settings: settings)
    var seen: [String] = []
    for _ in 0..<4 {
      var next = ReconcileResult.atOnce
      do throws(ReconcileError) {
        while next == .atOnce { next = try await work.reconcile(name) }
        #expect(next == .whenChanged)
      } catch {
        // It is put off, longer each time, by the queue.
      }
      let object = try await fixture.cluster.get(fixture.dialect.installations, name)
      seen.append("\(object.resourceVersion) \(object.status["state"]?.string ?? "")")
      seconds.withLock { $0 += 60 }
    }
    return seen
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatHasFailedRestsAndIsNotSaidAgain(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.change("cert-clock", .install(version: "9.9.9", config: ""))

    let seen = try await looks(at: "cert-clock", in: fixture)

    #expect(Set(seen).count == 1 && seen[0].hasSuffix(" InstallFailed"))
  }

  @Test func whatFailsBeforeThereIsARecordIsSaidOnce() async throws {
    let fixture = try ControllerFixture(.subscription, hasAdmission: false)
    let resource = fixture.dialect.installations
    // No namespace can be called so, and another is asked for once that has been tried.
    let spec: Value = [
      "extension": ["name": "bell", "version": "1.0.0"], "enabled": true, "targetNamespace": "elsewhere",
    ]
    let object = Object(
      resource, name: "bell", annotations: [InstallationReconciler.namespaceAnnotation: "Bell"], ["spec": spec])
    let finalizers: Value = [.string(fixture.dialect.installationFinalizer)]
    _ = try await fixture.cluster.create(
      resource, Object(object.value.setting(["metadata", "finalizers"], to: finalizers)))

    let seen = try await looks(at: "bell", in: fixture)

    #expect(Set(seen).count == 1 && seen[0].hasSuffix(" InstallFailed"), "\(seen)")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aVersionThatAppearsWakesItsInstallation(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    let folder = TemporaryFolder()
    try ChartRepository(folder: folder.path).write(Catalogue.packages(of: ["cert-clock"]))

    try await fixture.withControllers {
      try await fixture.change("cert-clock", .install(version: "1.2.0", config: Self.quick))
      try await fixture.wait(for: "cert-clock") { $0.observed.state == .installFailed }
      try await Catalogue.register(folder: folder.path, in: fixture.cluster, dialect: dialect)
      try await fixture.wait(for: "cert-clock") { $0.observed.state == .installed }
    }
  }

  @Test(arguments: 0..<24) func aConflictAtAnyWriteLeavesNothingHalfDone(number: Int) async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["cert-clock"])
    try await fixture.change("cert-clock", .install(version: "1.2.0", config: Self.quick))
    let inner = fixture.cluster.transport
    let writes = Locked(0)
    let conflicting = ScriptedTransport { (request, _) async throws(TransportError) in
      let isHit =
        request.method == .patch
        && writes.withLock { writes in
          writes += 1
          return writes == number + 1
        }
      if isHit {
        return .json(409, #"{"kind":"Status","reason":"Conflict","message":"the object has been modified","code":409}"#)
      }
      return try await inner.send(request)
    }

    try await settle(fixture, in: Cluster(transport: conflicting))

    #expect(try await installation(fixture).observed.state == .installed)
  }

  @Test func aFailedAttemptIsMadeOnceAndToldWithItsCause() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["cert-clock"])
    try await fixture.change("cert-clock", .install(version: "1.2.0", config: "only words\n"))

    for _ in 0..<5 { try await settle(fixture) }

    let record = try #require(try await fixture.releaseRecord("cert-clock"))
    #expect(record.state == .installFailed && record.revision == 1)
    let events = try await fixture.cluster.list(.events, namespace: "default").filter {
      $0.value[path: "involvedObject", "kind"]?.string == "InstallPlan"
    }
    #expect(events.count == 1 && events.first?.value["reason"] == "InstallFailed")
    #expect(events.first?.value["count"] == 1)
    let message = events.first?.value["message"]?.string ?? ""
    #expect(message.hasPrefix("the config: "), "\(message)")
    #expect(try await installation(fixture).message == message)
  }

  @Test func aClockThatRanAheadFreezesNothing() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["cert-clock"])
    try await fixture.change("cert-clock", .install(version: "1.0.0", config: Self.quick))
    try await settle(fixture) { $0.now = { Timestamp(secondsSince1970: 4_000_000_000) } }
    #expect(try await installation(fixture).observed.state == .installed)

    try await fixture.change("cert-clock", .upgrade(to: "1.2.0"))
    try await settle(fixture) { $0.now = { Timestamp(secondsSince1970: 1_800_000_000) } }

    #expect(try await fixture.releaseRecord("cert-clock")?.deployed?.version == "1.2.0")
    try await fixture.change("cert-clock", .uninstall)
    try await settle(fixture)
    #expect(try await fixture.cluster.find(fixture.dialect.installations, "cert-clock") == nil)
  }

  @Test func anInstallationInheritsNothingFromThePredecessorThatJustLeft() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["cert-clock"])

    try await fixture.withControllers {
      for _ in 0..<5 {
        try await fixture.change("cert-clock", .install(version: "1.0.0", config: Self.quick))
        let made = try await fixture.wait(for: "cert-clock") { $0.observed.state == .installed }
        let object = try await fixture.cluster.get(fixture.dialect.installations, "cert-clock")
        let history = object.status["stateHistory"]?.sequence ?? []
        #expect(history.compactMap { $0["state"]?.string } == ["Preparing", "Installing", "Installed"], "\(made)")
        try await fixture.change("cert-clock", .uninstall)
        // As soon as it is gone, and no later.
        try await fixture.wait("it is gone") {
          try await fixture.cluster.find(fixture.dialect.installations, "cert-clock") == nil
        }
      }
    }
  }

  @Test func chartsThatHangDelayNoOtherInstallation() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["cert-clock"])
    let server = try ChartServer()
    server.depart("never.tgz", .silence)
    let dialect = fixture.dialect
    for number in 0..<6 {
      let name = "stuck-\(number)"
      let version = Object(
        dialect.extensionVersions, name: "\(name)-1.0.0", labels: [dialect.extensionLabel: name],
        ["spec": ["version": "1.0.0", "chartURL": .string(server.url + "/never.tgz")]])
      _ = try await fixture.cluster.create(dialect.extensionVersions, version)
      try await fixture.change(name, .install(version: "1.0.0", config: ""))
    }

    try await fixture.withControllers {
      await eventually("all six hang") { server.requests.count == 6 }
      try await fixture.change("cert-clock", .install(version: "1.2.0", config: Self.quick))
      try await fixture.wait(for: "cert-clock") { $0.observed.state == .installed }
    }
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatIsDoneIsToldWhileItGoesOn(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["cert-clock"])
    func log() async throws -> String {
      let map = try await fixture.cluster.find(
        .configMaps, namespace: "extension-cert-clock", Installation.logName(of: "cert-clock"))
      return map?.value[path: "data", InstallationLog.key]?.string ?? ""
    }

    try await fixture.change("cert-clock", .install(version: "1.2.0", config: "readyAfter: 3600\njobReadyAfter: 0\n"))
    let work = InstallationReconciler(cluster: fixture.cluster, dialect: dialect, settings: fixture.settings())
    for _ in 0..<12 { _ = try await work.reconcile("cert-clock") }
    let before = try await log()
    for line in ["revision 1: version 1.2.0", "Preparing", "rendered ", "applied Deployment", "waiting for "] {
      #expect(before.containsText(line), "\(before)")
    }
    _ = try await work.reconcile("cert-clock")
    #expect(try await log() == before)

    try await fixture.change("cert-clock", .uninstall)
    await eventually("the log goes with what it tells of") {
      try? await settle(fixture)
      return (try? await log().isEmpty) == true
    }
  }

  @Test func whatIsAsItShouldBeIsNotWrittenAgain() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["cert-clock"])
    try await fixture.change("cert-clock", .install(version: "1.2.0", config: Self.quick))
    try await settle(fixture)
    let inner = fixture.cluster.transport
    let counting = ScriptedTransport { (request, _) async throws(TransportError) in try await inner.send(request) }

    try await settle(fixture, in: Cluster(transport: counting))

    #expect(counting.requests.allSatisfy { $0.method == .get })
  }

  @Test func theRightsOfTheChartAreListedOneByOne() throws {
    let root = #filePath.split(separator: "/").dropLast(3).map(String.init).joined(separator: "/")
    let text = try Files.text("/\(root)/deploy/ksxd/templates/rbac.yaml")
    let roles = text.lines.filter { !$0.containsText("{{") || $0.containsText("namespace:") }
      .joined(separator: "\n").replacingText("{{ .Release.Namespace }}", with: "ns")

    let documents = try YAML.documents(roles).map(\.value)

    #expect(documents.count == 11)
    for rule in documents.flatMap({ $0["rules"]?.sequence ?? [] }) {
      for key in ["apiGroups", "resources", "verbs"] {
        #expect(rule[key]?.sequence?.isEmpty == false && rule[key]?.sequence?.contains("*") == false)
      }
    }
  }
}
