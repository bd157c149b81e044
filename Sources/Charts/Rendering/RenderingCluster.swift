package import Packages
import Platform

/// What charts are told of the cluster they are rendered for.
package struct RenderingCluster: Hashable, Sendable {
  /// Kubernetes' version, or empty when it is not known.
  package var version = ""
  /// What it serves besides what helm takes to be everywhere, as in `apps/v1` and `apps/v1/Deployment`.
  package var apis: [String] = []
  /// The address of a server that reads the cluster for `lookup`, or empty where it finds nothing.
  ///
  /// What stands there needs no credentials, for helm is given none: whoever knows it may read.
  package var address = ""

  package init() {}

  /// A kubeconfig for who knows nothing but the address.
  var kubeconfig: String {
    """
    apiVersion: v1
    kind: Config
    current-context: rendering
    contexts: [{name: rendering, context: {cluster: rendering, user: rendering}}]
    clusters: [{name: rendering, cluster: {server: "\(address)"}}]
    users: [{name: rendering, user: {}}]

    """
  }
}

extension Package {
  /// Whether a template may ask the cluster by `word`, such as `lookup`: also where a chart within it is packed.
  package func mayAsk(by word: String) -> Bool {
    files.contains { path, bytes in
      if path.hasPrefix("charts/"), path.hasSuffix(".tgz") { return true }
      let isTemplate = path.hasPrefix("templates/") || path.containsText("/templates/")
      return isTemplate && String(decoding: bytes, as: UTF8.self).containsText(word)
    }
  }
}
