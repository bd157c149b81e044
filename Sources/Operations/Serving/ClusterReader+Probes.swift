package import Client
package import HTTP
import KubernetesAPI

extension ClusterReader {
  /// Probes each row of `serving` once through the gateway; the results are keyed by the id of the row.
  package func probes(_ serving: ServingFacts, gateway: GatewayAPI?) async -> [String: Probe] {
    let probes = await Probe.all(
      serving.rows.map(\.served), through: await gatewayTransport(gateway), timing: cluster.timing)
    return Dictionary(zip(serving.rows.map(\.id), probes), uniquingKeysWith: { $1 })
  }

  /// A transport to a gateway: that of the profile, else the server if it is a gateway, else KubeSphere's gateway
  /// through the API server's proxy; `nil` if there is none.
  package func gatewayTransport(_ gateway: GatewayAPI?) async -> (any Transport)? {
    if let gateway { return gateway.api.transport }
    for transport in [cluster.transport, ServiceProxyTransport(cluster.transport)] as [any Transport] {
      if await isGateway(transport) { return transport }
    }
    return nil
  }

  /// Every gateway reports its version to all users; Kubernetes does not serve this path, or refuses it.
  private func isGateway(_ transport: any Transport) async -> Bool {
    let answer = await answer(within: Self.factTimeout) { () throws(ClusterError) in
      do throws(TransportError) {
        return try await transport.send(HTTPRequest(.get, "/kapis/version")).status
      } catch {
        throw .transport(error)
      }
    }
    return (try? answer.get()).map { $0 < 300 } ?? false
  }
}
