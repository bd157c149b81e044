import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest

/// Makes the cluster's marketplace what an index says.
struct Publisher: Sendable {
  /// What came of it.
  struct Outcome: Hashable, Sendable {
    var extensions = 0
    var versions = 0
    /// What was left out, and why.
    var problems: [String] = []
  }

  var cluster: Cluster
  var dialect: Dialect
  var repository: Object
  var source: RepositorySource

  func publish(_ index: ChartIndex) async throws(ClusterError) -> Outcome {
    var outcome = Outcome(problems: index.refused)
    try await cluster.ensureNamespace(PackageSource.namespace)
    let present = try await Present(self)
    var wanted: Set<String> = []
    var wantedCharts: Set<String> = []
    for (name, entries) in index.entries.sorted(by: { $0.key < $1.key }) {
      guard try await isOurs(name) else {
        outcome.problems.append("\(name): another repository has it already")
        continue
      }
      let kept = selected(entries, present)
      wanted.formUnion(kept.map { dialect.versionName(name, $0.version) })
      wantedCharts.formUnion(kept.map { PackageSource.configMapName(name, $0.version) })
      let published = try await publish(kept, present, &outcome)
      outcome.versions += published
      outcome.extensions += published > 0 ? 1 : 0
    }
    for version in present.versions.values.sorted(by: { $0.name < $1.name }) where !wanted.contains(version.name) {
      try await cluster.remove(dialect.extensionVersions, version.name)
      let chart = PackageSource.configMapName(version.extension, version.version)
      // Of an object that was called otherwise before, the chart is the same.
      if wantedCharts.contains(chart) { continue }
      try await cluster.remove(.configMaps, namespace: PackageSource.namespace, chart)
    }
    return outcome
  }

  /// Publishes the versions of one extension, newest first, and says how many.
  private func publish(
    _ entries: [ChartIndex.Entry], _ present: Present, _ outcome: inout Outcome
  ) async throws(ClusterError) -> Int {
    var published = 0
    for entry in entries {
      var version: PublishedVersion
      do {
        version = try PublishedVersion(
          entry, archive: source.archive(of: entry), address: source.location(of: entry))
      } catch {
        outcome.problems.append("\(entry.name) \(entry.version): \(error)")
        continue
      }
      version.chooseCategory(among: present.categories)
      do throws(ClusterError) {
        // The newest speaks for the extension.
        if published == 0 { try await publishExtension(version) }
        try await publishVersion(version, present)
        published += 1
      } catch {
        // One that is refused for what is in it keeps no other from being published.
        guard case .refused(let status) = error, [400, 413, 422].contains(status.code) else { throw error }
        outcome.problems.append("\(entry.name) \(entry.version): \(error.brief)")
      }
    }
    return published
  }

  private func publishExtension(_ version: PublishedVersion) async throws(ClusterError) {
    var labels = [dialect.repositoryLabel: repository.name]
    if !version.category.isEmpty {
      labels[dialect.categoryLabel] = version.category
      if try await cluster.find(dialect.categories, version.category) == nil {
        _ = try await cluster.create(
          dialect.categories, KnownCategories.object(version.category, called: version.categoryTitle, dialect))
      }
    }
    try await cluster.ensure(dialect.extensions, version.extensionObject(dialect, labels: labels))
  }

  private func publishVersion(_ version: PublishedVersion, _ present: Present) async throws(ClusterError) {
    var labels = [dialect.extensionLabel: version.entry.name, dialect.repositoryLabel: repository.name]
    // The chart first: a version that can be seen can be installed.
    if let chart = version.archiveMap(labels),
      present.charts[chart.name] != chart.annotations[PublishedVersion.digestAnnotation]
    {
      try await cluster.ensure(.configMaps, chart)
    }
    if !version.category.isEmpty { labels[dialect.categoryLabel] = version.category }
    try await cluster.ensure(
      dialect.extensionVersions, version.versionObject(dialect, repository: repository.name, labels: labels))
  }

  /// The newest ones, as many as the repository wants; those that are there already stay.
  private func selected(_ entries: [ChartIndex.Entry], _ present: Present) -> [ChartIndex.Entry] {
    guard dialect.name == .installPlan else { return entries }
    let depth = repository.spec["depth"]?.integer ?? 3
    guard depth > 0 else { return entries }
    return entries.enumerated()
      .filter { $0.offset < depth || present.versions[dialect.versionName($0.element.name, $0.element.version)] != nil }
      .map(\.element)
  }

  /// The first repository wins, as long as it is there.
  private func isOurs(_ name: String) async throws(ClusterError) -> Bool {
    guard let object = try await cluster.find(dialect.extensions, name, skipping: Extension.unread),
      let owner = object.labels[dialect.repositoryLabel], owner != repository.name
    else { return true }
    return try await cluster.find(dialect.repositories, owner) == nil
  }

  /// What came from this repository before.
  private struct Present {
    /// By the names of their objects.
    var versions: [String: ExtensionVersion]
    /// Digests of charts by the names of their ConfigMaps.
    var charts: [String: String]
    /// The names of the categories that there are.
    var categories: [String]

    init(_ publisher: Publisher) async throws(ClusterError) {
      let selector = Selector(labels: "\(publisher.dialect.repositoryLabel)=\(publisher.repository.name)")
      let cluster = publisher.cluster
      categories = try await cluster.list(publisher.dialect.categories, skipping: JSONPaths(["spec"])).map(\.name)
      let found = try await cluster.list(
        publisher.dialect.extensionVersions, selector: selector, skipping: Extension.unread)
      versions = Dictionary(
        found.map { ($0.name, ExtensionVersion($0, dialect: publisher.dialect)) }, uniquingKeysWith: { $1 })
      let maps = try await cluster.list(
        .configMaps, namespace: PackageSource.namespace, selector: selector, skipping: JSONPaths(["binaryData"]))
      charts = Dictionary(
        maps.map { ($0.name, $0.annotations[PublishedVersion.digestAnnotation] ?? "") }, uniquingKeysWith: { $1 })
    }
  }
}
