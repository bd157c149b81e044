import Client
import Extensions
import Manifest
import Packages
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI

/// What a linter can tell of a chart by trying it on an API in its own process.
@Suite struct TrialInstallTests {
  private func findings(_ template: String, namespace: String = "extension-quince") async throws -> [String] {
    let package = Package(files: [
      "Chart.yaml": Array("apiVersion: v2\nname: quince\nversion: 1.0.0\n".utf8),
      "templates/x.yaml": Array(template.utf8),
    ])
    let rendered = try await ChartRenderer(engine: .substitution).render(
      package.archive(folder: "quince"), for: Release(name: "quince", namespace: namespace))
    let fixture = try ControllerFixture(.installPlan)
    let found = await TrialInstall(in: fixture.cluster).findings(in: rendered, namespace: namespace)
    // Nothing becomes of it.
    #expect(try await fixture.cluster.list(.configMaps, namespace: "extension-quince").count <= 1)
    return found.map { "\($0.file): \($0.text)" }
  }

  private static let pod = "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}"

  @Test(arguments: [
    ("{kind: Deployment, spec: {replicas: one, selector: {matchLabels: {a: b}}, \(pod)}}", "Deployment x: "),
    ("{kind: Deployment, spec: {selector: {matchLabels: {a: c}}, \(pod)}}", "selector"),
    ("{kind: Service, apiVersion: v1, metadata: {name: Foo_Bar}, spec: {ports: [{port: 80}]}}", "Foo_Bar"),
    ("{kind: Service, apiVersion: v1, spec: {ports: [{port: 99999}]}}", "99999"),
    ("{kind: ConfigMap, apiVersion: v1, metadata: {name: x, labels: {a: a b c}}}", "a b c"),
    (
      "{kind: ExtensionEntry, apiVersion: extensions.kubesphere.io/v1alpha1, spec: {entries: notalist}}",
      "spec.entries"
    ),
  ])
  func whatAClusterRefusesIsFoundWithItsFile(object: String, told: String) async throws {
    let named =
      object.contains("metadata: {name")
      ? object : object.replacing("{kind", with: "{metadata: {name: x}, kind", maxReplacements: 1)
    let whole =
      named.contains("apiVersion")
      ? named : named.replacing("{metadata", with: "{apiVersion: apps/v1, metadata", maxReplacements: 1)

    let found = try await findings(whole)

    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("templates/x.yaml: ") == true && found.first?.contains(told) == true)
  }

  @Test func anObjectThatIsThereTwiceIsFound() async throws {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: same}\n"

    #expect(try await findings(map + "---\n" + map) == ["templates/x.yaml: ConfigMap same is in the chart twice"])
    #expect(try await findings(map) == [])
  }

  @Test func aNamespaceThatCannotBeIsFound() async throws {
    let found = try await findings("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", namespace: "Bad_NS")

    #expect(found.count == 1 && found.first?.hasPrefix("extension.yaml: the namespace Bad_NS: ") == true)
  }

  @Test func fieldsThatAreNotKnownPassAsWithHelm() async throws {
    #expect(try await findings("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nodd: 1\n") == [])
  }

  @Test func kindsThatNoSchemaIsKnownOfArePassedOver() async throws {
    #expect(
      try await findings("apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: X_Y}\n") == [])
  }
}
