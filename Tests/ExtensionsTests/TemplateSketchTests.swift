import Manifest
import TestSupport
import Testing

@testable import Packages

/// What templates would make, told without rendering them.
@Suite struct TemplateSketchTests {
  private func sketches(_ files: [String: String]) -> [TemplateSketch] {
    Package(files: files.mapValues { Array($0.utf8) }).sketches(release: "bell")
  }

  @Test func actionsOnLinesOfTheirOwnGoAndOthersBecomeWords() {
    let found = sketches([
      "templates/a.yaml": """
      {{- if .Values.on }}
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: {{ .Release.Name }}-{{ include "x.suffix" . }}
        labels:
          {{- include "x.labels" . | nindent 4 }}
      {{- /* a comment
        of two lines */}}
      data:
        a: "{{ .Values.a }}"
      {{- end }}
      ---
      {{ if false }}kind: {{ end }}
      ---
      kind: Secret
      metadata: {name: {{ .Chart.Name }}}
      """, "templates/NOTES.txt": "kind: Note", "values.yaml": "kind: Value",
    ])

    #expect(found.map(\.kind) == ["ConfigMap", "Secret"])
    #expect(found.map(\.name) == ["bell-…", "…"])
    #expect(found[0].value[path: "data", "a"] == "…")
  }

  @Test(arguments: [
    ("test", true), ("test-success", true), ("pre-install, test", true), ("test-failure", false),
    ("post-install", false),
  ])
  func testsAreThoseThatHelmRuns(hook: String, isTest: Bool) {
    let found = sketches([
      "templates/tests/a.yml": "kind: Pod\nmetadata:\n  name: a\n  annotations: {helm.sh/hook: \"\(hook)\"}\n"
    ])

    #expect(found.map(\.isTest) == [isTest])
  }

  @Test func aRoleTemplateSaysWhatItAllows() {
    let found = sketches([
      "templates/roletemplates.yaml": """
      apiVersion: iam.kubesphere.io/v1beta1
      kind: RoleTemplate
      metadata:
        name: {{ .Release.Name }}-view
        labels: {iam.kubesphere.io/scope: global}
      spec:
        displayName: {en: View bells, zh: 查看}
        rules:
        - {apiGroups: [bell.example, ""], resources: [bells], verbs: [get, list]}
        - {nonResourceURLs: [/bell/*], verbs: ["*"]}
      """
    ])

    #expect(found.map(\.isRoleTemplate) == [true])
    #expect(
      found.map(\.grant) == [
        "bell-view (View bells) in global: get, list bells of bell.example, core; * /bell/*"
      ])
  }
}
