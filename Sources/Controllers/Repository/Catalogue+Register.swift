package import Charts
package import Client
package import Extensions
import KubernetesAPI
import Manifest

extension Catalogue {
  /// The name of the marketplace's Repository object.
  package static let repositoryName = "built-in"

  /// Makes the Repository object that leads to the marketplace in `folder`, or points it there anew.
  package static func register(folder: String, in cluster: Cluster, dialect: Dialect) async throws(ClusterError) {
    // A depth of none takes every version: there are few, and going back is worth showing.
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
