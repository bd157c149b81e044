import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Commands

/// Every field of the first design's eight kinds is shown.
@Suite struct FieldsTests {
  @Test func aWideSheetHasEveryFieldOfTheEightKinds() async throws {
    let text = try await wide("orchard", try FirstDesign.objects)

    try expect(text, toShow: try FirstDesign.objects)
  }

  @Test(.needsData(.mission)) func aWideSheetHasEveryFieldOfTheDesignsOwnExamples() async throws {
    let folder = TestData.mission.folder
    let names = try Files.names(in: folder).filter { $0 != "Chart.yaml" }
    let objects = try names.map { try YAML.parse(try Files.text(folder + "/" + $0)) }

    let text = try await wide("devops", objects)

    #expect(objects.count == 8)
    try expect(text, toShow: objects)
  }

  private func wide(_ name: String, _ objects: [Value]) async throws -> String {
    let bench = try Workbench(.subscription)
    let dialect = bench.dialect
    let kinds = [
      dialect.categories, dialect.repositories, dialect.extensions, dialect.extensionVersions, dialect.installations,
      dialect.apiServices, dialect.jsBundles, dialect.reverseProxies,
    ]
    for object in objects {
      let resource = try #require(kinds.first { .string($0.kind) == object["kind"] })
      _ = try await bench.cluster.create(resource, Object(object))
    }
    return try await bench.run("get", name, "-o", "wide")
  }

  private func expect(_ text: String, toShow objects: [Value]) throws {
    for object in objects {
      for leaf in object.leaves {
        #expect(text.contains(leaf), "\(object["kind"]?.string ?? ""): \(leaf) is not in\n\(text)")
      }
    }
  }
}
