import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// One reconciliation of a repository: its object and its schedule.
struct RepositoryVisit: Sendable {
  var object: Object
  var schedule: SyncSchedule
  /// The address for display.
  var address: String
  private let dialect: Dialect

  init(_ object: Object, _ dialect: Dialect) {
    self.object = object
    self.dialect = dialect
    schedule = SyncSchedule(object, dialect: dialect)
    address = RepositorySource(object).address
  }

  /// Identifies what the object requests; if it changes, the repository is read at once.
  var syncKey: String { syncKey(readAt: schedule.lastSyncTime) }

  /// The sync key after a sync at `time` has been recorded in the object.
  func syncKey(readAt time: String) -> String {
    let nudge = object.annotations[Retry.nudgeAnnotation] ?? ""
    return [LastSync.fingerprint(of: object), time, nudge, schedule.digestOnDisk].joined(separator: " ")
  }

  /// Whether it could not publish everything at a sync before this process began, so that extensions may have become
  /// free.
  func mayPublishMore(_ nameConflicts: NameConflicts) -> Bool {
    schedule.known.map { $0.nameConflicts != 0 } == true && !nameConflicts.knows(object.uid)
  }

  /// The contents of the repository; `nil` if they have not changed since they were published, unless `isForced`.
  func read(
    in cluster: Cluster, _ settings: ControllerSettings, isForced: Bool
  ) async throws(RepositoryError) -> RepositoryContents? {
    let source = RepositorySource(object, access: try await RepositoryAccess(object, in: cluster, settings))
    guard !isForced, let known = schedule.known, try await isComplete(known, in: cluster) else {
      return try await source.read()
    }
    return try await source.read(unless: known.revision)
  }

  /// Whether everything that was published still exists, and nothing is marked as gone.
  private func isComplete(_ known: LastSync, in cluster: Cluster) async throws(RepositoryError) -> Bool {
    let selector = Selector(labels: "\(dialect.repositoryLabel)=\(object.name)")
    do throws(ClusterError) {
      let versions = try await cluster.list(
        dialect.extensionVersions, selector: selector, skipping: JSONPaths(["spec"]))
      return LastSync.fingerprint(of: versions.map(\.name)) == known.publishedFingerprint
        && !versions.contains { $0.annotations[Publisher.goneAnnotation] != nil }
    } catch {
      throw RepositoryError("the versions in the cluster: \(error.brief)", isTransient: true)
    }
  }
}

extension RepositoryAccess {
  /// The access to `repository`, with the credentials in the Secret that it names.
  init(_ repository: Object, in cluster: Cluster, _ settings: ControllerSettings) async throws(RepositoryError) {
    var secret: Object?
    if let name = repository.annotations[RepositoryAccess.secretAnnotation], !name.isEmpty {
      do throws(ClusterError) {
        // Only in this namespace: otherwise a user who may create a Repository could have any Secret sent to any
        // server.
        secret = try await cluster.get(.secrets, namespace: PackageSource.namespace, name)
      } catch {
        throw RepositoryError("the Secret \(PackageSource.namespace)/\(name): \(error.brief)", isTransient: true)
      }
    }
    try self.init(repository, secret: secret)
    mirrors = settings.registryMirrors
    report = settings.report
    if settings.runsRepositoryImages, let server = RepositoryServer(of: repository, in: cluster) {
      try await server.ensure()
      proxiedServer = server.proxiedServer
    }
  }
}
