package import Client
package import HTTP
package import KubernetesAPI

extension RouteTable {
  /// The rules of the gateway of `cluster`, compiled as the gateway compiles them.
  package static func read(from cluster: Cluster, _ dialect: Dialect) async throws(ClusterError) -> RouteTable {
    async let services = all(dialect.apiServices, in: cluster)
    async let bundles = all(dialect.jsBundles, in: cluster)
    async let proxies = all(dialect.reverseProxies, in: cluster)
    async let installations = dialect.era == .seed ? all(dialect.installations, in: cluster) : .success([])
    let owners = ReleaseOwners(try await installations.get().map(Installation.init))
    return RouteTable(
      try await services.get() + (try await bundles.get()) + (try await proxies.get()), dialect: dialect,
      owners: owners)
  }

  /// The rules in `objects`, compiled as the gateway compiles them.
  package init(_ objects: [Object], dialect: Dialect, owners: ReleaseOwners = ReleaseOwners()) {
    func all(_ resource: Resource) -> [Object] { objects.filter { $0.kind == resource.kind } }
    self.init(
      services: all(dialect.apiServices).map { APIServiceRule($0, dialect: dialect) },
      bundles: all(dialect.jsBundles).map { JSBundleRule($0, dialect: dialect) },
      proxies: all(dialect.reverseProxies).map { ReverseProxyRule($0, dialect: dialect) }, owners: owners)
  }

  private static func all(_ resource: Resource, in cluster: Cluster) async -> Result<[Object], ClusterError> {
    do throws(ClusterError) {
      return .success(try await cluster.list(resource))
    } catch {
      return .failure(error)
    }
  }
}

/// Why a request cannot be explained.
package struct UnknownRequest: Error, Hashable, Sendable {
  package let sentence: String
}

extension HTTPRequest {
  /// The request with a method and an address as a user types them: a full URL, or the part after the host.
  package init(method: String, address text: String) throws(UnknownRequest) {
    guard let known = HTTPRequest.Method(rawValue: method.uppercased()) else {
      throw UnknownRequest(sentence: "the method \(method) is not known")
    }
    let address = ServerAddress(text)
    let rest = address.map { _ in text.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" && $0 != "?" } }
    let target = rest.map { $0.hasPrefix("/") ? String($0) : "/" + $0 } ?? text
    guard target.hasPrefix("/") else {
      throw UnknownRequest(sentence: "\(text): a path that begins with / is expected")
    }
    self.init(known, target, headers: ["Host": address?.name ?? "localhost"])
  }
}
