import Client
import Extensions
import Manifest
import Testing

@testable import Charts
@testable import KubernetesAPI
@testable import Packages
@testable import Platform

@Suite struct CatalogueTests {
  @Test func theMarketplaceHasTwelveExtensionsInSixCategoriesAndSomeWithManyVersions() {
    let entries = CatalogueEntries.all

    #expect(entries.count >= 12)
    #expect(Set(entries.map(\.name)).count == entries.count)
    #expect(Set(entries.map(\.category)).count >= 6)
    #expect(entries.count { $0.versions.count >= 3 } >= 3)
  }

  @Test(arguments: Catalogue.packages())
  func everyChartIsWholeAndRendersWithoutHelm(packed: ChartRepository.Packed) async throws {
    let package = packed.package
    let manifest = try #require(try package.extensionManifest())

    #expect(manifest.name == packed.chart.name)
    #expect(manifest.version == packed.chart.version)
    #expect(manifest.displayName.texts.keys.sorted() == ["en", "zh"])
    #expect(try package.chart() == packed.chart.with(icon: "static/icon.svg"))
    #expect(package.readme(in: "zh") != nil)
    #expect(package.changelog(in: "en")?.contains("## \(packed.chart.version) (") == true)
    #expect(package.values.contains("# "))
    let rendered = try await ChartRenderer(engine: .substitution).render(
      package.archive(folder: manifest.name), for: Release(name: manifest.name, namespace: "extension-x"))
    #expect(!rendered.parts.isEmpty)
    #expect(rendered.hooks.isEmpty && rendered.idleHooks.isEmpty)
  }

  @Test(.enabled(if: ChartRenderer.found().engine != .substitution, "helm was not found"))
  func helmRendersTheSameObjects() async throws {
    let helm = ChartRenderer.found()
    for packed in Catalogue.packages() where packed.chart.version.hasPrefix("1.1") {
      let archive = packed.package.archive(folder: packed.chart.name)
      let release = Release(name: packed.chart.name, namespace: "ns")
      let names = try await helm.render(archive, for: release).parts.map { "\($0.object.kind) \($0.object.name)" }
      let plain = try await ChartRenderer(engine: .substitution).render(archive, for: release).parts
      #expect(names.sorted() == plain.map { "\($0.object.kind) \($0.object.name)" }.sorted())
    }
  }

  @Test func someExtensionsArePeculiarOnPurpose() throws {
    let packages = Dictionary(
      Catalogue.packages().map { ("\($0.chart.name) \($0.chart.version)", $0.package) }, uniquingKeysWith: { $1 })

    #expect((packages["table-top 1.2.0"]?.icon.utf8.count ?? 0) > 60_000)
    #expect(try packages["policy-guard 1.0.0"]?.extensionManifest()?.externalDependencies.count == 1)
    #expect(packages["traffic-map 1.1.0"]?.text("templates/policy.yaml")?.contains("mesh.meadow.example") == true)
    #expect(packages["backup-vault 1.0.0"]?.values.contains("readyAfter: 45") == true)
    #expect(try packages["shuimo-docs 1.0.0"]?.extensionManifest()?.displayName.text(in: "en") == "水墨文档")
  }

  @Test func theRepositoryIsTheSameBytesEveryTimeAndItsDigestsAreTrue() throws {
    let folders = [try ScratchFolder(), try ScratchFolder()]
    defer { for folder in folders { folder.remove() } }

    for folder in folders { try Catalogue.write(to: folder.path + "/charts") }

    let names = try Files.names(in: folders[0].path + "/charts")
    #expect(names.contains("index.yaml"))
    #expect(names.count == Catalogue.packages().count + 1)
    for name in names {
      #expect(try Files.read(folders[0].path + "/charts/" + name) == Files.read(folders[1].path + "/charts/" + name))
    }
    let index = try YAML.parse(try Files.text(folders[0].path + "/charts/index.yaml"))
    let newest = index[path: "entries", "dashboards"]?.sequence?.first
    #expect(newest?["version"] == "2.0.0")
    #expect(newest?["digest"]?.string == SHA256.hex(try Files.read(folders[0].path + "/charts/dashboards-2.0.0.tgz")))
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
  ])
  func digestsAreThoseOfTheStandard(message: String, digest: String) {
    #expect(SHA256.hex(Array(message.utf8)) == digest)
  }
}

extension Chart {
  fileprivate func with(icon: String) -> Chart {
    var chart = self
    chart.icon = icon
    return chart
  }
}

extension ChartRepository.Packed: CustomTestStringConvertible {
  var testDescription: String { "\(chart.name) \(chart.version)" }
}
