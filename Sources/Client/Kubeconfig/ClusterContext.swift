/// The cluster, user and connection of one context, resolved once from the kubeconfig for a session.
package struct ClusterContext: Sendable {
  /// The context's name; empty when only `--server` or the pod's own settings said where to go.
  package var name: String
  package var cluster: String
  package var user: String
  package var namespace: String
  package var connection: Connection
  /// What in the kubeconfig is read, but perhaps not as it was meant.
  package var warnings: [String] = []

  /// The server as it may be shown.
  package var server: String { connection.displayName }
  /// Whether the server's certificate is not checked; to be shown all the time.
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
