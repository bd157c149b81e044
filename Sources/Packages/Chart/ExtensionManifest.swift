package import Manifest

/// A package's `extension.yaml`, read tolerantly (docs/KUBESPHERE.md: Packages).
///
/// `value` is the whole document, including fields that have no property here.
package struct ExtensionManifest: Hashable, Sendable {
  package var value: Value

  package init(_ value: Value) { self.value = value }

  /// The manifest of a package that has only a `Chart.yaml`.
  ///
  /// A `kubeVersion` that is a bare version means that version or a newer one. The chart's dependencies are left out:
  /// they are its own charts, and not parts for agents.
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
  /// A semver constraint on Kubernetes' version; empty for none.
  package var kubeVersion: String { Chart.text(value["kubeVersion"]) }
  /// A semver constraint on KubeSphere's version; empty for none.
  package var ksVersion: String { Chart.text(value["ksVersion"]) }
  /// The namespace of the release; empty means `extension-<name>`.
  package var namespace: String { Chart.text(value["namespace"]) }
  package var isMulticluster: Bool { value["installationMode"]?.string == "Multicluster" }
  package var keywords: [String] { texts("keywords") }
  package var sources: [String] { texts("sources") }
  package var screenshots: [String] { texts("screenshots") }
  /// Container images, for mirroring.
  package var images: [String] { texts("images") }

  /// The parts of the package, which may be installed on the host, with agents, or both.
  package var dependencies: [Value] { value["dependencies"]?.sequence ?? [] }

  /// Dependencies outside of the package, such as other extensions, required or optional.
  package var externalDependencies: [Value] { value["externalDependencies"]?.sequence ?? [] }

  private func texts(_ key: String) -> [String] {
    // The first design wrote a single string in place of a list.
    if let one = value[key]?.string { return [one] }
    return value[key]?.sequence?.compactMap(\.string) ?? []
  }
}
