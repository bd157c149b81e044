public import Manifest

/// What a package's `extension.yaml` says, read tolerantly (docs/KUBESPHERE.md: Packages).
///
/// `value` is the whole document; what is not named here is reached through it.
public struct ExtensionManifest: Hashable, Sendable {
  public var value: Value

  public init(_ value: Value) { self.value = value }

  public var name: String { Chart.text(value["name"]) }
  public var version: String { Chart.text(value["version"]) }
  public var displayName: Localized { Localized(value["displayName"]) }
  public var description: Localized { Localized(value["description"]) }
  public var category: String { Chart.text(value["category"]) }
  public var icon: String { Chart.text(value["icon"]) }
  public var home: String { Chart.text(value["home"]) }
  public var docs: String { Chart.text(value["docs"]) }
  /// A semver constraint on Kubernetes' version, or empty.
  public var kubeVersion: String { Chart.text(value["kubeVersion"]) }
  /// A semver constraint on KubeSphere's version, or empty.
  public var ksVersion: String { Chart.text(value["ksVersion"]) }
  /// The namespace the release goes to; empty means `extension-<name>`.
  public var namespace: String { Chart.text(value["namespace"]) }
  public var isMulticluster: Bool { value["installationMode"]?.string == "Multicluster" }
  public var keywords: [String] { texts("keywords") }
  public var sources: [String] { texts("sources") }
  public var screenshots: [String] { texts("screenshots") }
  /// Container images, for those who mirror them.
  public var images: [String] { texts("images") }

  /// The parts of the package, which may be wanted on the host, on agents or on both.
  public var dependencies: [Value] { value["dependencies"]?.sequence ?? [] }

  /// Other things the cluster must have.
  public var externalDependencies: [Value] { value["externalDependencies"]?.sequence ?? [] }

  private func texts(_ key: String) -> [String] {
    // The seed wrote one string where a list belongs.
    if let one = value[key]?.string { return [one] }
    return value[key]?.sequence?.compactMap(\.string) ?? []
  }
}
