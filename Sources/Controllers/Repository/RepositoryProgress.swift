package import Client
package import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Waits until a repository is published.
package struct RepositoryProgress: Sendable {
  private let name: String
  private let cluster: Cluster
  private let dialect: Dialect

  package init(of repository: String, in cluster: Cluster, dialect: Dialect) {
    name = repository
    self.cluster = cluster
    self.dialect = dialect
  }

  /// Returns true once everything that it offers is published, and false after `timeout`.
  package func untilPublished(within timeout: Duration) async -> Bool {
    let end = ContinuousClock.now + timeout
    while ContinuousClock.now < end, !Task.isCancelled {
      // A failed request is repeated.
      if (try? await isPublished()) == true { return true }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  /// Whether it has been read, and each of its versions is in the status of its extension.
  func isPublished() async throws(ClusterError) -> Bool {
    guard let repository = try await cluster.find(dialect.repositories, name),
      SyncSchedule(repository, dialect: dialect).isSynced
    else { return false }
    let selector = Selector(labels: "\(dialect.repositoryLabel)=\(name)")
    var listed: [String: Set<String>] = [:]
    for object in try await cluster.list(dialect.extensions, selector: selector, skipping: Extension.bulkyFields) {
      let versions = object.status["versions"]?.sequence ?? []
      listed[object.name] = Set(versions.compactMap { $0["version"]?.string })
    }
    return try await cluster.list(
      dialect.extensionVersions, selector: selector, skipping: ExtensionVersion.bulkyFields
    ).allSatisfy { object in
      let version = ExtensionVersion(object, dialect: dialect)
      // Invalid versions are in no status.
      guard SemanticVersion(version.version) != nil else { return true }
      return listed[version.extension]?.contains(version.version) == true
    }
  }
}
