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
  private func findings(
    _ template: String, namespace: String = "extension-quince", besides: [String: String] = [:]
  ) async throws -> [String] {
    var files = ["Chart.yaml": "apiVersion: v2\nname: quince\nversion: 1.0.0\n", "templates/x.yaml": template]
    files.merge(besides) { $1 }
    let package = Package(files: files.mapValues { Array($0.utf8) })
    let rendered = try await ChartRenderer(engine: .substitution).render(
      package.archive(folder: "quince"), for: Release(name: "quince", namespace: namespace))
    let fixture = try ControllerFixture(.installPlan)
    let found = await TrialInstall(in: fixture.cluster, rights: InstallerRights(package)).findings(
      in: rendered, namespace: namespace)
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

  @Test(arguments: [
    ("apiVersion: batch/v1", "Job", "annotations: {helm.sh/hook: pre-instal}", "helm knows no hook pre-instal"),
    ("apiVersion: apps/v1beta1", "Deployment", "", "Kubernetes 1.16 and later serve no Deployment of apps/v1beta1"),
    ("apiVersion: kubesphere.io/v9", "JSBundle", "", "KubeSphere has no JSBundle of kubesphere.io/v9"),
  ])
  func whatIsNeverMadeIsFound(version: String, kind: String, more: String, told: String) async throws {
    let found = try await findings("\(version)\nkind: \(kind)\nmetadata:\n  name: x\n  \(more)\n")

    #expect(found.first?.hasPrefix("templates/x.yaml: \(kind) x: \(told)") == true, "\(found)")
  }

  private static func definition(_ name: String) -> String {
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: \(name)}\nspec:\n"
      + "  group: fruit.example\n  scope: Namespaced\n  names: {plural: pears, singular: pear, kind: Pear}\n  versions:\n"
      + "  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: "
      + "{spec: {type: object, properties: {count: {type: integer}}}}}}}\n"
  }

  @Test func definitionsAreTriedAndTheirObjectsHeldToThem() async throws {
    let pear = "apiVersion: fruit.example/v1\nkind: Pear\nmetadata: {name: p}\nspec: {count: many}\n"

    let bad = try await findings("# none\n", besides: ["crds/x.yaml": Self.definition("pears")])
    #expect(bad.count == 1 && bad[0].hasPrefix("crds/x.yaml: CustomResourceDefinition pears: "), "\(bad)")

    let good = try await findings(pear, besides: ["crds/x.yaml": Self.definition("pears.fruit.example")])
    #expect(good.count == 1 && good[0].hasPrefix("templates/x.yaml: Pear p: "), "\(good)")
  }

  @Test func whatTheInstallerMayNotMakeIsFound() async throws {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: []\n"
    let map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"
    func found(_ permissions: String?) async throws -> [String] {
      let manifest = permissions == nil ? nil : "name: quince\n"
      let besides = ["permissions.yaml": permissions, "extension.yaml": manifest].compactMapValues { $0 }
      return try await findings(role + map, besides: besides)
    }
    let rule = "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [create]}"

    #expect(try await found(nil) == [])
    #expect(try await found("kind: ClusterRole\nrules: [\(rule)]\n") == [])
    let refused = try await found("kind: Role\nrules: [\(rule)]\n")
    #expect(
      refused == [
        "templates/x.yaml: ClusterRole r: no ClusterRole in permissions.yaml lets the installer make "
          + "clusterroles.rbac.authorization.k8s.io"
      ])
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

  // A cluster carries out both; only the server that lints does not.
  @Test func rulesAndConversionsOfADefinitionAreNoFault() async throws {
    let definition = """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: as.b.c}
      spec:
        group: b.c
        scope: Namespaced
        names: {plural: as, kind: A}
        conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1], clientConfig: {url: "https://a"}}}
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties: {spec: {type: object, x-kubernetes-validations: [{rule: "true"}]}}

      """

    #expect(try await findings("", besides: ["crds/a.yaml": definition]) == [])
    #expect(try await findings(definition) == [])
    #expect(try await findings(definition.replacing("scope: Namespaced", with: "scope: None")).count == 1)
  }
}
