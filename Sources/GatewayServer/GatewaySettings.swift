package import Extensions
package import HTTP

/// How a gateway reaches what it serves.
package struct GatewaySettings: Sendable {
  package var upstreams = UpstreamSettings()
  /// Addresses of Services that the cluster's DNS does not resolve, such as those of a standalone backend; `nil` uses
  /// DNS.
  package var address: @Sendable (Endpoint.Service) -> ServerAddress? = { _ in nil }
  /// Whether bundles may use ConfigMaps and Secrets outside of their extension's namespaces.
  package var allowsForeignReferences = false
  /// Whether the gateway writes into the status of each object whether it is served, and why not.
  package var writesConditions = true
  /// Is called with each problem that an operator should know.
  package var report: @Sendable (String) -> Void = { _ in }

  package init() {}

  /// The address of `endpoint`; `nil` if it has none.
  func upstreamAddress(_ endpoint: Endpoint) -> UpstreamAddress? {
    switch endpoint.location {
    case .address(let given): UpstreamAddress(given, endpoint)
    case .service(let service): (address(service) ?? service.address).map { UpstreamAddress($0, endpoint) }
    case nil: nil
    }
  }
}
