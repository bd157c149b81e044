/// A cluster chosen and pinned: what a session needs to know of the kubeconfig.
public struct ClusterContext: Sendable {
  /// The context's name; empty when only `--server` or the pod's own settings said where to go.
  public var name: String
  public var cluster: String
  public var user: String
  public var namespace: String
  public var connection: Connection

  /// The server as it may be shown.
  public var server: String { connection.displayName }
  /// Whether nobody checks who answers; to be shown all the time.
  public var isInsecure: Bool { connection.isInsecure }

  public init(name: String, cluster: String, user: String, namespace: String, connection: Connection) {
    self.name = name
    self.cluster = cluster
    self.user = user
    self.namespace = namespace
    self.connection = connection
  }

  /// The API there.
  public var api: Cluster { Cluster(transport: CurlTransport(connection)) }
}
