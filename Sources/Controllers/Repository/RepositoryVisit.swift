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
  private let dialect: Dialect

  init(_ object: Object, _ dialect: Dialect) {
    self.object = object
    self.dialect = dialect
    schedule = SyncSchedule(object, dialect: dialect)
    address = RepositorySource(object).address
  }

  /// What the object asks for: another text is a new wish, which is not made to wait.
  var wish: String { wish(readAt: schedule.lastSync) }

  /// The same wish once its object says that it was read at `time`.
  func wish(readAt time: String) -> String {
    let nudge = object.annotations["ksx.dev/nudge"] ?? ""
    return [SyncedSource.fingerprint(of: object), time, nudge, schedule.digestOnDisk].joined(separator: " ")
  }

  /// Whether it could not offer all that it has when it was read before this process began.
  func mayHaveWon(_ contest: NameContest) -> Bool {
    schedule.known.map { $0.lost != 0 } == true && !contest.knows(object.uid)
  }

  /// What the repository holds, or `nil` when that is published already, unless it is to be read whole.
  func read(
    in cluster: Cluster, _ settings: ControllerSettings, isWhole: Bool
  ) async throws(RepositoryError) -> RepositoryContents? {
    let source = RepositorySource(object, access: try await RepositoryAccess(object, in: cluster, settings))
    guard !isWhole, let known = schedule.known, try await self.isWhole(known, in: cluster) else {
      return try await source.read()
    }
    return try await source.read(unless: known.mark)
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

extension RepositoryAccess {
  /// How `repository` is reached, with the credentials of the Secret that it names.
  init(_ repository: Object, in cluster: Cluster, _ settings: ControllerSettings) async throws(RepositoryError) {
    var secret: Object?
    if let name = repository.annotations[RepositoryAccess.secretAnnotation], !name.isEmpty {
      do throws(ClusterError) {
        // Nowhere else: a user who may make a Repository must not have any Secret sent to a server of their choice.
        secret = try await cluster.get(.secrets, namespace: PackageSource.namespace, name)
      } catch {
        throw RepositoryError("the Secret \(PackageSource.namespace)/\(name): \(error.brief)", isPassing: true)
      }
    }
    try self.init(repository, secret: secret)
    mirrors = settings.registryMirrors
    report = settings.report
    if settings.runsRepositoryImages, let server = RepositoryServer(of: repository, in: cluster) {
      try await server.ensure()
      detour = server.detour
    }
  }
}
