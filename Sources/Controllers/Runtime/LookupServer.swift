import Client

/// A server through which a chart reads a cluster while it is rendered.
package struct LookupServer: Sendable {
  /// The server's address; it needs no credentials, and only the renderer knows it.
  package var address: String
  /// Stops the server.
  package var close: @Sendable () async -> Void

  package init(address: String, close: @escaping @Sendable () async -> Void) {
    self.address = address
    self.close = close
  }
}
