import Packages

extension CataloguePart {
  /// Template files by path.
  var templates: [String: String] {
    switch self {
    case .settings(let settings): ["templates/settings.yaml": Self.settings(settings)]
    case .page: ["templates/page.yaml": Self.pageTemplate]
    case .workload:
      ["templates/deployment.yaml": Self.deploymentTemplate, "templates/service.yaml": Self.serviceTemplate]
    case .job: ["templates/job.yaml": Self.jobTemplate]
    case .api: ["templates/apiservice.yaml": Self.apiTemplate]
    case .proxy: ["templates/reverseproxy.yaml": Self.proxyTemplate]
    case .untrusted: ["templates/untrusted.yaml": Self.untrustedTemplate]
    case .template(let path, let text): [path: text]
    }
  }

  /// Lines of `values.yaml`.
  var values: String {
    switch self {
    case .settings(let settings):
      settings.map { "# \($0.meaning)\n\($0.key): \($0.value)\n" }.joined(separator: "\n")
    case .workload(let seconds):
      """
      # How many replicas answer.
      replicas: 1

      # Where the image comes from.
      image:
        repository: registry.k8s.io/pause
        tag: "3.9"

      # Without a kubelet, the Deployment is called ready after this many seconds.
      readyAfter: \(seconds)

      """
    case .job(let seconds):
      """
      # Without a kubelet, the preparing Job is called done after this many seconds.
      jobReadyAfter: \(seconds)

      """
    case .page, .api, .proxy, .untrusted, .template: ""
    }
  }

  private static func settings(_ settings: [Setting]) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: {{ .Release.Name }}-settings
      namespace: {{ .Release.Namespace }}
    data:
      version: "{{ .Chart.Version }}"

    """ + settings.map { "  \($0.key): \"{{ .Values.\($0.key) }}\"\n" }.joined()
  }

  private static let pageTemplate = """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: {{ .Release.Name }}-page
      namespace: {{ .Release.Namespace }}
    data:
      index.js: |
        System.register([], function (exports) {
          return { execute: function () { exports("default", { name: "{{ .Chart.Name }}", version: "{{ .Chart.Version }}" }); } };
        });
    ---
    apiVersion: {{ .Values.global.servingGroup }}/v1alpha1
    kind: JSBundle
    metadata:
      name: {{ .Release.Name }}
    spec:
      rawFrom:
        configMapKeyRef:
          name: {{ .Release.Name }}-page
          namespace: {{ .Release.Namespace }}
          key: index.js

    """

  private static let deploymentTemplate = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: {{ .Release.Name }}
      namespace: {{ .Release.Namespace }}
      labels:
        app: {{ .Release.Name }}
      annotations:
        standalone.ksx.dev/ready-after: "{{ .Values.readyAfter }}"
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
            ports:
            - containerPort: 8443

    """

  private static let serviceTemplate = """
    apiVersion: v1
    kind: Service
    metadata:
      name: {{ .Release.Name }}
      namespace: {{ .Release.Namespace }}
    spec:
      selector:
        app: {{ .Release.Name }}
      ports:
      - name: https
        port: 443
        targetPort: 8443

    """

  private static let jobTemplate = """
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: {{ .Release.Name }}-prepare
      namespace: {{ .Release.Namespace }}
      annotations:
        standalone.ksx.dev/ready-after: "{{ .Values.jobReadyAfter }}"
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: prepare
            image: busybox:1.36
            command: ["true"]

    """

  private static let apiTemplate = """
    apiVersion: {{ .Values.global.servingGroup }}/v1alpha1
    kind: APIService
    metadata:
      name: v1alpha1.{{ .Release.Name }}.meadow.example
    spec:
      group: {{ .Release.Name }}.meadow.example
      version: v1alpha1
      service:
        name: {{ .Release.Name }}
        namespace: {{ .Release.Namespace }}
        port: 443

    """

  private static let proxyTemplate = """
    apiVersion: {{ .Values.global.servingGroup }}/v1alpha1
    kind: ReverseProxy
    metadata:
      name: {{ .Release.Name }}
    spec:
      matcher:
        method: "*"
        path: /proxy/{{ .Release.Name }}/*
      upstream:
        service:
          name: {{ .Release.Name }}
          namespace: {{ .Release.Namespace }}
          port: 443

    """

  private static let untrustedTemplate = """
    apiVersion: v1
    kind: Service
    metadata:
      name: {{ .Release.Name }}-untrusted
      namespace: {{ .Release.Namespace }}
    spec:
      selector:
        app: {{ .Release.Name }}
      ports:
      - name: https
        port: 443
        targetPort: 8444
    ---
    apiVersion: {{ .Values.global.servingGroup }}/v1alpha1
    kind: ReverseProxy
    metadata:
      name: {{ .Release.Name }}-untrusted
    spec:
      matcher:
        method: "*"
        path: /proxy/{{ .Release.Name }}-untrusted/*
      upstream:
        service:
          name: {{ .Release.Name }}-untrusted
          namespace: {{ .Release.Namespace }}
          port: 443

    """
}
