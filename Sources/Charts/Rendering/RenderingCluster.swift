package import Packages
import Platform

/// The cluster's capabilities, as charts see them.
package struct RenderingCluster: Hashable, Sendable {
  /// The version of Kubernetes; empty if unknown.
  package var version = ""
  /// The address of a server through which charts read the cluster's objects and kinds, or empty.
  ///
  /// Without it, `lookup` finds nothing, and `.Capabilities.APIVersions` has helm's built-in kinds. The server must not
  /// require credentials, because helm gets none: every client that knows the address can read.
  package var address = ""

  package init() {}

  /// A kubeconfig with the address and no credentials.
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
  /// Whether its templates, rendered with `config`, may ask the cluster what is there (`lookup`) or what it serves
  /// (`.Capabilities.APIVersions`); also where a chart within it is packed, or where templates are in values.
  package func mayAskCluster(_ config: String) -> Bool {
    Self.isAsking(config)
      || files.contains { path, bytes in
        if path.hasPrefix("charts/"), path.hasSuffix(".tgz") { return true }
        return !path.hasSuffix(".md") && Self.isAsking(String(decoding: bytes, as: UTF8.self))
      }
  }

  private static func isAsking(_ text: String) -> Bool {
    text.containsText("lookup") || text.containsText("APIVersions")
  }
}
