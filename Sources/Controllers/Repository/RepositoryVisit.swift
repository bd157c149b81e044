import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// One look at a repository: its object, and what is to be done about it now.
struct RepositoryVisit: Sendable {
  var object: Object
  var schedule: SyncSchedule
  /// The address as it may be shown.
  var address: String
  /// What the object asks for: another text is a new wish, which is not made to wait.
  var wish: String
  private let dialect: Dialect

  init(_ object: Object, _ dialect: Dialect) {
    self.object = object
    self.dialect = dialect
    schedule = SyncSchedule(object, dialect: dialect)
    address = RepositorySource(object).address
    let parts = [
      SyncedSource.fingerprint(of: object), schedule.lastSync, object.annotations["ksx.dev/nudge"] ?? "",
      schedule.digestOnDisk,
    ]
    wish = parts.joined(separator: " ")
  }

  /// What the repository holds, or `nil` when that is published already.
  func read(in cluster: Cluster, _ settings: ControllerSettings) async throws(RepositoryError) -> RepositoryContents? {
    let source = RepositorySource(object, access: try await access(in: cluster, settings))
    guard let known = schedule.known, try await isWhole(known, in: cluster) else { return try await source.read() }
    return try await source.read(unless: known.mark)
  }

  /// How it is reached, with the credentials of the Secret that it names.
  func access(in cluster: Cluster, _ settings: ControllerSettings) async throws(RepositoryError) -> RepositoryAccess {
    var secret: Object?
    if let name = object.annotations[RepositoryAccess.secretAnnotation], !name.isEmpty {
      do throws(ClusterError) {
        // Nowhere else: a user who may make a Repository must not have any Secret sent to a server of their choice.
        secret = try await cluster.get(.secrets, namespace: PackageSource.namespace, name)
      } catch {
        throw RepositoryError("the Secret \(PackageSource.namespace)/\(name): \(error.brief)", isPassing: true)
      }
    }
    var access = try RepositoryAccess(object, secret: secret)
    access.mirrors = settings.registryMirrors
    access.report = settings.report
    return access
  }

  /// Whether everything that was published is still there, and nothing that is only kept while it is installed.
  private func isWhole(_ known: SyncedSource, in cluster: Cluster) async throws(RepositoryError) -> Bool {
    let selector = Selector(labels: "\(dialect.repositoryLabel)=\(object.name)")
    do throws(ClusterError) {
      let versions = try await cluster.list(
        dialect.extensionVersions, selector: selector, skipping: JSONPaths(["spec"]))
      return SyncedSource.fingerprint(of: versions.map(\.name)) == known.published
        && !versions.contains { $0.annotations[Publisher.goneAnnotation] != nil }
    } catch {
      throw RepositoryError("the versions in the cluster: \(error.brief)", isPassing: true)
    }
  }
}
