import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import TestSupport
import Testing

@testable import Charts
@testable import Platform

/// Repositories of every kind, published by whichever controllers the target has.
///
/// Their servers are in this process, which the target's controllers reach on this machine.
@Suite(.serialized) struct RepositoryConformanceTests {
  let cluster: Cluster
  let dialect = ServerUnderTest.dialect

  init() async throws { cluster = try await ServerUnderTest.current.cluster() }

  private static func chart(_ name: String, _ version: String) -> Package {
    Package(files: [
      "Chart.yaml": Array("apiVersion: v2\nname: \(name)\nversion: \(version)\nkeywords: [storage]\n".utf8),
      "templates/x.yaml": Array("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name)-x}\n".utf8),
    ])
  }

  @Test func aRepositoryOverHTTPIsPublishedInstalledFromAndFollowed() async throws {
    func packed(_ version: String) throws -> ChartRepository.Packed {
      let package = Self.chart("web-pear", version)
      return .init(package: package, chart: try package.chart(), created: "")
    }
    let server = try ChartServer([try packed("1.0.0")], credentials: "ada:secret")
    try await offer("conformance-web", ["url": .string(server.url)], user: ("ada", "secret"))
    try await expect("web-pear", ["1.0.0"])

    try await install("web-pear", "1.0.0")

    try server.offer([try packed("1.0.0"), try packed("1.1.0")])
    try await lookAgain("conformance-web")
    try await expect("web-pear", ["1.0.0", "1.1.0"])
    try await remove("web-pear", "conformance-web")
  }

  @Test func aRegistryOfChartsIsPublishedAndInstalledFrom() async throws {
    // The previews have no place for a user, and an address in a registry has none in it.
    let hasUsers = dialect.era == .seed || dialect.era == .installPlan
    let registry = TestRegistry(password: hasUsers ? "secret" : "")
    for version in ["1.0.0", "1.1.0"] {
      registry.push("fruit/oci-plum", tag: version, chart: Self.chart("oci-plum", version).archive(folder: "oci-plum"))
    }
    try await offer(
      "conformance-oci", ["url": .string("oci://\(registry.host)/fruit/oci-plum")],
      user: hasUsers ? ("ada", "secret") : nil)
    try await expect("oci-plum", ["1.0.0", "1.1.0"])

    try await install("oci-plum", "1.1.0")
    try await remove("oci-plum", "conformance-oci")
  }

  @Test(
    .enabled(if: ServerUnderTest.dialect.era != .installPlan, "shipped KubeSphere's Repository has no image any more"))
  func anImageOfChartsIsPublishedAndInstalledFrom() async throws {
    let registry = TestRegistry()
    var files: [String: [UInt8]] = [:]
    for (path, bytes) in Self.chart("image-quince", "1.0.0").files { files["charts/image-quince/" + path] = bytes }
    _ = registry.push("museum", tag: "1", layers: [Gzip.pack(TarWriter.archive(files))])
    try await offer("conformance-image", ["image": .string("\(registry.host)/museum:1")])
    try await expect("image-quince", ["1.0.0"])

    try await install("image-quince", "1.0.0")
    try await remove("image-quince", "conformance-image")
  }

  @Test func aFolderIsPublished() async throws {
    let folder = TemporaryFolder()
    let package = Self.chart("file-apple", "1.0.0")
    try Files.write(package.archive(folder: "file-apple"), to: folder.path + "/file-apple-1.0.0.tgz")
    try await offer("conformance-file", ["url": .string("file://" + folder.path)])

    try await expect("file-apple", ["1.0.0"])
    try await remove("file-apple", "conformance-file")
  }

  @Test func aRepositoryThatCannotBeReadSaysWhyInAnEvent() async throws {
    try await offer("conformance-broken", ["url": "http://127.0.0.1:1/charts"])

    let event = try await eventually("the event") {
      try await self.cluster.list(.events, namespace: "default").first {
        $0.value["reason"] == "SyncFailed" && $0.value[path: "involvedObject", "name"] == "conformance-broken"
      }
    } when: { _ in
      true
    }
    #expect(event.value["message"]?.string?.containsText("127.0.0.1:1 cannot be reached") == true)
    try await cluster.delete(dialect.repositories, "conformance-broken")
  }

  private func offer(_ name: String, _ place: Mapping, user: (String, String)? = nil) async throws {
    try await Offering.offer(name, place, user: user, in: cluster)
  }

  private func lookAgain(_ name: String) async throws {
    let patch: Value =
      dialect.name == .installPlan
      ? ["status": ["lastSyncTime": nil]] : ["metadata": ["annotations": ["ksx.dev/last-sync-time": nil]]]
    _ = try await cluster.patch(dialect.repositories, name, .merge(patch))
  }

  private func expect(_ name: String, _ versions: [String]) async throws {
    _ = try await eventually("the versions of \(name)") {
      try await ExtensionVersion.objects(of: name, in: self.cluster, self.dialect)
    } when: { objects in
      Set(objects.map { ExtensionVersion($0, dialect: self.dialect).version }) == Set(versions)
    }
  }

  private func install(_ name: String, _ version: String) async throws {
    let write = Change.install(version: version, config: "").write(
      to: name, installation: nil, in: Capabilities(assuming: dialect))
    try await write.send(to: cluster)
    _ = try await eventually("\(name) is installed") {
      try await self.cluster.list(self.dialect.installations).map(Installation.init).first { $0.extension == name }
    } when: {
      $0.observed.state == .installed
    }
  }

  private func remove(_ name: String, _ repository: String) async throws {
    for object in try await cluster.list(dialect.installations) where Installation(object).extension == name {
      try await cluster.delete(dialect.installations, object.name)
      _ = try await eventually("\(name) is gone") {
        try await self.cluster.list(self.dialect.installations).map(\.name)
      } when: {
        !$0.contains(object.name)
      }
    }
    try await cluster.delete(dialect.repositories, repository)
  }
}
