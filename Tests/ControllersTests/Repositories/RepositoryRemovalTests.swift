import Client
import Extensions
import Manifest
import Packages
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

/// What stays of a repository that is taken away.
@Suite struct RepositoryRemovalTests {
  @Test func whatIsInstalledStaysWithItsChartAndIsMarked() async throws {
    let server = try ChartServer(Catalogue.packages(of: ["log-lens", "cert-clock"]))
    let tester = try await RepositoryTester(["url": .string(server.url)])
    try await tester.look()
    _ = try await tester.cluster.create(
      tester.dialect.installations,
      Object(
        tester.dialect.installations, name: "log-lens",
        ["spec": ["enabled": true, "extension": ["name": "log-lens", "version": "1.0.0"]]]))
    _ = try await tester.cluster.patch(
      tester.dialect.extensions, "log-lens", .merge(["status": ["state": "Installed"]]))

    try await tester.cluster.delete(tester.dialect.repositories, tester.name)
    try await tester.look()

    #expect(try await tester.cluster.find(tester.dialect.repositories, tester.name) == nil)
    #expect(try await tester.versions == ["log-lens-1.0.0"])
    let kept = try await tester.cluster.get(tester.dialect.extensionVersions, "log-lens-1.0.0")
    #expect(kept.annotations[Publisher.goneAnnotation] != nil)
    let archive = try await ExtensionVersion(kept, dialect: tester.dialect).archive(from: tester.cluster)
    #expect(try Package(archive: archive).chart().version == "1.0.0")
    #expect(try await tester.cluster.list(tester.dialect.extensions).map(\.name) == ["log-lens"])
  }

  @Test(arguments: [
    ("503", "True"), ("404", "True"), ("silence", "False"), ("ftp://127.0.0.1/x", "Unknown"),
    ("file:///nonexistent", "Unknown"),
  ])
  func whetherItAnsweredIsSaidApartFromWhetherItWasRead(place: String, isReachable: String) async throws {
    let server = try ChartServer()
    if let code = Int(place) { server.depart("index.yaml", .status(code, headers: [])) }
    if place == "silence" { server.depart("index.yaml", .silence) }
    let url = place.contains(":") ? place : server.url
    let tester = try await RepositoryTester(["url": .string(url), "updateStrategy": ["timeout": "1s"]])

    try await tester.look()

    #expect(try await tester.condition("Reachable").status == isReachable)
    #expect(try await tester.condition("Synced").status == "False")
  }

  @Test func aTokenInAnAddressIsToldToNobody() async throws {
    let server = try ChartServer(Catalogue.packages(of: ["log-lens"]))
    let tester = try await RepositoryTester(["url": .string(server.url + "?token=TOPSECRET")])
    try await tester.look()
    server.put(nil, at: "index.yaml")
    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)

    let told = try await tester.cluster.list(.events, namespace: "default").map { JSON.text($0.value) }.joined()
    #expect(told.contains("Synced") && told.contains("SyncFailed") && told.contains("?…"))
    #expect(!told.contains("TOPSECRET"))
    #expect(!(try await tester.condition("Synced").message.contains("TOPSECRET")))
  }
}
