package import Extensions
package import HTTP

/// How a gateway reaches what it serves.
package struct GatewaySettings: Sendable {
  package var upstreams = UpstreamSettings()
  /// Where Services are that the cluster's DNS does not know, such as those of a standalone backend; `nil` asks DNS.
  package var address: @Sendable (Endpoint.Service) -> ServerAddress? = { _ in nil }
  /// Whether bundles may be made of ConfigMaps and Secrets outside of their extension's namespaces.
  package var allowsForeignReferences = false
  /// Whether it is written into the status of each object whether it is served, and why not.
  package var tellsObjects = true
  /// Hears of what goes wrong.
  package var report: @Sendable (String) -> Void = { _ in }

  package init() {}

  /// Where `endpoint` is reached; `nil` when it leads nowhere.
  func upstreamAddress(_ endpoint: Endpoint) -> UpstreamAddress? {
    switch endpoint.place {
    case .address(let given): UpstreamAddress(given, endpoint)
    case .service(let service): (address(service) ?? service.address).map { UpstreamAddress($0, endpoint) }
    case nil: nil
    }
  }
}
