import Client
import KubernetesAPI

/// Why a reconciliation failed; it is retried with a growing delay.
enum ReconcileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another client has changed the object first (409); the retry reads it again.
  case lostRace(String)
  /// The API server refused a request, or did not answer.
  case failed(String)

  init(_ error: ClusterError) {
    self = error.isLostRace ? .lostRace(error.short) : .failed(error.short)
  }

  /// Runs `work`, and turns its errors into this type.
  static func reporting<Result: Sendable>(
    _ work: () async throws(ClusterError) -> Result
  ) async throws(ReconcileError) -> Result {
    do { return try await work() } catch { throw ReconcileError(error) }
  }

  /// Whether it is logged after this many failures in a row: a lost race is normal unless it is repeated.
  func isLogged(after failures: Int) -> Bool {
    if case .lostRace = self { failures > 6 } else { true }
  }

  /// One line for the log.
  var description: String {
    switch self {
    case .lostRace(let reason), .failed(let reason): reason
    }
  }
}
