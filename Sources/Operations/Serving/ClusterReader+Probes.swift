package import Client
import HTTP
import KubernetesAPI
import Packages

extension ClusterReader {
  /// Asks the gateway once for each row of `serving`, by the row's id.
  package func probes(_ serving: ServingFacts, gateway: GatewayAPI?) async -> [String: Probe] {
    let transport = await gatewayTransport(gateway)
    let timing = cluster.timing
    return await withTaskGroup(of: (String, Probe).self) { group in
      for row in serving.rows {
        group.addTask { (row.id, await Probe.probe(row.served, through: transport, timing: timing)) }
      }
      var all: [String: Probe] = [:]
      for await (id, probe) in group { all[id] = probe }
      return all
    }
  }

  /// The gateway: that of the profile, the standalone backend itself, else KubeSphere's behind the API server's proxy.
  private func gatewayTransport(_ gateway: GatewayAPI?) async -> any Transport {
    if let gateway { return gateway.api.transport }
    let answer = await answer(within: Self.patience) { () throws(ClusterError) in
      try await cluster.document("/version")
    }
    let versions = (try? answer.get()).map(ProductVersions.init)
    let isOurs = versions.flatMap { SemanticVersion($0.kubernetes)?.build } == "ksxd"
    return isOurs || versions?.kubeSphere.isEmpty == false
      ? cluster.transport : ServiceProxyTransport(cluster.transport)
  }
}
