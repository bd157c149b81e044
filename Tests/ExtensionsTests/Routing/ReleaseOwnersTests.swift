import KubernetesAPI
import Manifest
import Packages
import Testing

@testable import Extensions

/// Objects of the first design that name their release, and not their extension.
@Suite struct ReleaseOwnersTests {
  private let dialect = Dialect.subscription
  private let owners = ReleaseOwners(names: [("devops-0.10.0", "devops-one", "devops")])

  private func bundle(_ release: String, labels: [String: String] = [:], _ spec: Value = ["raw": "x"]) -> Object {
    let object = Object(dialect.jsBundles, name: "b", labels: labels, ["spec": spec])
    return Object(
      object.value.setting(["metadata", "annotations", "meta.helm.sh/release-name"], to: .string(release)))
  }

  @Test(arguments: [
    ("devops-0.10.0", "/dist/devops/index.js"), ("devops-one", "/dist/devops/index.js"),
    ("other", "/dist/other/index.js"),
  ])
  func aBundleLiesBelowTheExtensionOfItsRelease(release: String, path: String) throws {
    let table = RouteTable(bundles: [JSBundleRule(bundle(release), dialect: dialect)], owners: owners)

    #expect(try Rule.winner(table, path) == "b")
    #expect(table.bundles[0].object.extension == path.split(separator: "/")[1])
  }

  @Test func theLabelIsStrongerThanTheRelease() {
    let object = bundle("devops-0.10.0", labels: [dialect.extensionLabel: "whizard"])

    #expect(owners.extensionName(of: object, dialect) == "whizard")
    #expect(owners.extensionName(of: bundle("x"), .installPlan).isEmpty)
  }

  @Test func theFileKeepsTheNameThatItsObjectGivesIt() {
    let rule = JSBundleRule(bundle("devops-one", ["raw": "x", "filenameOverride": "main.js"]), dialect: dialect)

    #expect(rule.resolved(owners).files.map(\.path) == ["/dist/devops/main.js"])
  }

  @Test(
    arguments: [
      ("ReverseProxy", ["spec": ["matcher": [["path": "/a/*", "method": "GET"], ["path": "/b"]]]], "GET /a/*, * /b"),
      ("ReverseProxy", ["spec": ["matcher": ["path": "/proxy/a", "method": "*"]]], "* /proxy/a"),
      ("ReverseProxy", ["spec": [:]], ""), ("APIService", ["spec": ["group": "g"]], "g/?"),
      ("JSBundle", ["spec": ["filenameOverride": "main.js"]], "/dist/x/main.js"), ("JSBundle", [:], "/dist/x/index.js"),
      ("JSBundle", ["status": ["link": "/dist/y/z.js"]], "/dist/y/z.js"),
    ] as [(String, Value, String)])
  func whatIsServedIsSaidOfObjectsOfBothDialects(kind: String, object: Value, words: String) {
    #expect(ServedWords.complete(ServedWords.words(of: kind, object), of: kind, in: "x") == words)
  }
}
