import Client

/// A server that reads a cluster for the time that a chart is rendered.
package struct ClusterWindow: Sendable {
  /// Where it is; needs no credentials, and is known to nothing but what it is opened for.
  package var address: String
  package var close: @Sendable () async -> Void

  package init(address: String, close: @escaping @Sendable () async -> Void) {
    self.address = address
    self.close = close
  }
}
