import Client
import Extensions
import HTTP
import Manifest
import Packages
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

@Suite struct ControllersRepositoryTests {
  @Test func aProviderThatYAMLReadsAsABooleanIsPublishedAsAText() async throws {
    let fixture = try ControllerFixture(.installPlan)
    let manifest = "name: quince\nversion: 1.0.0\ncategory: fruit\nprovider: {en: {name: yes, url: 5}}\n"
    let package = Package(files: [
      "Chart.yaml": Array("apiVersion: v2\nname: quince\nversion: 1.0.0\n".utf8),
      "extension.yaml": Array(manifest.utf8),
    ])
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write([.init(package: package, chart: try package.chart(), created: "")])

    try await fixture.synchronize(folder.path)

    let published = try await fixture.cluster.get(fixture.dialect.extensions, "quince")
    #expect(published.spec[path: "provider", "en"] == ["name": "true", "url": "5"])
  }

  @Test(arguments: [
    ("Bell", "1.0.0", "the name is not a DNS name of at most 63 characters"),
    ("../bell", "1.0.0", "the name is not a DNS name of at most 63 characters"),
    ("bell", "one", "the version is not a semantic version"),
    ("bell", "1.0.0+build", "the version has build metadata, which no object's name can have"),
    ("bell", "1.0.0-RC1", "the version cannot be part of an object's name"),
  ])
  func entriesThatCannotBeObjectsAreRefusedWithTheReason(name: String, version: String, reason: String) throws {
    let index = try ChartIndex(
      "entries: {\"\(name)\": [{version: \"\(version)\", urls: [a.tgz]}], good: [{version: 1.0.0, urls: [b.tgz]}]}")

    #expect(index.refused == ["\(name) \(version): \(reason)"])
    #expect(index.entries.keys.sorted() == ["good"])
  }

  @Test(arguments: [("bell", "v1.0.0"), ("bell", "1.0"), ("my.bell", "1.0.0")])
  func whatMastermindsReadsIsAVersionAndANameMayHaveDots(name: String, version: String) throws {
    let index = try ChartIndex("entries: {\"\(name)\": [{version: \"\(version)\", urls: [a.tgz]}]}")

    #expect(index.refused == [])
    #expect(index.entries[name]?.map(\.version) == [version])
  }

  @Test func versionsAreSortedAndTheFirstOfTwoEqualOnesCounts() throws {
    let index = try ChartIndex(
      """
      entries:
        bell:
        - {version: 1.9.0, urls: [a], digest: SHA256:AB}
        - {version: 1.10.0, urls: [b]}
        - {version: 1.9.0, urls: [c]}
      """)

    #expect(index.entries["bell"]?.map(\.version) == ["1.10.0", "1.9.0"])
    #expect(index.entries["bell"]?.last?.url == "a")
    #expect(index.entries["bell"]?.last?.digest == "ab")
  }

  @Test(arguments: ["", "entries: 5", "[1]", "a: ["])
  func aTextThatIsNoIndexIsRefused(text: String) {
    #expect(throws: SyntaxError.self) { try ChartIndex(text) }
  }

  @Test(arguments: [
    ("file:///a/../etc", "file:///a/../etc is not an address that can be read"), ("", "the repository has no address"),
    ("registry.example.com/museum:1", "registry.example.com/museum:1 is not an address that can be read"),
    ("oci://", "oci:// is not an address that can be read"),
    ("file:///nonexistent/folder", "reading /nonexistent/folder/index.yaml"),
  ])
  func anAddressThatCannotBeReadSaysWhy(address: String, reason: String) async throws {
    let source = RepositorySource(Object(["spec": ["url": .string(address)]]))

    let error = await #expect(throws: RepositoryError.self) { try await source.read() }

    #expect(error?.description.hasPrefix(reason) == true, "\(String(describing: error))")
  }

  @Test(arguments: ["../../etc/passwd", "/etc/passwd", "https://elsewhere.example/x.tgz", "file:///a/../b"])
  func aChartOutsideTheRepositoryIsRefused(url: String) async {
    let source = FolderRepository(folder: "/charts", address: "file:///charts")
    let entry = ChartIndex.Entry(name: "bell", version: "1.0.0", url: url, digest: "", created: "")

    await #expect(throws: RepositoryError.self) { try await source.archive(of: entry) }
  }

  @Test func aDamagedChartIsLeftOutAndTheOthersArePublished() async throws {
    let fixture = try ControllerFixture(.installPlan)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write(Catalogue.packages(of: ["log-lens"]))
    try folder.write("log-lens-1.0.0.tgz", [1, 2, 3])

    try await fixture.synchronize(folder.path)

    #expect(
      try await fixture.cluster.list(fixture.dialect.extensionVersions).map(\.name) == [
        "log-lens-0.9.0", "log-lens-1.1.0",
      ])
    let events = try await fixture.cluster.list(.events, namespace: "default")
    let told = events.first { $0.value["reason"] == "PartiallySynced" }?.value["message"]?.string
    #expect(
      told?.hasPrefix("log-lens 1.0.0: its digest is 039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81")
        == true)
  }

  @Test func aVersionThatTheAPIRefusesIsLeftOutAndTheOthersArePublished() async throws {
    let fixture = try ControllerFixture(.installPlan)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write(Catalogue.packages(of: ["log-lens"]))
    let index = try Files.text(folder.path + "/index.yaml").lines.map { line in
      line.trimmed().hasPrefix("created:") ? line.prefix { $0 == " " } + "created: 2024-02-30T12:00:00Z" : line
    }
    var isFirst = true
    let damaged = index.filter { line in
      guard line.containsText("created:") else { return true }
      defer { isFirst = false }
      return isFirst
    }
    try folder.write("index.yaml", Array(damaged.joined(separator: "\n").utf8))

    try await fixture.synchronize(folder.path)

    #expect(try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 2)
    let events = try await fixture.cluster.list(.events, namespace: "default")
    let told = events.first { $0.value["reason"] == "PartiallySynced" }?.value["message"]?.string
    #expect(told?.containsText("must be of type date-time") == true, "\(told ?? "")")
  }

  @Test func aRepositoryThatCannotBeReadSaysSoAndIsTriedAgain() async throws {
    let fixture = try ControllerFixture(.installPlan)
    let folder = try ScratchFolder()
    defer { folder.remove() }

    try await fixture.withControllers {
      try await Catalogue.register(folder: folder.path + "/later", in: fixture.cluster, dialect: fixture.dialect)
      try await fixture.wait("the event") {
        try await fixture.cluster.list(.events, namespace: "default").contains { $0.value["reason"] == "SyncFailed" }
      }
      try ChartRepository(folder: folder.path + "/later").write(Catalogue.packages(of: ["log-lens"]))
      try await fixture.wait("its versions") {
        try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 3
      }
    }
  }

  @Test(arguments: [Dialect.subscription, .installPlan])
  func anIntervalThatIsNoneIsToldOfAndPassedOver(dialect: Dialect) async throws {
    // A server whose schema does not refuse it, as that of the shipped dialect.
    var repository = Object(
      dialect.repositories, name: "own", ["spec": ["updateStrategy": ["registryPoll": ["interval": "banana"]]]])
    let schedule = SyncSchedule(repository, dialect: dialect)
    var conditions = RepositoryConditions(of: repository, dialect: dialect)
    conditions.noted(schedule.problems, interval: schedule.interval, at: .now())

    #expect(schedule.interval == 900)
    let told = JSON.text(conditions.patch(dialect))
    #expect(
      told.containsText("spec.updateStrategy.registryPoll.interval: banana is no duration such as 30m; it is looked"))
    #expect(told.containsText("InvalidField"))
    repository.value = repository.value.setting(["spec", "updateStrategy", "registryPoll", "interval"], to: "1h")
    conditions.noted(SyncSchedule(repository, dialect: dialect).problems, interval: 3600, at: .now())
    #expect(!JSON.text(conditions.patch(dialect)).containsText("InvalidField"))
  }

  @Test func versionsThatLeaveTheIndexGo() async throws {
    let fixture = try ControllerFixture(.installPlan)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let repository = ChartRepository(folder: folder.path)
    try repository.write(Catalogue.packages(of: ["log-lens", "build-bell"]))
    try await fixture.synchronize(folder.path)
    #expect(try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 7)

    try repository.write(Catalogue.packages(of: ["build-bell"]))
    try await fixture.synchronize(folder.path)

    #expect(try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 4)
    #expect(try await fixture.cluster.list(.configMaps, namespace: PackageSource.namespace).count == 4)
    #expect(try await fixture.cluster.find(fixture.dialect.extensions, "log-lens") != nil)
  }

  @Test func aNewLookIsTakenWhenItIsAskedForAndNotBefore() async throws {
    let fixture = try ControllerFixture(.installPlan)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write(Catalogue.packages(of: ["log-lens"]))
    try await fixture.synchronize(folder.path)
    try await fixture.cluster.delete(fixture.dialect.extensionVersions, "log-lens-1.0.0")

    try await fixture.synchronize(folder.path)
    #expect(try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 2)
    _ = try await fixture.cluster.patch(
      fixture.dialect.repositories, Catalogue.repositoryName, ["status": ["lastSyncTime": nil]])
    try await fixture.synchronize(folder.path)

    #expect(try await fixture.cluster.list(fixture.dialect.extensionVersions).count == 3)
  }

  @Test func theFirstRepositoryWins() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens"])
    let rival = Object(
      fixture.dialect.repositories, name: "rival",
      ["spec": ["url": .string("file://" + (try fixture.repositoryFolder)), "depth": 1]])
    _ = try await fixture.cluster.create(fixture.dialect.repositories, rival)
    let work = RepositoryReconciler(cluster: fixture.cluster, dialect: fixture.dialect, settings: fixture.settings())

    while try await work.reconcile("rival") == .atOnce {}

    let versions = try await fixture.cluster.list(fixture.dialect.extensionVersions)
    #expect(versions.filter { $0.name.hasPrefix("log-lens-") }.allSatisfy { $0.spec["repository"] == "built-in" })
    // A depth of one takes the newest of each of the others.
    #expect(versions.count == 3 + CatalogueEntries.all.count - 1)
  }

  @Test func whatCameFromARepositoryLeavesWithItExceptWhatIsInstalled() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens", "build-bell"])
    let offered = try await fixture.cluster.list(fixture.dialect.extensionVersions)
    let installed = offered.first { $0.name.hasPrefix("log-lens-") }
    let version = installed?.spec["version"]?.string ?? ""
    try await fixture.change("log-lens", .install(version: version, config: ""))

    try await fixture.cluster.delete(fixture.dialect.repositories, Catalogue.repositoryName)
    let work = RepositoryReconciler(cluster: fixture.cluster, dialect: fixture.dialect, settings: fixture.settings())
    _ = try await work.reconcile(Catalogue.repositoryName)

    #expect(try await fixture.cluster.list(fixture.dialect.repositories).isEmpty)
    let left = try await fixture.cluster.list(fixture.dialect.extensionVersions)
    #expect(left.map(\.name) == [installed?.name])
    #expect(try await fixture.cluster.list(fixture.dialect.extensions).map(\.name) == ["log-lens"])
  }

  @Test(arguments: [Dialect.subscription, .installPlan])
  func aWishThatComesDuringASyncIsCarriedOutByTheNext(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await Catalogue.register(folder: try fixture.repositoryFolder, in: fixture.cluster, dialect: dialect)
    let meddler = MeddlingTransport(fixture.cluster.transport, at: "extensionversions") {
      _ = try await fixture.cluster.patch(
        dialect.repositories, Catalogue.repositoryName, ["metadata": ["annotations": ["ksx.dev/nudge": "now"]]])
    }
    let work = RepositoryReconciler(
      cluster: Cluster(transport: meddler), dialect: dialect, settings: fixture.settings())

    #expect(try await work.reconcile(Catalogue.repositoryName) == .atOnce)
    await #expect(throws: ReconcileError.self) { try await work.reconcile(Catalogue.repositoryName) }
    let again = try await work.reconcile(Catalogue.repositoryName)
    let requests = meddler.requests.count
    let rest = try await work.reconcile(Catalogue.repositoryName)

    #expect(again != .atOnce && rest != .atOnce)
    #expect(meddler.requests.count == requests + 1)
    #expect(!meddler.requests.contains { $0.hasPrefix("GET") && $0.containsText("/categories/") })
  }
}

/// Notes what is asked for, and lets another client in before the first object of a kind is made.
private final class MeddlingTransport: Transport {
  private let inner: any Transport
  private let kind: String
  private let meddle: @Sendable () async throws -> Void
  private let seen = Locked<[String]>([])
  private let hasMeddled = Locked(false)

  init(_ inner: any Transport, at kind: String, _ meddle: @escaping @Sendable () async throws -> Void) {
    self.inner = inner
    self.kind = kind
    self.meddle = meddle
  }

  /// Methods and targets.
  var requests: [String] { seen.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    seen.withLock { $0.append("\(request.method.rawValue) \(request.target)") }
    if request.method == .post, request.target.containsText(kind),
      hasMeddled.withLock({ has in
        defer { has = true }
        return !has
      })
    {
      do { try await meddle() } catch { throw .invalid(reason: "\(error)") }
    }
    return try await inner.send(request)
  }
}
