import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages

/// The objects in the cluster that a repository's sync needs to know, read once for each sync.
struct PublishedObjects: Sendable {
  /// The properties of an ExtensionVersion that a sync needs.
  struct Version: Hashable, Sendable {
    var name: String
    var `extension`: String
    var version: String
    var mark: String
    var isGone: Bool

    init(_ object: Object, _ dialect: Dialect) {
      let version = ExtensionVersion(object, dialect: dialect)
      name = object.name
      self.extension = version.extension
      self.version = version.version
      mark = object.annotations[Publisher.markAnnotation] ?? ""
      isGone = object.annotations[Publisher.goneAnnotation] != nil
    }

    /// The ConfigMap of its chart.
    var chartName: String { PackageSource.configMapName(self.extension, version) }
  }

  /// The properties of an Extension that a sync needs.
  private struct Published {
    var owner: String
    var mark: String
    var isGone: Bool
  }

  /// By object name.
  var versions: [String: Version]
  /// Digests of charts, by the names of their ConfigMaps.
  var charts: [String: String]
  /// The names of existing categories.
  var categories: Set<String>
  /// The owning repository, if it exists, and the mark of each extension.
  private var extensions: [String: Published]
  /// Requested versions and those that were tried last, by extension, and those that run, as far as they were read.
  private var installed: [String: Set<String>]
  /// The installations, by extension.
  private var installations: [String: [Object]]
  private let repository: String

  init(cluster: Cluster, dialect: Dialect, repository: String) async throws(ClusterError) {
    self.repository = repository
    let selector = Selector(labels: "\(dialect.repositoryLabel)=\(repository)")
    categories = Set(try await cluster.list(dialect.categories, skipping: JSONPaths(["spec"])).map(\.name))
    let published = try await cluster.list(
      dialect.extensionVersions, selector: selector, skipping: Extension.bulkyFields)
    versions = Dictionary(published.map { ($0.name, Version($0, dialect)) }, uniquingKeysWith: { $1 })
    let maps = try await cluster.list(
      .configMaps, namespace: PackageSource.namespace, selector: selector, skipping: JSONPaths(["binaryData"]))
    charts = Dictionary(
      maps.map { ($0.name, $0.annotations[PublishedVersion.digestAnnotation] ?? "") }, uniquingKeysWith: { $1 })
    let repositories = Set(try await cluster.list(dialect.repositories).map(\.name))
    extensions = [:]
    for object in try await cluster.list(dialect.extensions, skipping: JSONPaths(["spec"], ["status"])) {
      let owner = object.labels[dialect.repositoryLabel] ?? ""
      extensions[object.name] = Published(
        owner: repositories.contains(owner) ? owner : "", mark: object.annotations[Publisher.markAnnotation] ?? "",
        isGone: object.annotations[Publisher.goneAnnotation] != nil)
    }
    installations = Dictionary(grouping: try await cluster.list(dialect.installations)) { Installation($0).extension }
    installed = installations.mapValues { Set($0.flatMap(NeededVersions.named(by:)).map { VersionText($0).plain }) }
  }

  /// Reads which versions run of the extensions whose versions may be deleted: those for which `isWanted` does not hold.
  ///
  /// It must be called before a version is deleted; most syncs delete none.
  mutating func readRunning(in cluster: Cluster, unless isWanted: (Version) -> Bool) async throws(ClusterError) {
    let doubtful = Set(versions.values.filter { !isWanted($0) && !isInstalled($0) }.map(\.extension))
    for name in doubtful {
      for object in installations[name] ?? [] {
        let running = try await NeededVersions.running(of: object, in: cluster)
        installed[name, default: []].formUnion(running.map { VersionText($0).plain })
      }
    }
  }

  /// Whether the repository may publish the extension: the first repository that does owns it as long as it exists.
  func isOurs(_ name: String) -> Bool { ["", repository].contains(owner(of: name)) }

  /// The owning repository of an extension; empty if there is none.
  func owner(of name: String) -> String { extensions[name]?.owner ?? "" }

  /// Whether the version is requested or was tried last, or is known to run.
  func isInstalled(_ version: Version) -> Bool {
    installed[version.extension]?.contains(VersionText(version.version).plain) == true
  }

  /// Whether there is an installation of the extension in any version.
  func hasInstallation(of extension: String) -> Bool { installations[`extension`] != nil }

  /// Whether the current state of `entry` is published with all of its objects.
  func has(_ entry: ChartIndex.Entry, _ name: String, isNewest: Bool) -> Bool {
    guard let version = versions[name], let mark = PublishedVersion.mark(of: entry) else { return false }
    let isHeld = version.mark == mark && charts[version.chartName] != nil
    guard isHeld || version.mark == PublishedVersion.chartElsewhere + mark else { return false }
    guard isNewest else { return true }
    return extensions[entry.name].map { $0.owner == repository && $0.mark == mark && !$0.isGone } ?? false
  }
}
