import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Publishes the contents of an index as objects.
///
/// Extensions are published concurrently, up to a limit, because most of the time is spent waiting for charts.
struct Publisher: Sendable {
  /// The result of a sync.
  struct Outcome: Hashable, Sendable {
    var extensions = 0
    var versions = 0
    /// How many versions are kept only because they are installed.
    var gone = 0
    /// Extensions that another repository has published, with its name.
    var nameConflicts: [String: String] = [:]
    /// What was left out, with the reasons.
    var problems: [String] = []
    /// Whether a retry may publish more.
    var isTransient = false
    /// The names of the ExtensionVersions that exist now.
    var names: [String] = []

    mutating func add(_ other: Outcome) {
      extensions += other.extensions
      versions += other.versions
      problems += other.problems
      isTransient = isTransient || other.isTransient
      names += other.names
    }
  }

  /// The annotation with the time since when a version is in no index, or an extension in no repository; `Leftovers`
  /// deletes it once it is not installed.
  static let goneAnnotation = ExtensionVersion.goneAnnotation
  /// The annotation that identifies the chart an object was generated from, so that unchanged charts are skipped.
  static let markAnnotation = "ksx.dev/chart-mark"
  /// Extensions that are published concurrently.
  private static let breadth = 16

  var cluster: Cluster
  var dialect: Dialect
  var repository: Object
  var charts: any ChartSource
  var now: Timestamp

  func publish(_ index: ChartIndex) async throws(ClusterError) -> Outcome {
    var outcome = Outcome(problems: index.refused)
    try await cluster.ensureNamespace(PackageSource.namespace)
    let present = try await PublishedObjects(cluster: cluster, dialect: dialect, repository: repository.name)
    var wanted: Set<String> = []
    var work: [[ChartIndex.Entry]] = []
    for (name, entries) in index.entries.sorted(by: { $0.key < $1.key }) {
      guard present.isOurs(name) else {
        outcome.nameConflicts[name] = present.owner(of: name)
        outcome.problems.append("\(name): the repository \(present.owner(of: name)) has it already")
        continue
      }
      let kept = selected(entries, present)
      wanted.formUnion(kept.map { dialect.versionName(name, $0.version) })
      work.append(kept)
    }
    try await publish(work, present, &outcome)
    let charts = Set(work.joined().map { PackageSource.configMapName($0.name, $0.version) })
    try await removeOthers(than: wanted, charts, present, &outcome)
    return outcome
  }

  private func publish(
    _ work: [[ChartIndex.Entry]], _ present: PublishedObjects, _ outcome: inout Outcome
  ) async throws(ClusterError) {
    let results = await withTaskGroup(of: (Int, Result<Outcome, ClusterError>).self) { group in
      var results: [Int: Result<Outcome, ClusterError>] = [:]
      for (number, entries) in work.enumerated() {
        if number >= Self.breadth, let (done, result) = await group.next() { results[done] = result }
        group.addTask {
          (number, await Result { () async throws(ClusterError) in try await publish(entries, present) })
        }
      }
      for await (done, result) in group { results[done] = result }
      return results
    }
    for number in work.indices { if let result = results[number] { outcome.add(try result.get()) } }
  }

  /// Publishes the versions of one extension, newest first.
  private func publish(_ entries: [ChartIndex.Entry], _ present: PublishedObjects) async throws(ClusterError) -> Outcome
  {
    var outcome = Outcome()
    for entry in entries {
      let name = dialect.versionName(entry.name, entry.version)
      let isNewest = outcome.versions == 0
      do throws(PublishingError) {
        if !present.has(entry, name, isNewest: isNewest) { try await publish(entry, present, isNewest: isNewest) }
        outcome.versions += 1
        outcome.extensions = 1
        outcome.names.append(name)
      } catch {
        guard case .refused(let problem, let isTransient) = error else { throw error.cause }
        outcome.problems.append("\(entry.name) \(entry.version): \(problem)")
        outcome.isTransient = outcome.isTransient || isTransient
        // The former version stays.
        if present.versions[name] != nil { outcome.names.append(name) }
      }
    }
    return outcome
  }

  private func publish(
    _ entry: ChartIndex.Entry, _ present: PublishedObjects, isNewest: Bool
  ) async throws(PublishingError) {
    var version: PublishedVersion
    do throws(RepositoryError) {
      version = try PublishedVersion(
        entry, archive: try await charts.archive(of: entry), address: try charts.location(of: entry))
    } catch {
      throw .refused("\(error)", isTransient: error.isTransient)
    }
    version.chooseCategory(among: present.categories)
    do throws(ClusterError) {
      // The Extension has the properties of the newest version.
      if isNewest { try await publishExtension(version, present) }
      try await publishVersion(version, present)
    } catch {
      throw PublishingError(error)
    }
  }

  private func publishExtension(_ version: PublishedVersion, _ present: PublishedObjects) async throws(ClusterError) {
    var labels = [dialect.repositoryLabel: repository.name]
    if !version.category.isEmpty {
      labels[dialect.categoryLabel] = version.category
      if !present.categories.contains(version.category) { try await makeCategory(version) }
    }
    try await cluster.ensure(
      dialect.extensions, version.extensionObject(dialect, labels: labels), without: [Self.goneAnnotation])
  }

  private func makeCategory(_ version: PublishedVersion) async throws(ClusterError) {
    do {
      _ = try await cluster.create(
        dialect.categories, KnownCategories.object(version.category, called: version.categoryTitle, dialect))
    } catch {
      // Another extension with the same category was published at the same time.
      if !error.isLostRace { throw error }
    }
  }

  private func publishVersion(_ version: PublishedVersion, _ present: PublishedObjects) async throws(ClusterError) {
    var labels = [dialect.extensionLabel: version.entry.name, dialect.repositoryLabel: repository.name]
    // The chart is written first, because a version can be installed as soon as it exists.
    if let chart = version.archiveMap(labels),
      present.charts[chart.name] != chart.annotations[PublishedVersion.digestAnnotation]
    {
      try await cluster.ensure(.configMaps, chart)
    }
    if !version.category.isEmpty { labels[dialect.categoryLabel] = version.category }
    try await cluster.ensure(
      dialect.extensionVersions, version.versionObject(dialect, repository: repository.name, labels: labels),
      without: [Self.goneAnnotation])
  }

  /// The newest versions, as many as the repository requests, and those that are already published.
  private func selected(_ entries: [ChartIndex.Entry], _ present: PublishedObjects) -> [ChartIndex.Entry] {
    guard dialect.name == .installPlan else { return entries }
    let depth = repository.spec["depth"]?.integer ?? 3
    guard depth > 0 else { return entries }
    return entries.enumerated()
      .filter { $0.offset < depth || present.versions[dialect.versionName($0.element.name, $0.element.version)] != nil }
      .map(\.element)
  }

  /// Deletes versions that no index has any more, or marks them if they are installed.
  private func removeOthers(
    than wanted: Set<String>, _ wantedCharts: Set<String>, _ present: PublishedObjects, _ outcome: inout Outcome
  ) async throws(ClusterError) {
    var present = present
    try await present.readRunning(in: cluster) { wanted.contains($0.name) }
    for version in present.versions.values.sorted(by: { $0.name < $1.name }) {
      if wanted.contains(version.name) {
        if version.isGone { try await setGoneAnnotation(dialect.extensionVersions, version.name, since: nil) }
        continue
      }
      if present.isInstalled(version) {
        if !version.isGone { try await setGoneAnnotation(dialect.extensionVersions, version.name, since: now) }
        outcome.gone += 1
        outcome.names.append(version.name)
        continue
      }
      // The chart is deleted first: after an interruption, the version is still found here. A version under a former
      // object name may have the same chart as a wanted one.
      if !wantedCharts.contains(version.chartName) {
        try await cluster.remove(.configMaps, namespace: PackageSource.namespace, version.chartName)
      }
      try await cluster.remove(dialect.extensionVersions, version.name)
    }
  }

  private func setGoneAnnotation(_ resource: Resource, _ name: String, since time: Timestamp?)
    async throws(ClusterError)
  {
    try await Self.setGoneAnnotation(resource, name, since: time, in: cluster)
  }

  /// Sets or removes the annotation that no index has the object any more.
  static func setGoneAnnotation(
    _ resource: Resource, _ name: String, since time: Timestamp?, in cluster: Cluster
  ) async throws(ClusterError) {
    let value = time.map { Value.string($0.description) } ?? Value.null
    let patch: Value = ["metadata": ["annotations": .mapping([goneAnnotation: value])]]
    _ = try await cluster.patch(resource, name, .merge(patch))
  }
}

/// Why a version was not published.
private enum PublishingError: Error {
  /// The chart is invalid or could not be fetched, which does not concern other versions.
  case refused(String, isTransient: Bool)
  /// The API server does not answer.
  case cluster(ClusterError)

  init(_ error: ClusterError) {
    guard case .refused(let status) = error, [400, 413, 422].contains(status.code) else {
      self = .cluster(error)
      return
    }
    self = .refused(error.brief, isTransient: false)
  }

  var cause: ClusterError {
    switch self {
    case .cluster(let error): error
    case .refused(let problem, _): .unreadable(Sentence(verbatim: problem))
    }
  }
}
