import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Deletes objects that no repository offers any more and that were kept because they were installed, once they are
/// not.
///
/// Objects that are kept have an annotation, which publishing them again removes; objects of repositories and users do
/// not have it, and are not deleted.
struct Leftovers: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var now: @Sendable () -> Timestamp

  /// Deletes what need not be kept of the extension called `name`; returns whether the Extension itself was deleted.
  func clear(_ name: String, _ object: Object?, _ versions: [ExtensionVersion]) async throws(ClusterError) -> Bool {
    let isMarked = object?.annotations[Publisher.goneAnnotation] != nil
    guard isMarked || versions.contains(where: \.isGone) else { return false }
    let wanted = try await Self.installed(name, in: cluster, dialect)
    var object = object
    if let present = object, !isMarked, try await isOrphan(present) {
      object = try await mark(present)
    }
    let stale = versions.filter { $0.isGone && wanted?.contains(VersionText($0.version)) != true }
    for version in stale { try await remove(version, besides: versions) }
    guard wanted == nil, stale.count == versions.count, let object, !object.isBeingDeleted,
      object.annotations[Publisher.goneAnnotation] != nil
    else { return false }
    try await cluster.removeUnchanged(dialect.extensions, object)
    return true
  }

  /// The versions of an extension that run, were tried last or are requested; `nil` if there is no installation.
  private static func installed(
    _ name: String, in cluster: Cluster, _ dialect: Dialect
  ) async throws(ClusterError) -> Set<VersionText>? {
    let own = try await cluster.list(dialect.installations).filter {
      $0.name == name || Installation($0).extension == name
    }
    if own.isEmpty { return nil }
    var versions = own.flatMap(NeededVersions.named(by:))
    for object in own { versions += try await NeededVersions.running(of: object, in: cluster) }
    return Set(versions.map { VersionText($0) })
  }

  /// Whether its repository does not exist.
  private func isOrphan(_ object: Object) async throws(ClusterError) -> Bool {
    guard let owner = object.labels[dialect.repositoryLabel], !owner.isEmpty else { return false }
    return try await cluster.find(dialect.repositories, owner) == nil
  }

  private func mark(_ object: Object) async throws(ClusterError) -> Object {
    let metadata: Value = [
      "resourceVersion": .string(object.resourceVersion),
      "annotations": .mapping([Publisher.goneAnnotation: .string(now().description)]),
    ]
    return try await cluster.patch(dialect.extensions, object.name, ["metadata": metadata])
  }

  /// Deletes a version and its chart, unless another version has the same chart.
  ///
  /// The chart is deleted first: after an interruption, the version is still found here.
  private func remove(_ version: ExtensionVersion, besides others: [ExtensionVersion]) async throws(ClusterError) {
    guard
      let object = try await cluster.find(
        dialect.extensionVersions, version.name, skipping: ExtensionVersion.bulkyFields),
      object.annotations[Publisher.goneAnnotation] != nil
    else { return }
    let chart = PackageSource.configMapName(version.extension, version.version)
    let isShared = others.contains {
      $0.name != version.name && PackageSource.configMapName($0.extension, $0.version) == chart
    }
    if !isShared,
      let map = try await cluster.find(
        .configMaps, namespace: PackageSource.namespace, chart, skipping: JSONPaths(["binaryData"])),
      map.labels[dialect.repositoryLabel] == object.labels[dialect.repositoryLabel]
    {
      try await cluster.removeUnchanged(.configMaps, map)
    }
    try await cluster.removeUnchanged(dialect.extensionVersions, object)
  }
}

/// Extensions that may have objects which were kept because they were installed.
final class ExtensionsWithLeftovers: Sendable {
  private let names = Locked<Set<String>>([])

  /// Records an Extension.
  func note(_ extension: Object) {
    guard `extension`.annotations[Publisher.goneAnnotation] != nil else { return }
    names.withLock { _ = $0.insert(`extension`.name) }
  }

  /// Records versions.
  func note(_ versions: some Sequence<ExtensionVersion>) {
    let kept = versions.filter(\.isGone).map(\.extension)
    if !kept.isEmpty { names.withLock { $0.formUnion(kept) } }
  }

  /// The names of the extensions that an installation may be of and that may have such objects; most have none.
  func of(_ installation: Object) -> [String] {
    let candidates = Set([Installation(installation).extension, installation.name])
    return names.withLock { $0.intersection(candidates).sorted() }
  }
}
