import Client
import Extensions
import Manifest
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

@Suite struct WebAccessTests {
  @Test func theCredentialsOfASecretAreUsed() async throws {
    let server = try ChartServer(Catalogue.packages(of: ["log-lens"]), credentials: "ada:secret")
    let tester = try await RepositoryTester(
      annotations: [RepositoryAccess.secretAnnotation: "museum-login"], ["url": .string(server.url)])
    try await tester.look()
    #expect(try await tester.condition("Synced").message.containsText("museum-login"))

    let secret = Object(
      .secrets, name: "museum-login", namespace: PackageSource.namespace,
      ["data": ["username": "YWRh", "password": "c2VjcmV0"]])
    try await tester.cluster.ensureNamespace(PackageSource.namespace)
    _ = try await tester.cluster.create(.secrets, secret)
    try await tester.look(restarted: true)

    #expect(try await tester.versions.count == 3)
  }

  @Test(arguments: [
    ("not base64!", "spec.caBundle is not Base64"), ("bm9uZQ==", "spec.caBundle holds no certificate in PEM"),
  ])
  func anAuthorityThatIsNoneIsRefused(bundle: String, reason: String) async throws {
    let tester = try await RepositoryTester(["url": "https://charts.invalid", "caBundle": .string(bundle)])

    try await tester.look()

    #expect(try await tester.events("SyncFailed").first?.hasSuffix(reason) == true)
  }

  @Test(arguments: [
    ("a.tgz", "http://h/charts/a.tgz"), ("./x/../a.tgz", "http://h/charts/a.tgz"), ("/a.tgz", "http://h/a.tgz"),
    ("../a.tgz", "http://h/a.tgz"), ("//other:81/a", "http://other:81/a"), ("https://o/a?b=c#d", "https://o/a?b=c"),
    ("?x=y", "http://h/charts/index.yaml?x=y"), ("../../../a", "http://h/a"),
  ])
  func referencesAreResolvedAsRFC3986Has(reference: String, whole: String) throws {
    let base = try #require(WebURL("http://ada:x@h/charts/index.yaml"))

    #expect(base.resolving(reference)?.text == whole)
  }
}
