import Client
package import KubernetesAPI
package import Manifest
package import Packages
package import Platform

/// A version of an extension: its requirements and the place of its chart.
package struct ExtensionVersion: StoreElement {
  /// The object's name; its label or owner names the extension more reliably.
  package var name: String
  package var resourceVersion: String
  package var `extension`: String
  package var version: String
  package var displayName: Localized
  package var description: Localized
  package var category: String
  package var keywords: [String]
  package var home: String
  package var repository: String
  /// A semver constraint on Kubernetes' version, or empty.
  package var kubeVersion: String
  /// The oldest Kubernetes version that it supports, a field of the first design, or empty.
  package var minKubeVersion: String
  /// A semver constraint on KubeSphere's version, or empty.
  package var ksVersion: String
  /// The namespace of the release; empty for `extension-<name>`.
  package var namespace: String
  /// Whether it can have agents in member clusters.
  package var isMulticluster: Bool
  package var dependencies: [Dependency]
  package var chartURL: String
  package var chartData: ChartDataReference?
  package var digest: String
  /// The creation time that the package states, or empty.
  package var released: String
  package var created: String
  /// Since when no repository has it any more, or empty; `nil` if one has it.
  ///
  /// It is kept as long as it is installed.
  package var goneSince: String?

  /// The annotation with the time since which no repository has it.
  package static let goneAnnotation = "ksx.dev/gone-from-repository"

  /// A dependency of this version.
  package struct Dependency: Hashable, Sendable {
    package var name: String
    /// `extension` if the package does not say.
    package var type: String
    /// A semver constraint, or empty for any version.
    package var version: String
    package var isRequired: Bool
  }

  /// The key of a ConfigMap that holds the packed chart.
  package struct ChartDataReference: Hashable, Sendable {
    package var namespace: String
    package var name: String
    package var key: String
  }

  package static let bulkyFields = Extension.bulkyFields

  package init(_ object: Object, dialect: Dialect) {
    let spec = object.spec
    name = object.name
    resourceVersion = object.resourceVersion
    version = spec["version"]?.string ?? ""
    `extension` = Self.extensionName(object, version: version)
    displayName = Localized(spec["displayName"])
    description = Localized(spec["description"])
    category = spec["category"]?.string ?? object.labels[dialect.categoryLabel] ?? ""
    keywords = spec["keywords"]?.sequence?.compactMap(\.string) ?? []
    home = spec["home"]?.string ?? ""
    repository = spec["repository"]?.string ?? spec["repo"]?.string ?? ""
    minKubeVersion = Chart.text(spec["minKubeVersion"])
    kubeVersion = spec["kubeVersion"]?.string ?? Self.constraint(minKubeVersion, dialect)
    ksVersion = spec["ksVersion"]?.string ?? ""
    namespace = spec["namespace"]?.string ?? ""
    isMulticluster = spec["installationMode"]?.string == "Multicluster"
    dependencies = (spec["externalDependencies"]?.sequence ?? []).compactMap(Self.dependency)
    chartURL = spec["chartURL"]?.string ?? spec["urls"]?.sequence?.first?.string ?? ""
    chartData = Self.chartData(spec["chartDataRef"])
    digest = spec["digest"]?.string ?? ""
    released = spec["created"]?.string ?? ""
    created = object.creationTimestamp ?? ""
    goneSince = object.annotations[Self.goneAnnotation]
  }

  /// Whether no repository has it any more.
  package var isGone: Bool { goneSince != nil }

  /// What users are told of it if no repository has it any more.
  package var absence: Sentence? {
    goneSince.map { since in
      since.isEmpty ? "gone from its repository" : "gone from its repository since \(String(since.prefix(10)))"
    }
  }

  private static func extensionName(_ object: Object, version: String) -> String {
    let labels = object.labels
    if let label = labels["kubesphere.io/extension-ref"] ?? labels["kubesphere.io/extension"] { return label }
    let owners = object.value[path: "metadata", "ownerReferences"]?.sequence ?? []
    if let owner = owners.first(where: { $0["kind"]?.string == "Extension" })?["name"]?.string { return owner }
    let plain = VersionText(version).plain
    for suffix in ["-\(plain)", "-v\(plain)"] where !plain.isEmpty && object.name.hasSuffix(suffix) {
      return String(object.name.dropLast(suffix.count))
    }
    return nameBeforeVersion(object.name)
  }

  /// The part of an object's name before a version: `devops` of `devops-v0.10.1`, whatever `spec.version` is.
  private static func nameBeforeVersion(_ name: String) -> String {
    for index in name.indices where name[index] == "-" && index > name.startIndex {
      let rest = name[name.index(after: index)...]
      let core = rest.prefix { $0 != "-" && $0 != "+" }
      if core.count(where: { $0 == "." }) == 2, SemanticVersion(rest) != nil { return String(name[..<index]) }
    }
    return name
  }

  /// A minimum version as a constraint; in the first design it also allows vendor builds.
  private static func constraint(_ minimum: String, _ dialect: Dialect) -> String {
    if minimum.isEmpty { return "" }
    return dialect.era == .seed ? VersionConstraint.orMinimum(minimum) : ">=\(minimum)"
  }

  private static func dependency(_ value: Value) -> Dependency? {
    guard let name = value["name"]?.string else { return nil }
    return Dependency(
      name: name, type: value["type"]?.string ?? "extension", version: value["version"]?.string ?? "",
      isRequired: value["required"]?.bool ?? false)
  }

  private static func chartData(_ value: Value?) -> ChartDataReference? {
    guard let name = value?["name"]?.string, !name.isEmpty else { return nil }
    return ChartDataReference(
      namespace: value?["namespace"]?.string ?? "kubesphere-system", name: name,
      key: value?["key"]?.string ?? "chart.tgz")
  }
}

extension Sequence<ExtensionVersion> {
  /// The versions of one extension in the same order, without duplicates that differ only in a leading `v`; of those
  /// the one with a chart is kept.
  package var withoutDuplicates: [ExtensionVersion] {
    func rank(_ version: ExtensionVersion) -> (Int, String) {
      (version.chartURL.isEmpty && version.chartData == nil ? 1 : 0, version.name)
    }
    let best = Dictionary(map { (VersionText($0.version), $0) }) { rank($1) < rank($0) ? $1 : $0 }
    return filter { best[VersionText($0.version)]?.name == $0.name }
  }
}
