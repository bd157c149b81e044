package import Client
package import Extensions
import KubernetesAPI

extension ClusterReader {
  /// The rules by which the cluster's gateway serves, compiled as the gateway does it.
  package func rules() async throws(ClusterError) -> RouteTable {
    async let services = result { () throws(ClusterError) in try await cluster.list(dialect.apiServices) }
    async let bundles = result { () throws(ClusterError) in try await cluster.list(dialect.jsBundles) }
    async let proxies = result { () throws(ClusterError) in try await cluster.list(dialect.reverseProxies) }
    return RouteTable(
      services: try await services.get().map { APIServiceRule($0, dialect: dialect) },
      bundles: try await bundles.get().map { JSBundleRule($0, dialect: dialect) },
      proxies: try await proxies.get().map { ReverseProxyRule($0, dialect: dialect) })
  }
}
