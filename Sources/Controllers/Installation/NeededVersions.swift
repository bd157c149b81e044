import Client
import Extensions
import KubernetesAPI
import Manifest

/// The versions that an installation needs, whether or not a repository still offers them.
enum NeededVersions {
  /// The version in the spec, and the one that was tried last.
  static func named(by object: Object) -> [String] {
    [Installation(object).version, object.status["version"]?.string ?? ""].filter { !$0.isEmpty }
  }

  /// The versions that run, in this cluster and in those of its agents.
  ///
  /// While another version is tried, and after it has failed, no field of the object names them: only the release
  /// records do. Without one of them a cancellation or a rollback has nothing to go back to.
  static func running(of object: Object, in cluster: Cluster) async throws(ClusterError) -> [String] {
    guard let namespace = object.annotations[InstallationReconciler.namespaceAnnotation] else { return [] }
    let agents = object.status["clusterSchedulingStatuses"]?.mapping?.keys ?? []
    var versions: [String] = []
    for name in [object.name] + agents.map({ AgentKey(object.name, in: $0).description }) {
      guard let secret = try await cluster.find(.secrets, namespace: namespace, ReleaseRecord.secretName(name))
      else { continue }
      let record = try ReleaseRecord(secret: secret)
      versions += [record.attempt.version] + (record.deployed.map { [$0.version] } ?? [])
    }
    return versions
  }
}
