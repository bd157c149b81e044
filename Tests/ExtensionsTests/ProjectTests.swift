import Extensions
import Manifest
import Platform
import TestSupport
import Testing

@testable import Packages

@Suite struct ProjectTests {
  private let folder = TemporaryFolder()

  private func findings(_ files: [String: String], name: String = "orchard") -> [String] {
    let package = Package(files: files.mapValues { Array($0.utf8) })
    let all = ChartCheck.findings(in: package) + PackageRules(package, name: name).findings
    return all.filter { $0.severity == .error }.map { "\($0.file):\($0.line ?? 0): \($0.text)" }
  }

  @Test(arguments: Project.Form.allCases)
  func whatANewExtensionBeginsWithIsWithoutAFault(form: Project.Form) throws {
    let written = try Scaffold.write(form, name: "orchard", to: folder.path + "/orchard")
    #expect(written.count > 5)
    #expect(try Scaffold.write(form, name: "orchard", to: folder.path + "/orchard") == [])

    let projects = try Project.all(in: folder.path)
    let package = try #require(projects.first).package()

    #expect(projects.count == 1)
    #expect(try package.chart().name == "orchard")
    #expect(ChartCheck.findings(in: package).map(\.text) == [])
    #expect(PackageRules(package, name: "orchard").findings.map(\.text) == [])
  }

  @Test func aProjectMayHoldSeveralExtensions() throws {
    for name in ["orchard", "meadow"] { _ = try Scaffold.write(.chart, name: name, to: folder.path + "/" + name) }
    try Files.makeDirectory(folder.path + "/docs")

    #expect(try Project.all(in: folder.path).map { try $0.package().chart().name } == ["meadow", "orchard"])
  }

  @Test func theChartOfAnExtensionIsMadeOfItsDescription() throws {
    let description = """
      name: orchard
      version: 1.2.0
      description: {en: Apples., zh: 苹果}
      kubeVersion: ">=1.19.0-0"
      dependencies:
      - {name: backend, tags: [extension]}
      """
    let chart = Project.chart(of: try YAML.parse(description))

    #expect(chart["description"] == "Apples.")
    #expect(chart["kubeVersion"] == ">=1.19.0-0")
    #expect(chart["dependencies"]?.sequence?.count == 1)
  }

  private static let mistakes: [([String: String], String)] = [
    (["Chart.yaml": "name: Orchard\nversion: 1.0.0\n"], "Chart.yaml:1: Orchard is no name of at most 63 small letters"),
    (["Chart.yaml": "name: a\nversion: 1.0.0+5\n"], "Chart.yaml:2: 1.0.0+5 has build metadata"),
    (["Chart.yaml": "name: a\nversion: 1.0.0-RC1\n"], "Chart.yaml:2: 1.0.0-RC1 cannot be part of an object's name"),
    (["Chart.yaml": "name: a\nversion: 1.0.0\n", "values.yaml": "- 1\n"], "values.yaml:1: the values are a mapping"),
    (
      ["Chart.yaml": "name: a\nversion: 1.0.0\n", "permissions.yaml": "kind: Role\nrules: []\n---\nkind: Pod\n"],
      "permissions.yaml:4: a ClusterRole or a Role is expected"
    ),
    (
      [
        "Chart.yaml": "name: a\nversion: 1.0.0\n",
        "extension.yaml":
          "apiVersion: v\nname: a\nversion: 1.1.0\ndisplayName: A\ndescription: {en: A}\ncategory: c\nprovider: {}\nicon: \"\"\n",
      ], "extension.yaml:3: the version is 1.1.0, and Chart.yaml says 1.0.0"
    ),
    (
      [
        "Chart.yaml": "name: a\nversion: 1.0.0\n", "extension.yaml": "name: a\nversion: 1.0.0\ninstallationMode: All\n",
      ],
      "extension.yaml:3: installationMode is HostOnly or Multicluster"
    ),
    (
      [
        "Chart.yaml": "name: a\nversion: 1.0.0\n",
        "templates/x.yaml":
          "apiVersion: kubesphere.io/v1alpha1\nkind: ReverseProxy\nmetadata: {name: p}\nspec:\n  matcher: [{path: /apis/*}]\n"
          + "  upstream: {backend: {url: http://x}}\n",
      ], "templates/x.yaml:2: ReverseProxy p: "
    ),
    (
      [
        "Chart.yaml": "name: a\nversion: 1.0.0\n",
        "templates/x.yaml":
          "{{- if .Values.x }}\napiVersion: kubesphere.io/v1alpha1\nkind: APIService\nmetadata: {name: one}\n"
          + "spec: {group: g.example, version: v1, url: http://x}\n---\napiVersion: kubesphere.io/v1alpha1\n"
          + "kind: APIService\nmetadata: {name: two}\nspec: {group: g.example, version: v1, url: http://y}\n{{- end }}\n",
      ], "templates/x.yaml:8: APIService two: the API g.example/v1 is another object's of the package already"
    ),
  ]

  @Test func entriesOfTheWebConsoleHaveNamesOfTheirOwn() {
    let found = findings([
      "templates/entry.yaml":
        "apiVersion: extensions.kubesphere.io/v1alpha1\nkind: ExtensionEntry\nmetadata:\n  name: e\nspec:\n  entries:\n"
        + "  - {name: a, link: /a}\n  - {link: /b}\n  - {name: a}\n"
    ])

    #expect(
      found.contains(
        "templates/entry.yaml:2: ExtensionEntry e: spec.entries[1] has no name, by which the web console knows it"))
    #expect(
      found.contains("templates/entry.yaml:2: ExtensionEntry e: the entry a is another object's of the package already")
    )
  }

  @Test(arguments: [
    ("kube-system", true), ("extension-orchard", false), ("fruit", false), ("{{ .Release.Namespace }}", false),
  ])
  func aBundleIsTakenFromANamespaceOfItsExtension(namespace: String, isRefused: Bool) {
    let found = findings([
      "extension.yaml": "name: orchard\nnamespace: fruit\n",
      "templates/x.yaml":
        "apiVersion: extensions.kubesphere.io/v1alpha1\nkind: JSBundle\nmetadata: {name: b}\nspec:\n  rawFrom:\n"
        + "    configMapKeyRef:\n      namespace: \(namespace)\n      name: c\n      key: k\n",
    ])

    #expect(found.contains { $0.hasPrefix("templates/x.yaml:2: JSBundle b: the gateway answers 503") } == isRefused)
  }

  @Test(arguments: mistakes)
  func whatWouldBeRefusedLaterIsFoundWithFileAndLine(files: [String: String], expected: String) {
    let found = findings(files)

    #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
  }

  @Test(.needsData(.packages)) func genuinePackagesAreReadWholeAndWithoutAFault() throws {
    let names = try Files.names(in: TestData.packages.folder).filter { $0.hasSuffix(".tgz") }
    #expect(names.count >= 6)
    for name in names {
      let package = try Package(archive: try Files.read(TestData.packages.folder + "/" + name))
      let chart = try package.chart()
      let all = ChartCheck.findings(in: package) + PackageRules(package, name: chart.name).findings

      #expect(all.filter { $0.severity == .error }.map { "\(name) \($0.file):\($0.line ?? 0) \($0.text)" } == [])
      #expect(package.readme(in: "en") != nil && package.readme(in: "zh") != nil)
      #expect(package.permissions != nil && !package.values.isEmpty && package.icon.hasPrefix("data:image/"))
      #expect(try Package(archive: package.archive(folder: chart.name)) == package)
    }
  }
}
