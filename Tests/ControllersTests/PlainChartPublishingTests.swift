import Client
import Manifest
import Packages
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI
@testable import Platform

@Suite struct PlainChartPublishingTests {
  private let folder = TemporaryFolder()

  @Test func aChartWithNothingButChartYAMLIsPublishedWhole() async throws {
    let fixture = try await published(.subscription, PlainChart.files)

    let shelf = try #require(try await fixture.cluster.list(fixture.dialect.extensions).first)
    let version = try #require(try await fixture.cluster.list(fixture.dialect.extensionVersions).first)
    let maintainers: Value = [
      ["name": "orchard", "email": "ada@orchard.example", "url": "https://people.example/ada"]
    ]
    for spec in [shelf.spec, version.spec] {
      #expect(spec["displayName"] == "orchard")
      #expect(spec["description"] == "Orchard Extension for KubeSphere.")
      #expect(spec["icon"] == "data:image/png;base64, <Base64Encoded Image>")
      #expect(spec["maintainers"] == maintainers)
    }
    #expect(version.spec["repo"] == "built-in")
    #expect(version.spec["version"] == "v0.10.0")
    #expect(version.spec["minKubeVersion"] == "1.17.0")
    #expect(version.spec["home"] == "https://orchard.example")
    #expect(version.spec["keywords"] == ["DevOps", "fruit"])
    #expect(version.spec["sources"] == "https://git.example/orchard, https://mirror.example/orchard")
    #expect(version.spec["digest"]?.string?.utf8.count == 64)
    #expect(version.annotations["extensions.kubesphere.io/foo"] == "bar")
    #expect(version.annotations["orchard.example/fresh"] == "true")
  }

  @Test func theFirstKeywordThatNamesACategoryIsTheCategory() async throws {
    let fixture = try ControllerFixture(.subscription)
    _ = try await fixture.cluster.create(
      fixture.dialect.categories,
      Object(fixture.dialect.categories, name: "fruit", ["spec": ["displayName": "Fruit"]]))

    try await publish(PlainChart.files, in: fixture)

    #expect(try await fixture.extension(named: "orchard").category == "fruit")
    #expect(try await fixture.cluster.list(fixture.dialect.categories).map(\.name) == ["fruit"])
  }

  @Test(arguments: [Dialect.subscription, .installPlan])
  func withoutSuchAKeywordTheFirstBecomesACategory(dialect: Dialect) async throws {
    let fixture = try await published(dialect, PlainChart.files)

    let category = try #require(try await fixture.cluster.list(fixture.dialect.categories).first)
    #expect(category.name == "devops")
    #expect(Category(category).displayName.text(in: "en") == "DevOps")
    #expect(try await fixture.extension(named: "orchard").category == "devops")
  }

  @Test func theMinimumOfKubernetesIsAConditionInTheShippedDialect() async throws {
    let fixture = try await published(.installPlan, PlainChart.files)

    let version = try #require(try await fixture.cluster.list(fixture.dialect.extensionVersions).first)

    #expect(version.spec["kubeVersion"] == ">=1.17.0-0")
    #expect(version.spec["sources"] == ["https://git.example/orchard", "https://mirror.example/orchard"])
  }

  @Test func unpackedChartsAreReadWithoutWhatTheyIgnoreAndAnewWhenTheyChange() async throws {
    let fixture = try ControllerFixture(.subscription)
    var files = PlainChart.files
    files[".helmignore"] = Array("*.md\n".utf8)
    try unpack(files)
    try await fixture.synchronize(folder.path)

    let version = try #require(try await fixture.cluster.list(fixture.dialect.extensionVersions).first)
    let package = try await ExtensionVersion(version, dialect: fixture.dialect).package(from: fixture.cluster)
    #expect(package.files.keys.sorted() == [".helmignore", "Chart.yaml", "templates/settings.yaml", "values.yaml"])

    try unpack(["values.yaml": Array("apples: 30\n".utf8)])
    try await fixture.synchronize(folder.path)
    let changed = try await ExtensionVersion(version, dialect: fixture.dialect).package(from: fixture.cluster)
    #expect(changed.values == "apples: 30\n")
  }

  @Test func anIndexThatListsAnUnpackedChartOrNoneIsRead() async throws {
    try unpack(PlainChart.files)
    let source = RepositorySource(Object(["spec": ["image": .string("file://" + folder.path)]]))
    for index in ["entries: {}\n", "entries: {orchard: [{version: 0.10.0, urls: [orchard-0.10.0.tgz]}]}\n"] {
      try Files.write(Array(index.utf8), to: folder.path + "/index.yaml")

      let contents = try #require(try await source.read())
      let entry = try #require(contents.index.entries["orchard"])

      #expect(entry.map(\.version) == ["v0.10.0"])
      #expect(try Package(archive: try await contents.charts.archive(of: entry[0])).files == PlainChart.files)
    }
  }

  @Test func aPackedChartThatIsThereWinsOverTheSameOneUnpacked() async throws {
    try unpack(PlainChart.files)
    let packed = Package(files: ["Chart.yaml": Array("name: orchard\nversion: 0.10.0\n".utf8)])
    try Files.write(packed.archive(folder: "orchard"), to: folder.path + "/orchard-0.10.0.tgz")
    try Files.write(
      Array("entries: {orchard: [{version: 0.10.0, urls: [orchard-0.10.0.tgz]}]}\n".utf8),
      to: folder.path + "/index.yaml")
    let source = RepositorySource(Object(["spec": ["image": .string("file://" + folder.path)]]))

    let contents = try #require(try await source.read())
    let entry = try #require(contents.index.entries["orchard"])

    #expect(entry.map(\.version) == ["0.10.0"])
    #expect(try Package(archive: try await contents.charts.archive(of: entry[0])) == packed)
  }

  @Test func packedChartsWithoutAnIndexAreRead() async throws {
    let packed = Package(files: ["Chart.yaml": Array("name: orchard\nversion: 0.10.0\n".utf8)])
    try Files.write(packed.archive(folder: "orchard"), to: folder.path + "/orchard-0.10.0.tgz")
    try Files.write([1, 2, 3], to: folder.path + "/broken.tgz")
    let source = RepositorySource(Object(["spec": ["url": .string("file://" + folder.path)]]))

    let contents = try #require(try await source.read())

    #expect(contents.index.entries["orchard"]?.map(\.version) == ["0.10.0"])
    #expect(contents.index.refused.count == 1 && contents.index.refused[0].hasPrefix("broken.tgz: "))
    #expect(try await source.read(unless: contents.revision) == nil)
  }

  @Test func anUnpackedChartThatCannotBeReadIsToldAndTheOthersAreThere() async throws {
    try unpack(PlainChart.files)
    try Files.makeDirectory(folder.path + "/broken")
    try Files.write(Array("name: [".utf8), to: folder.path + "/broken/Chart.yaml")
    let source = RepositorySource(Object(["spec": ["image": .string("file://" + folder.path)]]))

    let index = try #require(try await source.read()).index

    #expect(index.entries.keys.sorted() == ["orchard"])
    #expect(index.refused.count == 1 && index.refused[0].hasPrefix("broken: Chart.yaml: "), "\(index.refused)")
  }

  @Test(.needsData(.mission)) func theChartOfTheDesignItselfIsPublished() async throws {
    let chart = try Files.read(TestData.mission.folder + "/Chart.yaml")
    let fixture = try await published(.subscription, ["Chart.yaml": chart])

    let version = try #require(try await fixture.cluster.list(fixture.dialect.extensionVersions).first)

    #expect(version.spec["version"] == "v0.10.0")
    #expect(version.spec["minKubeVersion"] == "1.17.0")
    #expect(version.spec["sources"] == "https://github.com/kubesphere/ks-devops")
    #expect(version.spec[path: "maintainers"]?.sequence?.first?["email"] == "rick@Kubesphere.io")
    #expect(version.annotations["extensions.kubesphere.io/foo"] == "bar")
    #expect(try await fixture.extension(named: "devops").category == "devops")
  }

  @Test(.needsData(.mission)) func theSubscriptionOfTheDesignItselfIsCarriedOut() async throws {
    let chart = try Files.read(TestData.mission.folder + "/Chart.yaml")
    let fixture = try await published(.subscription, ["Chart.yaml": chart])
    let written = try YAML.parse(try Files.text(TestData.mission.folder + "/Subscription.yaml"))

    try await fixture.withControllers {
      _ = try await fixture.cluster.create(fixture.dialect.installations, Object(written))
      let installed = try await fixture.wait(for: "devops-0.10.0") { $0.state == .installed }
      #expect(installed.config == "foo: bar\n")
      try await fixture.wait("the extension says so") {
        let status = try await fixture.cluster.get(fixture.dialect.extensions, "devops").status
        return status["state"] == "deployed" && status["recommendVersion"] == "v0.10.0"
          && status["versions"] == [["version": "v0.10.0", "minKubeVersion": "1.17.0"]]
      }
      #expect(try await fixture.cluster.find(.namespaces, "kubesphere-devops-system") != nil)
    }
  }

  private func published(_ dialect: Dialect, _ files: [String: [UInt8]]) async throws -> ControllerFixture {
    let fixture = try ControllerFixture(dialect)
    try await publish(files, in: fixture)
    return fixture
  }

  private func publish(_ files: [String: [UInt8]], in fixture: ControllerFixture) async throws {
    let package = Package(files: files)
    try ChartRepository(folder: folder.path).write([.init(package: package, chart: package.chart(), created: "")])
    try await fixture.synchronize(folder.path)
  }

  private func unpack(_ files: [String: [UInt8]]) throws {
    for (path, bytes) in files {
      let whole = folder.path + "/orchard/" + path
      try Files.makeDirectory(try #require(Files.parent(of: whole)))
      try Files.write(bytes, to: whole)
    }
  }
}
