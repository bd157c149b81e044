import Charts
import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Plans the objects of a release: renders the chart, and finds the resource of each kind in the cluster.
struct ReleasePlanner: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var renderer: ChartRenderer
  var settings = ControllerSettings()
  /// The site of the agent whose release this is; `nil` for the extension's own release.
  var site: AgentSite? = nil
  /// The account as which the release is applied, if one is used.
  var account: ExecutorAccount? = nil

  /// The cluster of the release's objects.
  var target: Cluster { site?.target ?? cluster }

  /// The ExtensionVersion of `extension` with this version; `nil` if there is none.
  func version(_ extension: String, _ version: String) async throws(ClusterError) -> ExtensionVersion? {
    try await ExtensionVersion.find(`extension`, version, in: cluster, dialect)
  }

  /// The objects of an attempt, and notes about what is left out.
  struct Planned: Sendable {
    var parts: [ReleaseRecord.Part] = []
    var tests: [ReleaseRecord.Part] = []
    var hooks: [ReleaseRecord.Hook] = []
    /// What a user should know about it.
    var notes: [String] = []
  }

  /// Plans the attempt of the record.
  func plan(_ record: ReleaseRecord, of extension: String) async throws(StepError) -> Planned {
    let archive = try await archive(`extension`, record.attempt.version)
    let package = try? Package(archive: archive)
    if let account {
      do { try await account.ensure(for: package) } catch { throw StepError(error, "the account that installs it") }
    }
    var planned = try await placed(try await rendered(archive, package, record, forced: forced(package)), record)
    if let absent = package?.missingCharts, !absent.isEmpty {
      planned.notes.append("charts that are nowhere, left out: " + absent.joined(separator: ", "))
    }
    if site == nil { planned.notes += Self.notes(on: package?.parts ?? []) }
    return planned
  }

  /// The parts of an extension that are not in its own release.
  private static func notes(on parts: [PackagePart]) -> [String] {
    [
      (PackagePart.Place.members, "not installed, for agents"),
      (.nowhere, "installed nowhere, for agents, which only a Multicluster version has"),
    ].compactMap { place, words in
      let names = parts.filter { $0.place == place }.map(\.name)
      return names.isEmpty ? nil : "\(words): \(names.joined(separator: ", "))"
    }
  }

  /// The objects of a rendered chart with their resources.
  func placed(_ rendered: RenderedChart, _ record: ReleaseRecord) async throws(StepError) -> Planned {
    var kinds = ServedKinds(target)
    try await define(rendered.crds, &kinds)
    var planned = Planned()
    var grants: [String] = []
    planned.hooks = rendered.hooks.map { ReleaseRecord.Hook(object: $0.object, file: $0.file) }
    if !rendered.idleHooks.isEmpty {
      planned.notes.append("hooks not run: " + rendered.idleHooks.joined(separator: ", "))
    }
    for part in rendered.parts {
      // The release's own namespace exists already, and is not part of the release.
      if part.object.kind == "Namespace", part.object.name == record.namespace { continue }
      if try await isGrantOfOthers(part, &kinds) {
        grants.append(part.object.name)
        continue
      }
      let isNew = isComing(part.object, from: rendered.crds, record)
      planned.parts.append(try await placed(part, record.namespace, &kinds, isNew: isNew))
    }
    try Self.refuseTwins(in: planned.parts, record)
    if !grants.isEmpty {
      let names = grants.joined(separator: ", ")
      planned.notes.append("role templates not carried out, for the cluster has no such kind: \(names)")
    }
    for part in rendered.tests { planned.tests.append(try await placed(part, record.namespace, &kinds, isNew: false)) }
    return planned
  }

  /// Seconds for the API server to serve a kind that the chart itself defines; after that it is taken for missing.
  private static let kindTimeout = 120

  /// Whether the chart itself defines the kind of `object`, so that it may soon be served.
  private func isComing(_ object: Object, from crds: [RenderedChart.Part], _ record: ReleaseRecord) -> Bool {
    let group = object.apiVersion.split(separator: "/").first ?? ""
    let isDefined = crds.contains { part in
      let spec = part.object.spec
      return spec["group"]?.string.map { $0 == group } == true && spec[path: "names", "kind"]?.string == object.kind
    }
    return isDefined
      && settings.now().secondsSince1970 - record.since.secondsSince1970 < Self.kindTimeout
  }

  /// As in helm, an object that is twice in a chart cannot be created, but can be updated if an earlier attempt has
  /// created it.
  private static func refuseTwins(in parts: [ReleaseRecord.Part], _ record: ReleaseRecord) throws(StepError) {
    var files: [ReleaseRecord.Reference: String] = [:]
    let made = Set(record.inventory.map(\.reference))
    for part in parts where !made.contains(part.reference) {
      guard let first = files.updateValue(part.file, forKey: part.reference) else { continue }
      let other = first == part.file ? "" : ", first in \(first)"
      throw .permanent("\(part.file): \(part.title) is in the chart twice\(other)")
    }
  }

  /// Role templates are skipped in a cluster without KubeSphere's roles, where an extension works without them.
  private func isGrantOfOthers(_ part: RenderedChart.Part, _ kinds: inout ServedKinds) async throws(StepError) -> Bool {
    let object = part.object
    guard object.kind == "RoleTemplate", object.apiVersion.hasPrefix("iam.kubesphere.io/") else { return false }
    do { return try await kinds.resource(object.apiVersion, object.kind) == nil } catch {
      throw StepError(error, "\(part.file): \(object.apiVersion)")
    }
  }

  private func rendered(
    _ archive: [UInt8], _ package: Package?, _ record: ReleaseRecord, forced: Value
  ) async throws(StepError) -> RenderedChart {
    var release = Release(
      name: record.release, namespace: record.namespace, config: record.attempt.config,
      forced: forced, isUpgrade: record.isUpgrade)
    release.revision = record.revision
    var renderer = renderer
    renderer.cluster.version = try await version()
    let isAsking = package?.mayAskCluster(record.attempt.config) == true
    let lookupServer = isAsking ? await settings.openLookupServer(target) : nil
    renderer.cluster.address = lookupServer?.address ?? ""
    let rendered: Result<RenderedChart, ChartError>
    do throws(ChartError) {
      rendered = .success(
        try await settings.renderings.run { [renderer, release] () async throws(ChartError) in
          try await renderer.render(archive, for: release)
        })
    } catch {
      rendered = .failure(error)
    }
    await lookupServer?.close()
    do throws(ChartError) { return try rendered.get() } catch {
      if Task.isCancelled { throw .transient(.transport(.cancelled)) }
      if error.isOutOfReach { throw .transient(.unreadable("\(error)")) }
      throw .permanent("\(error)")
    }
  }

  /// Kubernetes' version, for charts that ask.
  private func version() async throws(StepError) -> String {
    if !renderer.cluster.version.isEmpty { return renderer.cluster.version }
    let answer = try await StepError.prefixingErrors("/version") { () throws(ClusterError) in
      try await target.document("/version")
    }
    return answer["gitVersion"]?.string ?? ""
  }

  /// The values that the user cannot set (docs/KUBESPHERE.md: Executor).
  private func forced(_ package: Package?) -> Value {
    ForcedValues.of(package, servingGroup: dialect.apiServices.group, agentIn: site?.clusterInfo)
  }

  private func archive(_ extension: String, _ version: String) async throws(StepError) -> [UInt8] {
    let found = try await StepError.prefixingErrors("the versions of \(`extension`)") { () throws(ClusterError) in
      try await self.version(`extension`, version)
    }
    guard let found else { throw .missing("\(`extension`) has no version \(version)") }
    return try await archive(of: found)
  }

  private func archive(of version: ExtensionVersion) async throws(StepError) -> [UInt8] {
    do {
      return try await version.archive(from: cluster)
    } catch {
      switch error {
      case .cluster(let cause): throw StepError(cause, "the chart of \(version.name)")
      case .unavailable where !version.chartURL.isEmpty: return try await fetched(version)
      default: throw .missing("the chart of \(version.name): \(error)")
      }
    }
  }

  /// Fetches the chart from the repository, where charts that are too large for a ConfigMap stay.
  private func fetched(_ version: ExtensionVersion) async throws(StepError) -> [UInt8] {
    let owner = try await StepError.prefixingErrors("the repository \(version.repository)") { () throws(ClusterError) in
      version.repository.isEmpty ? nil : try await cluster.find(dialect.repositories, version.repository)
    }
    // Without a repository, the URL is fetched without credentials.
    let object = owner ?? Object(["spec": ["url": .string(version.chartURL)]])
    do throws(RepositoryError) {
      let access = try await RepositoryAccess(object, in: cluster, settings)
      let digest = version.digest.utf8.count == 64 ? version.digest : ""
      return try await RepositorySource(object, access: access).archive(at: version.chartURL, digest: digest)
    } catch {
      throw .missing("the chart of \(version.name): \(error)")
    }
  }

  /// Creates missing definitions; as in helm, existing ones are not changed.
  private func define(_ crds: [RenderedChart.Part], _ kinds: inout ServedKinds) async throws(StepError) {
    for part in crds {
      let located = try await placed(part, "", &kinds, isNew: false)
      do {
        guard try await target.find(located.resource, part.object.name) == nil else { continue }
        _ = try await (account?.impersonated ?? target).create(located.resource, part.object)
      } catch {
        throw StepError(error, "\(part.file): \(located.title)")
      }
    }
  }

  /// The object with its namespace and its resource.
  func placed(
    _ part: RenderedChart.Part, _ namespace: String, _ kinds: inout ServedKinds, isNew: Bool
  ) async throws(StepError) -> ReleaseRecord.Part {
    let object = part.object
    let resource: Resource?
    do { resource = try await kinds.resource(object.apiVersion, object.kind) } catch {
      throw StepError(error, "\(part.file): \(object.apiVersion)")
    }
    guard let resource else {
      let problem = "the cluster does not serve \(object.kind) of \(object.apiVersion)"
      // A definition that was just created is not served at once.
      if isNew { throw .transient(.unreadable(Sentence(verbatim: problem))) }
      throw .permanent("\(part.file): \(problem), which \(object.name) needs")
    }
    let inside = resource.isNamespaced ? Value.string(object.namespace ?? namespace) : nil
    let value = object.value.setting(["metadata", "namespace"], to: inside)
    return ReleaseRecord.Part(resource: resource, object: Object(value), file: part.file)
  }
}

extension InstallationReconciler {
  var planner: ReleasePlanner {
    ReleasePlanner(cluster: cluster, dialect: dialect, renderer: settings.renderer, settings: settings, site: site)
  }
}
