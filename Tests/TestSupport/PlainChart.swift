/// A chart with nothing but `Chart.yaml`, as the first design has it.
package enum PlainChart {
  /// Its `Chart.yaml`: a version with a `v`, a bare `kubeVersion`, and every field that says something.
  package static let text = """
    apiVersion: v2
    name: orchard
    version: v0.10.0
    kubeVersion: v1.17.0
    description: Orchard Extension for KubeSphere.
    type: application
    keywords:
      - DevOps    # the category
      - fruit
    home: https://orchard.example
    sources:
      - https://git.example/orchard
      - https://mirror.example/orchard
    dependencies: # charts of its own
      - name: press
        version: v0.0.1
        alias: cider
    maintainers:
      - name: orchard
        email: ada@orchard.example
        url: https://people.example/ada
        since: 2020
    icon: 'data:image/png;base64, <Base64Encoded Image>'
    appVersion: v0.10.0
    annotations:
      extensions.kubesphere.io/foo: bar
      orchard.example/fresh: true

    """

  /// Its files by path.
  package static let files: [String: [UInt8]] = [
    "Chart.yaml": Array(text.utf8), "values.yaml": Array("apples: 3\n".utf8), "README.md": Array("Orchard".utf8),
    "templates/settings.yaml": Array(
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: orchard\ndata:\n  apples: \"{{ .Values.apples }}\"\n".utf8),
  ]
}
