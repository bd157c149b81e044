import Client
import Extensions
import KubernetesAPI
import Manifest

/// Tells the gateway whether to serve what an extension brings (docs/KUBESPHERE.md: Changes).
///
/// Workloads keep running.
struct ServingSwitch: Sendable {
  var cluster: Cluster
  var dialect: Dialect

  func set(_ extension: String, isEnabled: Bool) async throws(ClusterError) {
    let state = Value.string(isEnabled ? "Available" : "Disabled")
    let kinds = [dialect.apiServices, dialect.jsBundles, dialect.reverseProxies, dialect.extensionEntries]
    for resource in kinds.compactMap({ $0 }) {
      for object in try await owned(resource, by: `extension`) {
        var status: Mapping = ["state": state]
        if resource == dialect.jsBundles, object.status["link"]?.string == nil {
          status["link"] = .string("/dist/\(`extension`)/index.js")
        }
        guard object.status["state"] != state || status["link"] != nil else { continue }
        _ = try await cluster.patch(resource, object.name, ["status": .mapping(status)])
      }
    }
  }

  private func owned(_ resource: Resource, by extension: String) async throws(ClusterError) -> [Object] {
    let selector = Selector(labels: "\(dialect.extensionLabel)=\(`extension`)")
    do {
      return try await cluster.list(resource, selector: selector)
    } catch {
      // Not every cluster has every kind.
      if error.isNotFound { return [] }
      throw error
    }
  }
}
