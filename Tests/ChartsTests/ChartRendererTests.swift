import Client
import Extensions
import Glibc
import Manifest
import TestSupport
import Testing

@testable import Charts
@testable import KubernetesAPI
@testable import Packages
@testable import Platform

@Suite struct ChartRendererTests {
  private static let values = """
    replicas: 3
    ratio: 0.5
    name: bell
    lit: yes
    empty:
    image:
      repository: example/bell
    ports: [80, 443]
    """

  /// A chart of one template.
  private func chart(_ template: String, values: String = Self.values) -> Package {
    Package(files: [
      "Chart.yaml": Array("name: bell\nversion: 1.2.0\nappVersion: \"3.4\"\n".utf8), "values.yaml": Array(values.utf8),
      "templates/x.yaml": Array(template.utf8),
    ])
  }

  private func text(_ template: String, config: String = "", forced: Value = .mapping([:])) throws(ChartError) -> String
  {
    let release = Release(name: "r", namespace: "ns", config: config, forced: forced)
    let values = try Substitution.values(chart(template), release)
    return try Substitution(file: "templates/x.yaml", values: values).render(template)
  }

  /// What helm 3.17 and, in several lines, helm 4.2 say.
  @Test(arguments: [
    (
      "orchard/templates/a.yaml:1:6\n  executing \"orchard/templates/a.yaml\" at <include \"h\" .>:\n    error calling include:\n"
        + "orchard/templates/_x.tpl:12:3\n  executing \"h\" at <.Values.a.b>:\n    nil pointer evaluating interface {}.b",
      "templates/_x.tpl:12"
    ),
    (
      "parse error at (orchard/charts/backend/templates/server.yaml:15): unclosed action",
      "charts/backend/templates/server.yaml:15"
    ),
    (
      "template: orchard/templates/a.yaml:3:5: executing \"orchard/templates/a.yaml\" at <include \"x\" .>: error calling include: "
        + "template: orchard/templates/_x.tpl:12:7: executing \"x\" at <.a.b>: nil pointer evaluating interface {}.b",
      "templates/_x.tpl:12"
    ),
    (
      "YAML parse error on orchard/templates/a.yaml: error converting YAML to JSON: yaml: line 5: x",
      "templates/a.yaml:-"
    ),
    ("template: orchard/charts/packed/templates/a.yaml:3:5: x", "-"), ("chart.metadata.version is required", "-"),
  ])
  func helmSaysWhereAFaultIs(complaint: String, place: String) {
    let paths = ["charts/backend/templates/server.yaml", "templates/a.yaml", "templates/_x.tpl"]
    var files = Dictionary(uniqueKeysWithValues: paths.map { ($0, [UInt8]()) })
    files["Chart.yaml"] = Array("name: orchard\n".utf8)

    let found = ChartError.helm(complaint).place(in: Package(files: files))

    #expect((found.map { "\($0.file):\($0.line.map(String.init) ?? "-")" } ?? "-") == place)
  }

  @Test(arguments: [
    ("n: {{ .Values.replicas }}", "n: 3"),
    ("n: {{.Values.ratio}}", "n: 0.5"),
    ("i: \"{{ .Values.image.repository }}:{{ .Chart.AppVersion }}\"", "i: \"example/bell:3.4\""),
    ("on: {{ .Values.lit }}", "on: true"),
    ("e: {{ .Values.empty }}|{{ .Values.absent }}|", "e: ||"),
    ("{{ .Release.Name }}.{{ .Release.Namespace }} {{ .Chart.Name }}-{{ .Chart.Version }}", "r.ns bell-1.2.0"),
    ("a\n{{- /* said\nnothing */ -}}\n  b", "ab"),
    ("a: \n  {{- .Values.name }}", "a:bell"),
    ("x {{ .Values.name -}}\n\n  y", "x belly"),
    ("no actions } { }} here", "no actions } { }} here"),
  ])
  func plainActionsAreSubstituted(template: String, expected: String) throws {
    #expect(try text(template) == expected)
  }

  @Test func theConfigLiesOverTheDefaultsAndForcedValuesOverBoth() throws {
    let template = "{{ .Values.name }} {{ .Values.replicas }} {{ .Values.image.repository }} {{ .Values.image.tag }}"
    let config = "name: gong\nreplicas: 5\nimage:\n  tag: v2\n"

    #expect(try text(template, config: config, forced: ["replicas": 9]) == "gong 9 example/bell v2")
  }

  @Test(arguments: [
    ("a\nb\n  {{ if .Values.on }}x{{ end }}", 3, "{{ if .Values.on }}"),
    ("{{ .Values.name | quote }}", 1, "{{ .Values.name | quote }}"),
    ("{{ include \"bell.labels\" . }}", 1, "{{ include \"bell.labels\" . }}"),
    ("x\n{{- range .Values.ports }}\n{{ . }}{{ end }}", 2, "{{ range .Values.ports }}"),
    ("{{ .Values }}", 1, "{{ .Values }}"),
    ("{{ .Capabilities.KubeVersion }}", 1, "{{ .Capabilities.KubeVersion }}"),
    ("{{ $x }}", 1, "{{ $x }}"),
    ("{{ .Values.name }}\n\n{{- .Values.name }}\n{{ .Values.a-b }}", 4, "{{ .Values.a-b }}"),
  ])
  func whatNeedsHelmIsNamedWithItsPlace(template: String, line: Int, construct: String) throws {
    #expect(throws: ChartError.needsHelm(file: "templates/x.yaml", line: line, construct: construct)) {
      try text(template)
    }
  }

  @Test func theRefusalSaysHowToGetHelm() {
    let message = "\(ChartError.needsHelm(file: "templates/x.yaml", line: 7, construct: "{{ if .Values.on }}"))"

    #expect(message.hasPrefix("templates/x.yaml:7: {{ if .Values.on }} needs helm"))
    #expect(message.contains("https://helm.sh/docs/intro/install"))
    #expect(message.contains("KSX_HELM"))
  }

  @Test(arguments: [
    ("{{ .Values.ports }}", ".Values.ports", "is no single value"),
    ("{{ .Values.nowhere.at }}", ".Values.nowhere.at", "is below something that is not set"),
    ("{{ .Values.name.first }}", ".Values.name.first", "is below something that is not set"),
    ("ok {{ .Values.name", "{{", "is never closed"),
  ])
  func aValueThatCannotStandInATextIsNamed(template: String, expression: String, problem: String) throws {
    #expect(
      throws: ChartError.badValue(file: "templates/x.yaml", line: 1, expression: expression, problem: problem)
    ) { try text(template) }
  }

  @Test(arguments: ["a: [", "- 1\n- 2", "just words"])
  func aConfigThatIsNoMappingIsRefused(config: String) {
    #expect(throws: ChartError.self) { try text("x", config: config) }
  }

  @Test func aChartBecomesItsObjectsApartFromTestsAndHooks() async throws {
    let package = chart(
      """
      # A comment alone is not an object.
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "{{ .Release.Name }}-settings"}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: try, annotations: {helm.sh/hook: test}}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate, annotations: {helm.sh/hook: "pre-upgrade, post-rollback"}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: back, annotations: {helm.sh/hook: pre-rollback}}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: odd, annotations: {helm.sh/hook: "pre-upgrade, pre-nonsense"}}
      ---
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: z, annotations: {helm.sh/hook: "Pre-Upgrade", helm.sh/hook-weight: "-1"}}
      ---
      apiVersion: v1
      kind: List
      items: [{apiVersion: v1, kind: Secret, metadata: {name: key}}]
      """)

    let rendered = try await ChartRenderer(engine: .substitution)
      .render(package.archive(folder: "bell"), for: Release(name: "r", namespace: "ns"))

    #expect(rendered.parts.map { "\($0.object.kind) \($0.object.name)" } == ["ConfigMap r-settings", "Secret key"])
    #expect(rendered.hooks.map(\.object.name) == ["z", "migrate"])
    #expect(rendered.idleHooks == ["Pod back (pre-rollback)", "Secret odd (pre-upgrade, pre-nonsense)"])
  }

  @Test(arguments: ["kind: ConfigMap\nmetadata: {name: x}", "- a", "a: b: c", "{{ .Values.name }}"])
  func aTemplateThatIsNoObjectIsRefusedWithItsFile(template: String) async throws {
    let archive = chart(template).archive(folder: "bell")

    let error = try await #require(throws: ChartError.self) {
      try await ChartRenderer(engine: .substitution).render(archive, for: Release(name: "r", namespace: "ns"))
    }

    guard case .badManifest("templates/x.yaml", _) = error else { Issue.record("\(error)"); return }
  }

  @Test(arguments: [
    "Error: no /tmp/x/chart.tgz\n\nUse --debug flag to render out invalid YAML\n",
    "WARNING: Kubernetes configuration file is group-readable\nError: no /tmp/x/chart.tgz\n",
    "level=WARN msg=odd\nlevel=ERROR msg=\"chart failed\" error=\"no /tmp/x/chart.tgz\"\nError: no /tmp/x/chart.tgz\n",
    "manifest_sorter.go:190: info: skipping unknown hook: \"odd\"\nError: no\n  /tmp/x/chart.tgz\n",
    "no\n    /tmp/x/chart.tgz",
  ])
  func helmsComplaintIsItsErrorAlone(printed: String) {
    #expect(Helm.complaint(printed, "/tmp/x") == "no chart.tgz")
  }

  /// What helm 3.17 and helm 4.2 say of an API server that is down, and of a chart that is at fault.
  @Test(arguments: [
    ("Error: Kubernetes cluster unreachable: the server is currently unable to handle the request", true),
    (
      "level=ERROR msg=\"cluster reachability check failed: kubernetes cluster unreachable: unknown\"\n"
        + "Error: cluster reachability check failed: kubernetes cluster unreachable: unknown", true
    ),
    ("Error: could not get apiVersions from Kubernetes: the server is currently unable to handle the request", true),
    ("Error: chart requires kubeVersion: >=99 which is incompatible with Kubernetes v1.36.0", false),
  ])
  func aClusterOutOfReachIsToldFromAFaultOfTheChart(printed: String, isOutOfReach: Bool) {
    #expect(ChartError.helm(Helm.complaint(printed, "/tmp/x")).isOutOfReach == isOutOfReach)
  }

  /// What helm 3.17 and helm 4.2 print of the same chart, a definition of which holds two.
  @Test func bothHelmsPrintTheSameObjects() throws {
    let source = "---\n# Source: bell/templates/x.yaml\n"
    func printed(_ gap: String) -> String {
      "---\n# Source: bell/crds/a.yaml\n---\nkind: A\nmetadata: {name: a}\n---\nkind: A\nmetadata: {name: b}\n\n"
        + source + "# Only words.\n\(gap)" + source + "# A word.\nkind: B\ndata:\n  q: |\n    ---\n    a\n\(gap)"
        + "---\n# Source: bell/templates/tests/t.yaml\nkind: Pod\nmetadata: {name: t}\n\(gap)"
    }
    func found(_ text: String) throws -> [String] {
      let lines = try Helm.documents(text).map { "\($0.file) \(JSON.text(try YAML.parse($0.text)))" }
      return lines.filter { !$0.hasSuffix("null") }
    }

    let three = try found(printed(""))

    #expect(
      three == [
        #"crds/a.yaml {"kind":"A","metadata":{"name":"a"}}"#, #"crds/a.yaml {"kind":"A","metadata":{"name":"b"}}"#,
        #"templates/x.yaml {"kind":"B","data":{"q":"---\na"}}"#,
        #"templates/tests/t.yaml {"kind":"Pod","metadata":{"name":"t"}}"#,
      ])
    // helm 4 keeps the newline at the end of a template, which helm 3 removes.
    #expect(try found(printed("\n")) == three.map { $0.replacingText(#"\na""#, with: #"\na\n""#) })
  }

  @Test func aChartWithinAChartNeedsHelm() async {
    let archive = Package(files: ["Chart.yaml": Array("name: a\nversion: 1.0.0".utf8), "charts/b/Chart.yaml": []])
      .archive(folder: "a")

    await #expect(throws: ChartError.self) {
      try await ChartRenderer(engine: .substitution).render(archive, for: Release(name: "r", namespace: "ns"))
    }
  }

  @Test func definitionsAreKeptApart() async throws {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: bells.x.y}"
    let archive = Package(files: ["Chart.yaml": Array("name: a".utf8), "crds/bells.yaml": Array(definition.utf8)])
      .archive(folder: "a")

    let rendered = try await ChartRenderer(engine: .substitution)
      .render(archive, for: Release(name: "r", namespace: "ns"))

    #expect(rendered.crds.map(\.object.name) == ["bells.x.y"])
    #expect(rendered.parts.isEmpty)
  }

  private static let helm: ChartRenderer? = {
    let renderer = ChartRenderer.found()
    return renderer.engine == .substitution ? nil : renderer
  }()

  @Test(
    .enabled(if: helm != nil, "helm was not found"),
    arguments: [
      "n: {{ .Values.replicas }}\nkind: A\napiVersion: v1\nmetadata: {name: \"{{ .Release.Name }}\"}",
      "kind: A\napiVersion: v1\nmetadata:\n  name: x-{{ .Chart.Version }}\n  {{- /* none */}}\nv: \"{{ .Values.ratio }}\"",
    ])
  func helmAgreesWithPlainSubstitution(template: String) async throws {
    let archive = chart(template).archive(folder: "bell")
    let release = Release(name: "r", namespace: "ns", config: "replicas: 4", forced: ["global": ["a": "b"]])

    let plain = try await ChartRenderer(engine: .substitution).render(archive, for: release)

    #expect(try await Self.helm?.render(archive, for: release) == plain)
  }

  @Test(.enabled(if: helm != nil, "helm was not found"))
  func whatHelmRefusesIsToldInHelmsWords() async throws {
    let archive = chart("a: {{ fail \"no bell\" }}").archive(folder: "bell")

    let error = try await #require(throws: ChartError.self) {
      try await Self.helm?.render(archive, for: Release(name: "r", namespace: "ns"))
    }

    #expect("\(error)".contains("no bell"))
    #expect(!"\(error)".contains("ksxd-"))
  }

  @Test(.enabled(if: helm != nil, "helm was not found"), .needsData(.packages))
  func genuinePackagesAreRenderedByHelm() async throws {
    let folder = TestData.packages.folder
    var renderer = try #require(Self.helm)
    renderer.cluster.version = "v1.29.0"
    for name in try Files.names(in: folder) where name.hasSuffix(".tgz") {
      let archive = try Files.read(folder + "/" + name)

      let rendered = try await renderer.render(archive, for: Release(name: "genuine", namespace: "ns"))

      #expect(!rendered.parts.isEmpty, "\(name)")
    }
  }

  @Test(.enabled(if: helm != nil, "helm was not found"))
  func definitionsOfChartsWithinAreFoundAsHelmFindsThem() async throws {
    func definition(_ name: String) -> String {
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: \(name)}\n"
    }
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    var files = chart(template).files
    files["crds/own.yaml"] = Array((definition("a.x.y") + "---\n" + definition("b.x.y")).utf8)
    files["charts/inner/Chart.yaml"] = Array("apiVersion: v2\nname: inner\nversion: 1.0.0\n".utf8)
    files["charts/inner/crds/w.yaml"] = Array(definition("c.x.y").utf8)
    files["charts/inner/templates/crds/t.yaml"] = Array(template.split(separator: "a}").joined(separator: "b}").utf8)

    let rendered = try await #require(Self.helm)
      .render(Package(files: files).archive(folder: "bell"), for: Release(name: "r", namespace: "ns"))

    #expect(rendered.crds.map(\.object.name) == ["a.x.y", "b.x.y", "c.x.y"])
    #expect(rendered.parts.map(\.object.name).sorted() == ["a", "b"])
  }

  /// A helm that is the shell's `script`, given the arguments and a kubeconfig.
  private func told(_ script: String, of cluster: RenderingCluster) async throws -> String {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try folder.write("helm", Array("#!/bin/sh\n\(script)\n".utf8))
    chmod(folder.path + "/helm", 0o700)
    return try await Helm(path: folder.path + "/helm", timeout: .seconds(60), cluster: cluster)
      .template([], Release(name: "r", namespace: "ns"))
  }

  /// Writes to where it is told what it is told.
  private static let writing = """
    while [ $# -gt 1 ]; do [ "$1" = --output-dir ] && out=$2; shift; done
    mkdir -p $out/c
    { echo "---\n# Source: c/a"; echo "$all"; cat $KUBECONFIG; } > $out/c/a
    echo "wrote $out/c/a"
    """

  @Test func helmIsToldOfTheClusterWhatItIsToKnowAndNoMore() async throws {
    var cluster = RenderingCluster()
    let nothing = try await told(#"echo "$@"; cat "$KUBECONFIG""#, of: cluster)
    (cluster.version, cluster.address) = ("v1.30.1", "http://127.0.0.1:1/secret")
    let all = try await told("all=$*\n" + Self.writing, of: cluster)

    #expect(!nothing.contains("--dry-run") && !nothing.contains("--kube") && !nothing.contains("server:"))
    for word in ["--kube-version v1.30.1", "--validate", "--dry-run=server", "127.0.0.1:1/secret"] {
      #expect(all.contains(word), "\(word)")
    }
  }

  /// helm 4 refuses `--validate` beside `--dry-run`, which means both.
  @Test func helm4IsToldInItsOwnWay() async throws {
    var cluster = RenderingCluster()
    cluster.address = "http://127.0.0.1:1/secret"
    let refusal = "Error: if any flags in the group [validate dry-run] are set none of the others can be"
    let all = try await told(
      "all=$*\ncase \"$all\" in *--validate*) echo '\(refusal)' >&2; exit 1;; esac\n" + Self.writing, of: cluster)

    #expect(all.contains("--dry-run=server") && all.contains("127.0.0.1:1/secret"))
  }

  /// What a cluster of Kubernetes 1.25 or later serves, in short.
  private static let served = [
    "/version": #"{"major": "1", "minor": "36", "gitVersion": "v1.36.2"}"#,
    "/api": #"{"kind": "APIVersions", "versions": ["v1"]}"#,
    "/api/v1": """
    {"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"name": "namespaces", "singularName": "", "namespaced":
    false, "kind": "Namespace", "verbs": ["get"]}]}
    """,
    "/api/v1/namespaces/ns": #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "uid": "u-1"}}"#,
    "/apis": """
    {"kind": "APIGroupList", "apiVersion": "v1", "groups": [{"name": "batch", "versions": [{"groupVersion": "batch/v1",
    "version": "v1"}], "preferredVersion": {"groupVersion": "batch/v1", "version": "v1"}}]}
    """,
    "/apis/batch/v1": """
    {"kind": "APIResourceList", "groupVersion": "batch/v1", "resources": [{"name": "cronjobs", "singularName": "",
    "namespaced": true, "kind": "CronJob", "verbs": ["get"]}]}
    """,
  ]

  /// `helm template --api-versions` only adds to what helm takes to be everywhere, `policy/v1beta1/PodSecurityPolicy`
  /// too.
  @Test(.enabled(if: helm != nil, "helm was not found"))
  func chartsAreToldWhatTheClusterServesAndNothingElse() async throws {
    let server = LoopbackServer { request in
      let body = Self.served[String(request.target.dropFirst("/secret".count).prefix { $0 != "?" })]
      let head = "HTTP/1.1 \(body == nil ? "404 Not Found" : "200 OK")\r\nContent-Type: application/json\r\n"
      return [.send(head + "Content-Length: \(body?.utf8.count ?? 0)\r\n\r\n" + (body ?? ""))]
    }
    let template = """
      {{ range list "batch/v1" "batch/v1/CronJob" "batch/v1beta1" "policy/v1beta1/PodSecurityPolicy" "x.y/v1" }}
      ---
      apiVersion: x.y/v1
      kind: Thing
      metadata: {name: "{{ . | replace "/" "-" | lower }}-{{ $.Capabilities.APIVersions.Has . }}"}
      {{ end }}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "{{ (lookup "v1" "Namespace" "" "ns").metadata.uid }}", annotations: {helm.sh/hook: pre-install}}
      """
    var files = chart(template).files
    files["crds/a.yaml"] = Array("---\nkind: A\napiVersion: v1\nmetadata: {name: a}\n---\nkind: A\n".utf8)
    files["crds/a.yaml"]? += Array("apiVersion: v1\nmetadata: {name: b}\n".utf8)
    var renderer = try #require(Self.helm)
    renderer.cluster.address = server.base + "/secret"
    let archive = Package(files: files).archive(folder: "bell")

    let rendered = try await renderer.render(archive, for: Release(name: "r", namespace: "ns"))

    #expect(
      rendered.parts.map(\.object.name) == [
        "batch-v1-true", "batch-v1-cronjob-true", "batch-v1beta1-false", "policy-v1beta1-podsecuritypolicy-false",
        "x.y-v1-false",
      ])
    #expect(rendered.parts.allSatisfy { $0.file == "templates/x.yaml" })
    #expect(rendered.hooks.map(\.object.name) == ["u-1"] && rendered.crds.map(\.object.name) == ["a", "b"])
  }

  @Test func aHelmThatHangsIsEnded() async throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try folder.write("helm", Array("#!/bin/sh\nsleep 60\n".utf8))
    chmod(folder.path + "/helm", 0o700)
    var renderer = ChartRenderer(engine: .helm(path: folder.path + "/helm"))
    renderer.timeout = .milliseconds(50)

    await #expect(throws: ChartError.helm("it took longer than 0.05 seconds")) {
      try await renderer.render(chart("").archive(folder: "bell"), for: Release(name: "r", namespace: "ns"))
    }
  }

  @Test func aHelmThatIsNotThereIsNamed() async throws {
    let error = try await #require(throws: ChartError.self) {
      try await ChartRenderer(engine: .helm(path: "/nonexistent/helm"))
        .render(chart("").archive(folder: "bell"), for: Release(name: "r", namespace: "ns"))
    }

    #expect("\(error)".contains("/nonexistent/helm"))
  }
}
