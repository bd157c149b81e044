import Client
import Extensions
import KubernetesAPI
import Manifest

/// Enables or disables an extension's objects in the gateway (docs/KUBESPHERE.md: Changes).
///
/// Workloads keep running.
struct ServingSwitch: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  /// Finds the extension of an object that names only its release, as in the first design.
  var owners: ReleaseOwners

  func set(_ extension: String, isEnabled: Bool) async throws(ClusterError) {
    let state = Value.string(isEnabled ? "Available" : "Disabled")
    for resource in dialect.served {
      for object in try await owned(resource, by: `extension`) {
        var status: Mapping = ["state": state]
        let link = link(of: object, resource)
        if let link, object.status["link"]?.string != link { status["link"] = .string(link) }
        guard object.status["state"] != state || status["link"] != nil else { continue }
        _ = try await cluster.patch(resource, object.name, ["status": .mapping(status)])
      }
    }
  }

  /// The path of a bundle's first file.
  private func link(of object: Object, _ resource: Resource) -> String? {
    guard resource == dialect.jsBundles else { return nil }
    return JSBundleRule(object, dialect: dialect).resolved(owners).files.first?.path
  }

  private func owned(_ resource: Resource, by extension: String) async throws(ClusterError) -> [Object] {
    let selector = Selector(labels: "\(dialect.extensionLabel)=\(`extension`)")
    do {
      guard dialect.era == .seed else { return try await cluster.list(resource, selector: selector) }
      return try await cluster.list(resource).filter { owners.extensionName(of: $0, dialect) == `extension` }
    } catch {
      // A cluster may lack some of the kinds.
      if error.isNotFound { return [] }
      throw error
    }
  }
}
