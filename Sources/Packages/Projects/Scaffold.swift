package import Platform

/// The initial files of a new extension.
package enum Scaffold {
  /// The files of an extension called `name`, by path.
  package static func files(_ form: Project.Form, name: String) -> [String: String] {
    let texts = form == .chart ? chart : `extension`
    return Dictionary(
      uniqueKeysWithValues: texts.map { ($0.key, $0.value.replacingText("NAME", with: name)) })
  }

  /// Writes the files into `folder` and returns the paths of those written; existing files are left unchanged.
  package static func write(_ form: Project.Form, name: String, to folder: String) throws(SystemError) -> [String] {
    var written: [String] = []
    for (path, text) in files(form, name: name).sorted(by: { $0.key < $1.key }) {
      let file = folder + "/" + path
      if Files.exists(file) { continue }
      try Files.makeDirectory(Files.parent(of: file) ?? folder, mode: 0o755)
      try Files.write(Array(text.utf8), to: file, mode: 0o644)
      written.append(path)
    }
    return written
  }

  /// Whether `name` is valid for an extension.
  package static func isName(_ name: String) -> Bool { PackageName.isName(name) }

  private static let common = [
    ".helmignore": "*.orig\n.git/\n",
    "README.md": "# NAME\n\nWhat it does, and how it is used.\n",
  ]

  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: {{ .Release.Name }}
      labels: {app: {{ .Release.Name }}}
    spec:
      replicas: 1
      selector: {matchLabels: {app: {{ .Release.Name }}}}
      template:
        metadata: {labels: {app: {{ .Release.Name }}}}
        spec:
          containers:
          - name: server
            image: {{ .Values.image }}
            ports: [{containerPort: 8080}]
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: {{ .Release.Name }}
    spec:
      selector: {app: {{ .Release.Name }}}
      ports: [{port: 80, targetPort: 8080}]

    """

  private static let chart = common.merging(
    [
      "Chart.yaml": """
      apiVersion: v2
      name: NAME
      version: v0.1.0
      kubeVersion: v1.19.0
      description: What NAME does.
      keywords: [Dev Tools]   # the first that names a category is the category
      home: https://example.com
      sources: []
      maintainers:
      - {name: Your Name, email: you@example.com}
      icon: ""
      appVersion: 0.1.0

      """,
      "values.yaml": "# The image of the server.\nimage: registry.example.com/NAME:0.1.0\n",
      "templates/server.yaml": deployment,
      "templates/extensions.yaml": """
      apiVersion: kubesphere.io/v1alpha1
      kind: APIService
      metadata:
        name: v1alpha1.NAME.example.com
      spec:
        group: NAME.example.com
        version: v1alpha1
        service: {namespace: {{ .Release.Namespace }}, name: {{ .Release.Name }}, port: 80}
      ---
      apiVersion: kubesphere.io/v1alpha1
      kind: JSBundle
      metadata:
        name: NAME
      spec:
        raw: "System.register([], () => ({execute() {}}))"
      ---
      apiVersion: kubesphere.io/v1alpha1
      kind: ReverseProxy
      metadata:
        name: NAME
      spec:
        matcher: [{path: /NAME/*, method: "*"}]
        upstream:
          backend: http://{{ .Release.Name }}.{{ .Release.Namespace }}.svc

      """,
      "templates/roletemplates.yaml": """
      apiVersion: iam.kubesphere.io/v1beta1
      kind: RoleTemplate
      metadata:
        name: NAME-view
        labels: {iam.kubesphere.io/scope: global}
      spec:
        displayName: {en: See NAME}
        rules:
        - {apiGroups: [NAME.example.com], resources: ["*"], verbs: [get, list]}

      """,
      "templates/tests/answers.yaml": """
      apiVersion: v1
      kind: Pod
      metadata:
        name: {{ .Release.Name }}-answers
        annotations: {"helm.sh/hook": test}
      spec:
        restartPolicy: Never
        containers:
        - name: ask
          image: {{ .Values.image }}
          command: [wget, -qO-, "http://{{ .Release.Name }}"]

      """,
    ], uniquingKeysWith: { $1 })

  private static let `extension` = common.merging(
    [
      "extension.yaml": """
      apiVersion: kubesphere.io/v1alpha1
      name: NAME
      version: 0.1.0
      displayName: {en: NAME, zh: NAME}
      description: {en: What NAME does., zh: What NAME does.}
      category: dev-tools
      keywords: [dev-tools]
      home: https://example.com
      sources: []
      kubeVersion: ">=1.19.0-0"
      ksVersion: ">=4.0.0-0"
      maintainers:
      - {name: Your Name, email: you@example.com}
      provider:
        en: {name: Your Name, email: you@example.com, url: https://example.com}
        zh: {name: Your Name, email: you@example.com, url: https://example.com}
      icon: ./static/favicon.svg
      installationMode: HostOnly
      dependencies:
      - {name: frontend, tags: [extension], condition: frontend.enabled}
      - {name: backend, tags: [extension], condition: backend.enabled}
      images: [registry.example.com/NAME:0.1.0]

      """,
      "values.yaml":
        "backend:\n  enabled: true\n  image: registry.example.com/NAME:0.1.0\nfrontend:\n  enabled: true\n",
      "README_zh.md": "# NAME\n",
      "CHANGELOG.md": "# Changelog\n\n## 0.1.0\n- The first version.\n",
      "CHANGELOG_zh.md": "# Changelog\n\n## 0.1.0\n",
      "permissions.yaml": """
      kind: Role
      rules:
      - {apiGroups: ["", apps], resources: [services, deployments], verbs: ["*"]}
      ---
      kind: ClusterRole
      rules:
      - {apiGroups: [extensions.kubesphere.io], resources: ["*"], verbs: ["*"]}

      """,
      "static/favicon.svg": """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#329dce"/></svg>

      """,
      "charts/backend/Chart.yaml": "apiVersion: v2\nname: backend\nversion: 0.1.0\n",
      "charts/backend/values.yaml": "image: registry.example.com/NAME:0.1.0\n",
      "charts/backend/templates/server.yaml": deployment,
      "charts/backend/templates/extensions.yaml": """
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: APIService
      metadata:
        name: v1alpha1.NAME.example.com
      spec:
        group: NAME.example.com
        version: v1alpha1
        url: http://{{ .Release.Name }}.{{ .Release.Namespace }}.svc

      """,
      "charts/frontend/Chart.yaml": "apiVersion: v2\nname: frontend\nversion: 0.1.0\n",
      "charts/frontend/values.yaml": "{}\n",
      "charts/frontend/templates/extensions.yaml": """
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: JSBundle
      metadata:
        name: NAME
      spec:
        rawFrom:
          configMapKeyRef: {namespace: {{ .Release.Namespace }}, name: {{ .Release.Name }}-frontend, key: index.js}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: {{ .Release.Name }}-frontend
      data:
        index.js: "System.register([], () => ({execute() {}}))"

      """,
    ], uniquingKeysWith: { $1 })
}
