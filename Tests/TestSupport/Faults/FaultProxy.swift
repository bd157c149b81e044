import Client
import Glibc
import Platform

/// A proxy between a real client and a real server that does to each connection what a test says.
package final class FaultProxy: Sendable {
  /// What a client is told to connect to, but for the scheme.
  package let place: Place
  private let upstream: Place
  private let listener: Int32
  private let faults: @Sendable (Int) -> Fault
  private let state = Locked(State())

  private struct State {
    var connections = 0
    var active: [Int: Int32] = [:]
    var isStopped = false
    var isGone = false
  }

  /// The connections that have been made.
  package var connections: Int { state.withLock { $0.connections } }
  /// Whether nothing is on its way any more.
  package var isIdle: Bool { state.withLock { $0.active.isEmpty } }

  /// Whether a connection would be refused.
  package var isGone: Bool { state.withLock { $0.isGone } }

  /// Listens on a free port of this machine, or on a unix socket; `faults` gets a connection's number.
  package init(to upstream: Place, socket path: String? = nil, _ faults: @escaping @Sendable (Int) -> Fault) {
    self.upstream = upstream
    self.faults = faults
    (listener, place) = Sockets.listen(at: path)
    Thread.detach { [self] in accept() }
  }

  /// Ends every connection and takes no more.
  package func stop() {
    let wasStopped = state.withLock { state in
      defer { state.isStopped = true }
      for descriptor in state.active.values { shutdown(descriptor, Int32(SHUT_RDWR)) }
      return state.isStopped
    }
    // Once only: its number may be another's by now.
    if !wasStopped { shutdown(listener, Int32(SHUT_RDWR)) }
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { break }
      let number = state.withLock { state -> Int? in
        guard !state.isStopped else { return nil }
        defer { state.connections += 1 }
        state.active[state.connections] = client
        return state.connections
      }
      guard let number else {
        close(client)
        break
      }
      Thread.detach { [self] in
        // The descriptor must not be shut down by a stop once its number may be another's.
        var connection = ProxiedConnection(client: client, fault: faults(number), upstream: upstream)
        connection.run { ending in
          state.withLock { state in
            state.active[number] = -1
            Sockets.close(client, ending)
          }
        }
        state.withLock { $0.active[number] = nil }
      }
    }
    close(listener)
    if case .path(let path) = place { unlink(path) }
    state.withLock { $0.isGone = true }
  }
}
