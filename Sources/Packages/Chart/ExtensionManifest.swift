package import Manifest

/// What a package's `extension.yaml` says, read tolerantly (docs/KUBESPHERE.md: Packages).
///
/// `value` is the whole document; what is not named here is reached through it.
package struct ExtensionManifest: Hashable, Sendable {
  package var value: Value

  package init(_ value: Value) { self.value = value }

  /// What `Chart.yaml` says of the extension when the package has nothing else.
  ///
  /// A `kubeVersion` that is a version and nothing more means that one or newer, and a chart's dependencies are charts
  /// of its own and no parts for agents.
  init(chart: Value) {
    var mapping = chart.mapping ?? [:]
    mapping["kubeVersion"] = .string(VersionConstraint.orMinimum(Chart.text(chart["kubeVersion"])))
    mapping["dependencies"] = nil
    value = .mapping(mapping)
  }

  package var name: String { Chart.text(value["name"]) }
  package var version: String { Chart.text(value["version"]) }
  package var displayName: Localized { Localized(value["displayName"]) }
  package var description: Localized { Localized(value["description"]) }
  package var category: String { Chart.text(value["category"]) }
  package var icon: String { Chart.text(value["icon"]) }
  package var home: String { Chart.text(value["home"]) }
  package var docs: String { Chart.text(value["docs"]) }
  /// A semver constraint on Kubernetes' version, or empty.
  package var kubeVersion: String { Chart.text(value["kubeVersion"]) }
  /// A semver constraint on KubeSphere's version, or empty.
  package var ksVersion: String { Chart.text(value["ksVersion"]) }
  /// The namespace the release goes to; empty means `extension-<name>`.
  package var namespace: String { Chart.text(value["namespace"]) }
  package var isMulticluster: Bool { value["installationMode"]?.string == "Multicluster" }
  package var keywords: [String] { texts("keywords") }
  package var sources: [String] { texts("sources") }
  package var screenshots: [String] { texts("screenshots") }
  /// Container images, for those who mirror them.
  package var images: [String] { texts("images") }

  /// The parts of the package, which may be wanted on the host, on agents or on both.
  package var dependencies: [Value] { value["dependencies"]?.sequence ?? [] }

  /// Other things the cluster must have.
  package var externalDependencies: [Value] { value["externalDependencies"]?.sequence ?? [] }

  private func texts(_ key: String) -> [String] {
    // The seed wrote one string where a list belongs.
    if let one = value[key]?.string { return [one] }
    return value[key]?.sequence?.compactMap(\.string) ?? []
  }
}
