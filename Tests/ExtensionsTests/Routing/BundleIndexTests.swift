import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import Extensions

/// Whose a path below `/dist` is.
@Suite struct BundlePlacesTests {
  private static let label = Dialect.installPlan.extensionLabel

  /// A bundle of `extension` with files at `links`.
  private func bundle(
    _ name: String, of extension: String, created: String, at links: String...
  ) -> JSBundleRule {
    let labels = `extension`.isEmpty ? [:] : [Self.label: `extension`]
    let files = links.dropFirst().map { Value.mapping(["link": .string($0), "url": "http://up.example/x"]) }
    let spec: Value = ["raw": "eA==", "assets": ["files": .sequence(files)]]
    var object = Rule.object(name, created: created, labels: labels, spec)
    object.value = object.value.setting(["status", "link"], to: .string(links[0]))
    return JSBundleRule(object, dialect: .installPlan)
  }

  private func told(_ table: RouteTable) -> [String] {
    table.conflicts().map { "\($0.rule.name) \($0.loss) \($0.other.name): \($0.problem)" }
  }

  @Test func noBundleHoweverOldGetsInThePlaceOfAnExtensionsOwn() throws {
    let table = RouteTable(bundles: [
      bundle("old", of: "a", created: "2026-01", at: "/dist/b/index.js"),
      bundle("young", of: "b", created: "2026-02", at: "/dist/b/index.js"),
    ])

    #expect(try Rule.winner(table, "/dist/b/index.js") == "young")
    #expect(
      told(table) == [
        "old everything young: /dist/b/index.js is reserved for the bundles of b"
      ])
  }

  @Test func nothingIsAddedToWhatAnotherExtensionHas() throws {
    let table = RouteTable(bundles: [
      bundle("x", of: "a", created: "2026-01", at: "/dist/a/index.js", "/dist/b/chunk.js", "/dist/a/own.js"),
      bundle("y", of: "b", created: "2026-02", at: "/dist/b/index.js"),
    ])

    #expect(try Rule.winner(table, "/dist/b/chunk.js") == nil)
    #expect(try Rule.winner(table, "/dist/a/own.js") == "x")
    #expect(told(table) == ["x part y: /dist/b/chunk.js is reserved for the bundles of b"])
  }

  @Test func whatIsBelowNoExtensionsNameIsTheOldersWhichTheOtherIsTold() throws {
    let table = RouteTable(bundles: [
      bundle("young", of: "b", created: "2026-02", at: "/dist/b/index.js", "/dist/shared/x.js"),
      bundle("old", of: "a", created: "2026-01", at: "/dist/a/index.js", "/dist/shared/x.js"),
    ])

    #expect(try Rule.winner(table, "/dist/shared/x.js") == "old")
    #expect(told(table) == ["young part old: both claim /dist/shared/x.js; the older one serves it"])
  }

  @Test func bundlesOfOneExtensionGoByAgeAndOneOfNoneOwnsNoName() throws {
    let table = RouteTable(bundles: [
      bundle("first", of: "b", created: "2026-02", at: "/dist/b/index.js"),
      bundle("second", of: "b", created: "2026-03", at: "/dist/b/index.js", "/dist/b/more.js"),
      bundle("b", of: "", created: "2026-01", at: "/dist/b/index.js"),
      bundle("c", of: "", created: "2026-01", at: "/dist/c/index.js"),
    ])

    #expect(try Rule.winner(table, "/dist/b/index.js") == "first")
    #expect(try Rule.winner(table, "/dist/b/more.js") == "second")
    #expect(try Rule.winner(table, "/dist/c/index.js") == "c")
    #expect(told(table).map { $0.split(separator: ":")[0] } == ["b everything first", "second part first"])
  }
}
