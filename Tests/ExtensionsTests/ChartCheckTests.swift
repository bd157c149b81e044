import Manifest
import Platform
import TestSupport
import Testing

@testable import Packages

/// What the checks find in packages, each with the file and the line.
@Suite struct ChartCheckTests {
  private static let good = [
    "Chart.yaml": "name: bell\nversion: 1.2.0\n", "README.md": "Bell", "static/bell.svg": "<svg/>",
    "extension.yaml": """
    apiVersion: kubesphere.io/v1alpha1
    name: bell
    version: 1.2.0
    displayName: {en: Bell}
    description: {en: Rings.}
    category: dev-tools
    provider: {en: {name: Bell}}
    kubeVersion: '>=1.19.0'
    icon: ./static/bell.svg

    """,
  ]

  private func findings(_ changes: [String: String?]) -> [String] {
    let files = Self.good.map { ($0.key, Optional($0.value)) } + changes.map { ($0.key, $0.value) }
    let texts = Dictionary(files, uniquingKeysWith: { $1 }).compactMapValues { $0.map { Array($0.utf8) } }
    return ChartCheck.findings(in: Package(files: texts)).map { finding in
      "\(finding.check) \(finding.file):\(finding.line.map(String.init) ?? "-") \(finding.text)"
    }
  }

  @Test func agentsThatWouldBeEmptyAreFound() {
    let manifest = (Self.good["extension.yaml"] ?? "") + "installationMode: Multicluster\n"
    let chart = "name: bell\nversion: 1.2.0\ndependencies:\n- {name: gong, tags: [TAG]}\n"
    func found(_ tag: String) -> [String] {
      findings([
        "extension.yaml": manifest, "Chart.yaml": chart.replacingText("TAG", with: tag),
        "charts/gong/Chart.yaml": "name: gong\nversion: 1.0.0\n",
      ])
    }

    #expect(
      found("extension")
        == ["agents extension.yaml:10 installationMode is Multicluster, and no chart is for agents: they are empty"])
    #expect(found("agent") == [] && found("'extension', 'agent'") == [])
  }

  @Test func aGoodPackageHasNoFindings() {
    #expect(findings([:]) == [])
  }

  /// For each check what it finds when `file` has this text, or is not there.
  private static let mistakes: [(file: String, text: String?, finding: String)] = [
    ("Chart.yaml", "name: bell\nversion: two\n", "version Chart.yaml:2 two is not a version such as 1.2.0"),
    ("Chart.yaml", "name: bell\n", "version Chart.yaml:- there is no version"),
    (
      "extension.yaml", "displayName: {en: Bell}\nname: gong\n",
      "names-agree extension.yaml:2 the name is gong, and Chart.yaml says bell"
    ),
    (
      "extension.yaml", "name: bell\nksVersion: about four\n",
      "constraints extension.yaml:2 ksVersion is not a constraint such as >=1.19.0: about four"
    ),
    (
      "extension.yaml", "name: bell\nicon: static/gong.svg\n",
      "icon extension.yaml:2 the icon static/gong.svg is not in the package"
    ),
    ("README.md", nil, "readme README.md:- there is no README"),
    ("extension.yaml", "name: bell\nicon: [\n", "readable extension.yaml:"),
    ("charts/backend/values.yaml", "a: 1\nb: .inf\n", "readable charts/backend/values.yaml:2 .inf is not a number"),
    ("charts/a/charts/b/Chart.yaml", "%YAML 1.2\n---\nname: b\n", "readable charts/a/charts/b/Chart.yaml:1 "),
    ("values.yaml", "a: \"b\\/c\"\n", "readable values.yaml:1 \\/ is an escape"),
    ("values.yaml", "a: 1\na: 2\n", "meant values.yaml:2 the key a comes twice"),
    ("charts/backend/Chart.yaml", "name: a\n---\nname: b\n", "meant charts/backend/Chart.yaml:3 a second document"),
    ("Chart.yaml", "name: Bell\nversion: 1.2.0\n", "name Chart.yaml:1 Bell is no name"),
    ("Chart.yaml", "name: bell\nversion: 1.2.0+5\n", "version-as-name Chart.yaml:2 1.2.0+5 has build metadata"),
    (
      "extension.yaml", "version: 1.3.0\n",
      "versions-agree extension.yaml:1 the version is 1.3.0, and Chart.yaml says 1.2.0"
    ),
    (
      "extension.yaml", good["extension.yaml"]?.replacingText("provider:", with: "vendor:"),
      "required extension.yaml:- there is no provider"
    ),
    (
      "extension.yaml", "displayName: {english: Bell}\n",
      "languages extension.yaml:1 displayName: english is no language code of ISO 639-1"
    ),
    (
      "extension.yaml", "provider:\n  zh: {name: Bell}\n  zh-CN: {name: Bell}\n",
      "languages extension.yaml:3 provider: zh-CN is no language code of ISO 639-1"
    ),
    (
      "extension.yaml", "images:\n- docker.io/library/busybox:1.36\n- \"bad image:::\"\n",
      "images extension.yaml:3 bad image::: is no name of an image"
    ),
    ("extension.yaml", "images: busybox\n", "images extension.yaml:1 images is a list of names"),
    (
      "extension.yaml", "externalDependencies:\n- {name: \"\", version: 1.0.0}\n",
      "external-dependencies extension.yaml:2 a dependency has no name"
    ),
    (
      "Chart.yaml", "apiVersion: v3\nname: bell\nversion: 1.2.0\n",
      "chart-version Chart.yaml:1 helm 4 refuses a chart of apiVersion v3"
    ),
    (
      "extension.yaml", "installationMode: All\n",
      "installation-mode extension.yaml:1 installationMode is HostOnly or Multicluster"
    ),
    (
      "Chart.yaml", "name: bell\nversion: 1.2.0\ndependencies:\n- name: gong\n",
      "dependencies Chart.yaml:4 the chart gong is not in charts/, and names no repository: helm neither packs nor"
    ),
    (
      "Chart.yaml", "name: bell\nversion: 1.2.0\ndependencies:\n- {name: gong, repository: \"https://x\"}\n",
      "dependencies Chart.yaml:4 the chart gong is not in charts/, and has not been fetched"
    ),
    (
      "Chart.yaml", "name: bell\nversion: 1.2.0\ndependencies:\n- {name: gong, tags: [agent]}\n",
      "agents Chart.yaml:4 the chart gong is for agents, and installed nowhere: without installationMode Multicluster"
    ),
    (
      "Chart.yaml",
      "name: bell\nversion: 1.2.0\ndependencies:\n- {name: gong, tags: [agent, extension], condition: gong.on}\n",
      "both-tags Chart.yaml:4 the chart gong has both tags and a condition, which KubeSphere switches off everywhere"
    ),
    (
      "requirements.yaml", "dependencies:\n- name: gong\n",
      "dependencies requirements.yaml:2 the chart gong is not in charts/, and names no repository: helm neither packs nor"
    ),
    ("requirements.yaml", "dependencies: [\n", "readable requirements.yaml:"),
    (
      "Chart.yaml", "name: bell\nversion: 1.2.0\ndependencies:\n- version: 1.0.0\n",
      "dependency-names Chart.yaml:4 a dependency has no name"
    ),
    (
      "extension.yaml", "externalDependencies:\n- {name: gong, version: about four}\n",
      "external-dependencies extension.yaml:2 version is not a constraint"
    ),
    ("values.yaml", "- 1\n", "values values.yaml:1 the values are a mapping"),
    ("permissions.yaml", "kind: Pod\n", "permissions permissions.yaml:1 a ClusterRole or a Role is expected"),
    (
      "permissions.yaml", "kind: Role\nrules:\n- {apiGroups: [\"\"], resource: [pods], verbs: [get]}\n",
      "permissions permissions.yaml:3 resource is no field of a rule; did you mean resources?"
    ),
    (
      "permissions.yaml", "kind: Role\nrules:\n- {apiGroups: [\"\"], verbs: [get]}\n",
      "permissions permissions.yaml:3 resource rules must supply at least one resource"
    ),
    ("big", noise, "size Chart.yaml:- packed it has"),
    ("large", String(repeating: "0", count: 5_242_881), "file-size large:- it has more than the 5242880 bytes"),
    (
      "extension.yaml", "name: bell\napiVersion: kubesphere.io/v9\n",
      "api-version extension.yaml:2 apiVersion is kubesphere.io/v1alpha1, not kubesphere.io/v9"
    ),
    ("extension.yaml", "displayname: {en: Bell}\n", "keys extension.yaml:1 displayname is not read; did you mean"),
    (
      "extension.yaml", "dependencies:\n- name: a\n  tags: [extensions]\n",
      "tags extension.yaml:3 the tag extensions is neither extension nor agent"
    ),
    (
      "extension.yaml", "dependencies:\n- name: a\n  version: about\n",
      "dependency-versions extension.yaml:3 the version of a, about, is not a constraint"
    ),
    (
      "extension.yaml", "screenshots:\n- https://x/y.png\n- ./static/bell.svg\n- ./static/gong.png\n",
      "screenshots extension.yaml:4 the screenshot ./static/gong.png is not in the package"
    ),
  ]

  /// Text that does not become much smaller.
  private static var noise: String {
    var dice = SeededGenerator(seed: 7)
    return (0..<110_000).map { _ in String(UInt64.random(in: 0 ... .max, using: &dice), radix: 36) }.joined()
  }

  @Test(arguments: mistakes)
  func eachMistakeIsFoundAtItsLine(file: String, text: String?, finding: String) {
    let check = String(finding.prefix { $0 != " " })
    // Without the rest of the good file, other checks miss what they ask for.
    let found = findings([file: text]).filter { $0.hasPrefix(check + " ") }

    #expect(found.count == 1 && found[0].hasPrefix(finding), "\(found)")
  }

  /// As helm has it: it takes a key in other letter case for the same, and no chart for what begins so.
  @Test func whatHelmTakesForNamesAndPassesOverIsNoMistake() {
    let changes = [
      "Chart.yaml": "NAME: bell\nVersion: 1.2.0\nDependencies:\n- {Name: gong, Version: 0.1.0}\n",
      "charts/gong/Chart.yaml": "Name: gong\nversion: 0.1.0\n", "charts/_x.tgz": "no gzip",
      "charts/.y/Chart.yaml": "a:\n\tb",
    ]
    #expect(findings(changes).isEmpty, "\(findings(changes))")
    #expect(
      findings(["Chart.yaml": changes["Chart.yaml"], "charts/_gong/Chart.yaml": "name: gong\nversion: 0.1.0\n"]).count
        == 1)
  }

  @Test func aChartWithinIsHeldToTheVersionThatIsAskedFor() {
    func found(_ version: String) -> [String] {
      findings([
        "charts/gong/Chart.yaml": "name: gong\nversion: 0.1.0\n",
        "Chart.yaml":
          "name: bell\nversion: 1.2.0\ndependencies:\n- name: gong\n  version: '\(version)'\n  alias: dinner\n",
      ])
    }

    #expect(found(">=0") == [])
    #expect(
      found(">=9") == [
        "dependency-versions Chart.yaml:5 charts/ has gong 0.1.0, not >=9: helm takes it all the same, and not as dinner"
      ])
  }

  @Test func whereTheChartIsMadeOfTheDescriptionThatIsToBeMended() throws {
    let description = "apiVersion: kubesphere.io/v1alpha1\nname: Bell\nversion:\ndependencies:\n- name: gong\n"
    let chart = Project.chart(of: try YAML.parse(description))
    let package = Package(files: [
      "extension.yaml": Array(description.utf8), "Chart.yaml": Array(YAML.text(chart).utf8),
    ])

    let found = ChartCheck.findings(in: package, isChartGenerated: true).filter {
      $0.severity == .error || $0.line != nil
    }

    #expect(found.filter { $0.file != "extension.yaml" } == [])
    #expect(
      found.compactMap { finding in finding.line.map { "\(finding.check):\($0)" } } == [
        "version:3", "name:2", "dependencies:5",
      ])
    #expect(found.filter { $0.text == "there is no version" }.count == 1)
  }

  @Test func theChartsWithinAreReadHoweverTheyArePacked() {
    let files = [
      "Chart.yaml": Array("name: b\nversion: 1.0.0\n".utf8), "values.yaml": Array("a: 1\nb: ".utf8) + [0xfc],
    ]
    let package = Package(files: [
      "charts/b-1.0.0.tgz": Package(files: files).archive(folder: "b"), "charts/c.tgz": [1, 2, 3],
    ])

    let found = ChartCheck.findings(in: package).filter { $0.check == "readable" }

    #expect(found.map { "\($0.file):\($0.line ?? 0)" } == ["charts/b-1.0.0.tgz/values.yaml:2", "charts/c.tgz:0"])
  }

  /// As the reference grammar of distribution has them.
  @Test(arguments: [
    ("busybox", true), ("docker.io/library/busybox:1.36", true), ("localhost/a", true),
    ("localhost:5000/a/b:X_1.2-3", true),
    ("ghcr.io/A-b/c", false), ("a__b/c--d.e", true), ("a___b", false), ("a..b", false), ("-a", false), ("a-", false),
    ("A", false), ("a:", false), ("a:.1", false), ("a b", false), ("", false), ("a//b", false), ("h.io:x/a", false),
    ("a@sha256:" + String(repeating: "0a", count: 32), true),
    ("a:1@sha256:" + String(repeating: "0a", count: 32), true),
    ("a@sha256:0a", false), ("a@" + String(repeating: "0a", count: 32), false), ("https://h.io/a", false),
  ])
  func aNameOfAnImageIsOneThatRegistriesTake(name: String, isOne: Bool) { #expect(PackageName.isImage(name) == isOne) }

  @Test(arguments: ChartCheck.all.map(\.id))
  func everyCheckHasAMistakeThatItFinds(id: String) {
    #expect(Self.mistakes.contains { $0.finding.hasPrefix(id + " ") })
  }

  @Test func everyCheckHasANameOfItsOwn() {
    #expect(Set(ChartCheck.all.map(\.id)).count == ChartCheck.all.count)
  }
}
