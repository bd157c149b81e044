package import Client
package import KubernetesAPI
package import Manifest
import Packages

extension ExtensionVersion {
  /// The version objects of `extension`, unordered.
  ///
  /// Versions of the first design need no label that names their extension. So in the first design, and if no object
  /// has the label, unlabelled objects are searched as well.
  package static func objects(
    of extension: String, in cluster: Cluster, _ dialect: Dialect, _ selector: Selector = Selector(),
    skipping: JSONPaths = bulkyFields
  ) async throws(ClusterError) -> [Object] {
    func selecting(_ label: String) -> Selector {
      Selector(labels: label + (selector.labels.isEmpty ? "" : ",\(selector.labels)"), fields: selector.fields)
    }
    let label = dialect.extensionLabel
    let labelled = try await cluster.list(
      dialect.extensionVersions, selector: selecting("\(label)=\(`extension`)"), skipping: skipping)
    if !labelled.isEmpty, dialect.era != .seed { return labelled }
    let others = try await cluster.list(
      dialect.extensionVersions, selector: selecting("!\(label)"), skipping: skipping)
    return labelled + others.filter { ExtensionVersion($0, dialect: dialect).extension == `extension` }
  }

  /// The version of `extension` that equals `version` apart from a leading `v`; `nil` if there is none.
  ///
  /// A version object with a chart is preferred, then one with the same spelling.
  package static func find(
    _ extension: String, _ version: String, in cluster: Cluster, _ dialect: Dialect
  ) async throws(ClusterError) -> ExtensionVersion? {
    let all = try await objects(of: `extension`, in: cluster, dialect).map { ExtensionVersion($0, dialect: dialect) }
    let same = all.filter { VersionText($0.version) == VersionText(version) }.sorted { $0.name < $1.name }
    let installable = same.filter { !$0.chartURL.isEmpty || $0.chartData != nil }
    let candidates = installable.isEmpty ? same : installable
    return candidates.first { $0.version == version } ?? candidates.first
  }
}
