package import Charts
package import Client
package import Extensions
import KubernetesAPI
import Manifest

extension Catalogue {
  /// The name of the marketplace's Repository object.
  package static let repositoryName = "built-in"

  /// Creates the Repository object for the marketplace in `folder`, or updates its address.
  package static func register(folder: String, in cluster: Cluster, dialect: Dialect) async throws(ClusterError) {
    // A depth of 0 publishes every version: there are few, and they allow downgrades to be shown.
    let spec: Mapping =
      dialect.name == .installPlan
      ? ["url": .string("file://" + folder), "depth": 0] : ["image": .string("file://" + folder)]
    guard let present = try await cluster.find(dialect.repositories, repositoryName) else {
      let object = Object(dialect.repositories, name: repositoryName, ["spec": .mapping(spec)])
      _ = try await cluster.create(
        dialect.repositories, Object(object.value.setting(["spec", "description"], to: "The built-in marketplace")))
      return
    }
    guard spec.pairs.contains(where: { present.spec[$0.key] != $0.value }) else { return }
    _ = try await cluster.patch(dialect.repositories, repositoryName, ["spec": .mapping(spec)])
  }
}
