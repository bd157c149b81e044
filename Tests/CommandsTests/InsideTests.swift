import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform
import TestSupport
import Testing

@testable import Commands

/// What is in a package, and what differs between two.
@Suite struct InsideTests {
  private func bench(_ dialect: Dialect) async throws -> Workbench {
    let bench = try Workbench(dialect)
    try await bench.offerPackages()
    return bench
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aPackageIsShownWithItsPermissionsInWords(dialect: Dialect) async throws {
    let bench = try await bench(dialect)

    let text = try await bench.run("inside", "whizard")

    #expect(text.hasPrefix("whizard 1.1.0, 1 KiB\n"))
    #expect(text.contains("! get secrets in all namespaces\n"))
    #expect(text.contains("kinds\n  Deployment (apps/v1)\n"))
    #expect(try await bench.run("inside", "whizard@1.0.0", "--images") == "a:1\nb:1\n")
    let value = try JSON.parse(Array(try await bench.run("inside", "whizard", "-o", "json").utf8))
    #expect(value["kind"] == "Contents" && value["version"] == "1.1.0")
    #expect(
      try await bench.failure("inside", "whizard@9.9.9")
        == "test has no version 9.9.9 of whizard; ksx versions whizard lists them")
  }

  @Test func versionsAreComparedWithWhatIsOverriddenHereFirst() async throws {
    let bench = try await bench(.installPlan)
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "port: 90\n")

    #expect(try await bench.verdict("diff", "whizard", "1.0.0", "1.1.0") == 1)
    #expect(
      bench.said.printed == """
        default values that are overridden here
          ~ port: 80 → 81
        default values
          - old: 1
          ~ name: x → z
        permissions
          + get secrets in all namespaces
        images
          - b:1
          + b:2
        kinds
          + Deployment (apps/v1)
        changelog
          + # 1.1.0
          + It is better.

        """)
    #expect(try await bench.verdict("diff", "whizard", "1.0.0", "1.0.0") == 0)
    #expect(Verb.diff.failureStatus == 2)
  }
}

extension Workbench {
  /// Offers whizard with the packages of two versions.
  func offerPackages() async throws {
    try await offer()
    let files: [String: [String: String]] = [
      "1.0.0": ["values.yaml": "port: 80\nname: x\nold: 1\n", "extension.yaml": "name: whizard\nimages: [a:1, b:1]\n"],
      "1.1.0": [
        "values.yaml": "port: 81\nname: z\n", "extension.yaml": "name: whizard\nimages: [a:1, b:2]\n",
        "CHANGELOG.md": "# 1.1.0\nIt is better.\n",
        "permissions.yaml": "kind: ClusterRole\nrules: [{verbs: [get], apiGroups: [\"\"], resources: [secrets]}]\n",
        "templates/a.yaml": "apiVersion: apps/v1\nkind: Deployment\n",
      ],
    ]
    _ = try await cluster.create(.namespaces, Object(.namespaces, name: "kubesphere-system"))
    for (version, own) in files.sorted(by: { $0.key < $1.key }) {
      let all = own.merging(["Chart.yaml": "name: whizard\nversion: \(version)\n"]) { $1 }
      let archive = Package(files: all.mapValues { Array($0.utf8) }).archive(folder: "whizard")
      _ = try await cluster.create(
        .configMaps,
        Object(
          .configMaps, name: "extension-whizard-\(version)-chart", namespace: "kubesphere-system",
          ["binaryData": ["chart.tgz": .string(Base64.encode(archive))]]))
    }
  }
}
