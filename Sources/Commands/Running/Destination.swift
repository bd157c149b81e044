package import Client
package import Extensions
import Platform

/// The cluster a command line is about, and how it is reached.
package struct Destination: Sendable {
  package var cluster: Cluster
  /// The cluster's name as the person knows it: a context, a host, `standalone`.
  package var name: String
  /// The server as it may be shown.
  package var server: String
  /// What is the same whenever it is the same cluster: its files go by this.
  package var identity: String
  /// Who the kubeconfig says this person is, or empty.
  package var user = ""
  /// Nobody checks who answers.
  package var isInsecure = false
  /// Changes are refused before they are sent.
  package var isReadOnly = false
  /// What the cluster calls an installation, when it has been said.
  package var dialect: Dialect?
  /// What kubectl needs to reach the same cluster.
  package var kubectlFlags: [String] = []
  /// What ksx needs to reach the same cluster, when that is not what kubectl needs.
  var ownFlags: [String]?
  /// What only the gateway offers, if there is one.
  package var gateway: Gateway?
  /// The transport that takes one of two ways, if there are two.
  package var fallback: FallbackTransport?
  /// The login at the gateway, if it takes one.
  var login: GatewaySession?
  /// Whether everything goes by a gateway.
  var isByGatewayAlone = false
  /// Both ways, for comparing them, if there are two.
  package var ways: FallbackTransport?

  /// How many warnings the server has sent.
  let warningCount = Locked(0)

  /// A cluster called `name` at `server`.
  package init(cluster: Cluster, name: String, server: String) {
    self.cluster = cluster
    self.name = name
    self.server = server
    identity = server
  }
}
