package import Platform

/// The cluster, user and connection of one context, resolved once from the kubeconfig for a session.
package struct ClusterContext: Sendable {
  /// The context's name; empty if there is none, as with `--server` alone or in a pod.
  package var name: String
  package var cluster: String
  package var user: String
  package var namespace: String
  package var connection: Connection
  /// Parts of the kubeconfig that were accepted but may be mistakes.
  package var warnings: [Sentence] = []

  /// The server's URL for display.
  package var server: String { connection.displayName }
  /// Whether the connection is unencrypted or the certificate is not checked; views show this permanently.
  package var isInsecure: Bool { connection.isInsecure }

  package init(name: String, cluster: String, user: String, namespace: String, connection: Connection) {
    self.name = name
    self.cluster = cluster
    self.user = user
    self.namespace = namespace
    self.connection = connection
  }

  /// A client of the cluster's API.
  package var api: Cluster { Cluster(transport: CurlTransport(connection)) }
}
