import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Writes into each Extension which versions it has and which one is recommended for this cluster (docs/KUBESPHERE.md:
/// Extension status).
struct ExtensionReconciler: Reconciler {
  var cluster: Cluster
  var dialect: Dialect
  var settings: ControllerSettings
  var cache: VersionCache

  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult {
    try await ReconcileError.reporting { () throws(ClusterError) in try await update(name, cache.versions(of: name)) }
  }

  /// Deletes what no repository offers any more, and writes the status.
  private func update(_ name: String, _ versions: [ExtensionVersion]) async throws(ClusterError) -> ReconcileResult {
    let found = try await cluster.find(dialect.extensions, name, skipping: Extension.bulkyFields)
    let leftovers = Leftovers(cluster: cluster, dialect: dialect, now: settings.now)
    guard try await !leftovers.clear(name, found, versions), let object = found else { return .whenChanged }
    let kubernetes = try await kubernetesVersion()
    let target = MergePatch.apply(.mapping(status(versions, kubernetes)), to: object.status)
    let patch = MergePatch.difference(from: object.status.mapping == nil ? .mapping([:]) : object.status, to: target)
    guard patch.mapping?.isEmpty == false else { return .whenChanged }
    let metadata: Value = ["resourceVersion": .string(object.resourceVersion)]
    _ = try await cluster.patch(dialect.extensions, name, ["metadata": metadata, "status": patch])
    return .whenChanged
  }

  private func status(_ versions: [ExtensionVersion], _ kubernetes: SemanticVersion?) -> Mapping {
    let valid = versions.filter { SemanticVersion($0.version) != nil }
      .sorted { SemanticVersion.precedes($0.version, $1.version) }
    let list = valid.withoutDuplicates.map { version -> Value in
      var entry: Mapping = ["version": .string(version.version)]
      if dialect.era == .seed {
        if !version.minKubeVersion.isEmpty { entry["minKubeVersion"] = .string(version.minKubeVersion) }
      } else if !version.created.isEmpty {
        entry["creationTimestamp"] = .string(version.created)
      }
      return .mapping(entry)
    }
    let recommended = valid.last { suits($0, kubernetes) }?.version ?? ""
    let key = dialect.name == .installPlan ? "recommendedVersion" : "recommendVersion"
    return ["versions": .sequence(list), key: .string(recommended)]
  }

  /// A version with an invalid constraint is not suitable; if the server's version is unknown, constraints are ignored.
  private func suits(_ version: ExtensionVersion, _ kubernetes: SemanticVersion?) -> Bool {
    Self.allows(version.kubeVersion, kubernetes)
      && Self.allows(version.ksVersion, settings.kubeSphereVersion.flatMap(SemanticVersion.init))
  }

  private static func allows(_ constraint: String, _ version: SemanticVersion?) -> Bool {
    guard !constraint.isEmpty else { return true }
    guard let parsed = VersionConstraint(constraint) else { return false }
    return version.map(parsed.allows) ?? true
  }

  private func kubernetesVersion() async throws(ClusterError) -> SemanticVersion? {
    if let known = cache.kubernetesVersion { return known }
    let version = try await cluster.document("/version")["gitVersion"]?.string.flatMap(SemanticVersion.init)
    cache.kubernetesVersion = version
    return version
  }
}

/// Every ExtensionVersion, by extension; without it, each extension would need a list request of its own.
final class VersionCache: Sendable {
  private struct Content {
    var versions: [String: [String: ExtensionVersion]] = [:]
    var kubernetesVersion: SemanticVersion?
  }

  private let content = Locked(Content())
  /// Extensions to reconcile when an installation of them is deleted.
  let leftovers = ExtensionsWithLeftovers()

  /// Complete once the trigger has filled the cache; workers do not start before that.
  func versions(of extension: String) -> [ExtensionVersion] {
    content.withLock { Array(($0.versions[`extension`] ?? [:]).values) }
  }

  var kubernetesVersion: SemanticVersion? {
    get { content.withLock { $0.kubernetesVersion } }
    set { content.withLock { $0.kubernetesVersion = newValue } }
  }

  /// Watches the versions, and triggers their extensions.
  func trigger(_ cluster: Cluster, _ dialect: Dialect) -> Trigger {
    Trigger { feed in
      var watch = Watch(dialect.extensionVersions, in: cluster) { object in
        object.isBeingDeleted ? nil : ExtensionVersion(object, dialect: dialect)
      }
      watch.skipping = ExtensionVersion.bulkyFields
      await watch.run { event in
        switch event {
        case .replaced(let all): self.leftovers.note(all)
        case .applied(let one): self.leftovers.note([one])
        default: break
        }
        await feed.add(self.apply(event))
        if case .replaced = event { await feed.fill() }
      }
    }
  }

  /// The extensions that may have changed.
  private func apply(_ event: WatchEvent<ExtensionVersion>) -> Set<String> {
    content.withLock { content in
      switch event {
      case .replaced(let all):
        let before = content.versions.keys
        content.versions = [:]
        for version in all { content.versions[version.extension, default: [:]][version.name] = version }
        return Set(before).union(content.versions.keys)
      case .applied(let version):
        content.versions[version.extension, default: [:]][version.name] = version
        return [version.extension]
      case .deleted(let version):
        content.versions[version.extension]?[version.name] = nil
        return [version.extension]
      case .resumed, .interrupted: return []
      }
    }
  }
}
