import Manifest
import Packages

/// An extension in the format of the first design: a chart with only `Chart.yaml` to describe it, whose templates
/// contain the gateway's objects, role templates and tests.
///
/// Only a backend of that design offers it. The templates use plain substitution, like all of the marketplace.
enum PlainChartEntry {
  static let name = "pipeline-yard"

  /// Oldest first; the last one requires a future version of Kubernetes, so that it is not the recommended one.
  static let versions = [
    (number: "v0.10.0", date: "2026-01-19", minimum: "v1.17.0"),
    (number: "v0.10.1", date: "2026-03-30", minimum: "v1.17.0"),
    (number: "v0.11.0", date: "2026-05-18", minimum: "v1.99.0"),
  ]

  /// Its packages, newest first, as helm lists them.
  static var packages: [ChartRepository.Packed] {
    versions.reversed().map { version in
      let text = chart(version.number, version.minimum)
      let files = templates.merging(
        [
          "Chart.yaml": text, "values.yaml": values, "README.md": readme, "LICENSE": license, ".helmignore": ignored,
        ]) { $1 }
      return ChartRepository.Packed(
        package: Package(files: files.mapValues { Array($0.utf8) }),
        chart: Chart([
          "name": .string(name), "version": .string(version.number), "appVersion": .string(version.number),
          "description": "Builds what is pushed, one after another.",
        ]), created: version.date + "T08:00:00Z")
    }
  }

  private static func chart(_ version: String, _ minimum: String) -> String {
    """
    apiVersion: v2
    name: \(name)
    version: \(version)
    kubeVersion: \(minimum)
    description: Builds what is pushed, one after another.
    type: application
    keywords:
      - DevOps    # the category
      - pipelines
    home: https://meadow.example/\(name)
    sources:
      - https://git.meadow.example/\(name)
    maintainers:
      - name: Meadow Works
        email: hello@meadow.example
        url: https://meadow.example
    icon: 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4='
    appVersion: \(version)
    annotations:
      extensions.kubesphere.io/foo: bar

    """
  }

  private static let values = """
    # How many builds run at once.
    builds: 2

    # How many replicas build.
    replicas: 1

    # Where the image comes from.
    image:
      repository: registry.k8s.io/pause
      tag: "3.9"

    # Why the second of its tests fails, or nothing: to see what that looks like.
    failTest: ""

    """

  private static let readme = """
    # Pipeline Yard

    Packaged as the first design of KubeSphere's extensions has it: `Chart.yaml` says all there is to say, and
    `templates/` holds workloads, services, what the gateway serves, role templates and tests.

    `ksx test \(name)` runs the tests.

    """

  private static let license = "Use it as you like.\n"
  private static let ignored = "*.orig\n.git/\n"
}

extension PlainChartEntry {
  private static let templates = [
    "templates/workloads.yaml": workloads, "templates/services.yaml": services,
    "templates/extensions.yaml": extensions, "templates/roletemplates.yaml": roleTemplates,
    "templates/tests/connection.yaml": test("connection", weight: 1, "standalone.ksx.dev/fails: \"\""),
    "templates/tests/build.yaml": test("build", weight: 2, "standalone.ksx.dev/fails: \"{{ .Values.failTest }}\""),
  ]

  private static let workloads = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: {{ .Release.Name }}
    spec:
      replicas: {{ .Values.replicas }}
      selector:
        matchLabels:
          app: {{ .Release.Name }}
      template:
        metadata:
          labels:
            app: {{ .Release.Name }}
        spec:
          containers:
          - name: server
            image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
            env:
            - name: BUILDS
              value: "{{ .Values.builds }}"

    """

  private static let services = """
    apiVersion: v1
    kind: Service
    metadata:
      name: {{ .Release.Name }}
    spec:
      selector:
        app: {{ .Release.Name }}
      ports:
      - name: https
        port: 443
        targetPort: 8443

    """

  private static let extensions = """
    apiVersion: kubesphere.io/v1alpha1
    kind: APIService
    metadata:
      name: v1alpha1.{{ .Release.Name }}.meadow.example
    spec:
      group: {{ .Release.Name }}.meadow.example
      version: v1alpha1
      url: https://{{ .Release.Name }}.{{ .Release.Namespace }}.svc
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: JSBundle
    metadata:
      name: v1alpha1.{{ .Release.Name }}.meadow.example
      annotations:
        meta.helm.sh/release-name: {{ .Release.Name }}
    spec:
      rawFrom:
        url: https://{{ .Release.Name }}.{{ .Release.Namespace }}.svc/dist/index.js
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: ReverseProxy
    metadata:
      name: {{ .Release.Name }}.meadow.example
    spec:
      matcher:
      - path: /res/{{ .Release.Name }}/*
        method: GET
      upstream:
        backend: https://{{ .Release.Name }}.{{ .Release.Namespace }}.svc

    """

  private static let roleTemplates = """
    apiVersion: iam.kubesphere.io/v1beta1
    kind: RoleTemplate
    metadata:
      name: {{ .Release.Name }}-view
      labels:
        iam.kubesphere.io/scope: namespace
    spec:
      displayName: View pipelines
      rules:
      - apiGroups: [{{ .Release.Name }}.meadow.example]
        resources: [pipelines]
        verbs: [get, list, watch]

    """

  private static func test(_ what: String, weight: Int, _ annotation: String) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata:
      name: {{ .Release.Name }}-\(what)
      annotations:
        helm.sh/hook: test
        helm.sh/hook-weight: "\(weight)"
        \(annotation)
    spec:
      restartPolicy: Never
      containers:
      - name: \(what)
        image: busybox:1.36
        command: [wget, "https://{{ .Release.Name }}:443/\(what)"]

    """
  }
}
