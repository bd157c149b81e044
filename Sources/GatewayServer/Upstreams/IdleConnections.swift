/// The idle connections to one upstream; the one used last is taken first.
///
/// Confined to an event loop.
final class IdleConnections {
  private let settings: UpstreamSettings
  private var connections: [UpstreamConnection] = []

  init(_ settings: UpstreamSettings) {
    self.settings = settings
  }

  var count: Int { connections.count }

  func take() -> UpstreamConnection? {
    while let connection = connections.popLast() {
      if connection.isOpen { return connection }
    }
    return nil
  }

  func put(_ connection: UpstreamConnection) {
    guard connections.count < settings.idleConnections else { return connection.close() }
    connections.append(connection)
    connection.rest(for: settings.idleTimeout)
  }

  func forget(_ connection: UpstreamConnection) {
    connections.removeAll { $0 === connection }
  }
}
