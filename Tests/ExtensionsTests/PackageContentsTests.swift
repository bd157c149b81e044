import Packages
import Testing

/// What is in a package, without rendering it.
@Suite struct PackageContentsTests {
  private func contents(_ files: [String: String]) -> PackageContents {
    var all = ["Chart.yaml": "name: whizard\nversion: 1.0.0\n"]
    all.merge(files) { $1 }
    return PackageContents(Package(files: all.mapValues { Array($0.utf8) }))
  }

  @Test func kindsStandInTemplatesAndWhatTheChartDefinesItselfIsNotNeeded() {
    let found = contents([
      "templates/a.yaml": """
      {{- if .Values.on }}
      apiVersion: apps/v1
      kind: Deployment # the server
      metadata: {name: a}
      {{- end }}
      ---
      apiVersion: "net.example/v1"
      kind: 'TrafficPolicy'
      """,
      "charts/part/templates/b.yaml": "apiVersion: own.example/v1\nkind: Gauge\n",
      "crds/gauge.yaml": """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      spec: {group: own.example, names: {kind: Gauge}, versions: [{name: v1}]}
      """,
      "templates/c.yaml": "apiVersion: {{ .Values.api }}\nkind: Ingress\n",
      "templates/d.yaml": """
      {{ if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}
      apiVersion: monitoring.coreos.com/v1
      kind: ServiceMonitor
      {{ end }}
      """,
      "templates/NOTES.txt": "kind: Nothing",
    ])

    #expect(
      found.kinds.map(\.words) == [
        "Deployment (apps/v1)", "Gauge (own.example/v1)", "ServiceMonitor (monitoring.coreos.com/v1)",
        "TrafficPolicy (net.example/v1)",
      ])
    #expect(found.needed.map(\.kind) == ["Deployment", "TrafficPolicy"])
    #expect(found.definitions.map(\.words) == ["Gauge (own.example/v1)"])
    #expect(found.unknownFiles == ["templates/c.yaml"])
  }

  @Test func whatTheGatewayWouldServeIsNamed() {
    let found = contents([
      "templates/serving.yaml": """
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: APIService
      spec:
        group: weather.example.com
        version: v1
      ---
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: JSBundle
      status: {state: Available}
      link: /dist/whizard/index.js
      ---
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: ReverseProxy
      spec:
        matcher:
          method: "*"
          path: /proxy/whizard/*
      ---
      apiVersion: apiregistration.k8s.io/v1
      kind: APIService
      spec: {group: x, version: v1}
      """
    ])

    #expect(
      found.served.map(\.words) == ["weather.example.com/v1", "/dist/whizard/index.js", "* /proxy/whizard/*"])
  }

  @Test func whatIsServedHasTheNameOfItsReleaseAndDotsForTheRest() {
    let files = [
      "Chart.yaml": "name: whizard\nversion: 1.0.0\n",
      "templates/serving.yaml": """
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: JSBundle
      status: {state: Available}
      link: /dist/{{ .Release.Name }}/index.js
      ---
      apiVersion: extensions.kubesphere.io/v1alpha1
      kind: ReverseProxy
      spec:
        matcher:
          method: "{{ .Values.method }}"
          path: /proxy/{{ .Release.Name }}/*
      """,
    ]
    let package = Package(files: files.mapValues { Array($0.utf8) })

    let known = PackageContents(package, release: "bell").served
    #expect(known.map(\.words) == ["/dist/bell/index.js", "… /proxy/bell/*"])
    #expect(known.map(\.isPartlyKnown) == [false, true])
    #expect(PackageContents(package).served.first?.words == "/dist/…/index.js")
  }

  @Test func permissionsAreWordsAndWhatReachesFarIsMarked() {
    let found = contents([
      "permissions.yaml": """
      kind: ClusterRole
      rules:
        - {verbs: [get, list], apiGroups: [""], resources: [secrets]}
        - {verbs: ["*"], apiGroups: ["*"], resources: ["*"]}
        - {verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [view]}
        - {verbs: [get], nonResourceURLs: [/metrics]}
      ---
      kind: Role
      rules:
        - {verbs: [create], apiGroups: [apps], resources: [deployments]}
        - {verbs: ["*"], apiGroups: ["", apps, batch], resources: ["*"]}
        - {verbs: [watch], apiGroups: ["", events.k8s.io], resources: [events]}
      """
    ])

    #expect(
      found.permissions.map(\.words) == [
        "get, list secrets in all namespaces", "do anything with everything in all namespaces",
        "bind clusterroles.rbac.authorization.k8s.io called view in all namespaces", "get /metrics",
        "create deployments.apps in its own namespace",
        "do anything with all kinds of core, apps, batch in its own namespace",
        "watch events.core|events.k8s.io in its own namespace",
      ])
    #expect(found.permissions.map(\.isDangerous) == [true, true, true, false, false, true, false])
  }
}
