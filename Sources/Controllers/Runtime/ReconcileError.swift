import Client
import KubernetesAPI

/// Why an object was not brought a step nearer; it is tried again, later each time.
enum ReconcileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another client wrote first: the object is looked at again, and the decision made anew.
  case lostRace(String)
  /// The API refused, or could not be asked.
  case failed(String)

  init(_ error: ClusterError) {
    self = error.isLostRace ? .lostRace(error.short) : .failed(error.short)
  }

  /// Does `work`, whose errors are those of the cluster.
  static func reporting<Result: Sendable>(
    _ work: () async throws(ClusterError) -> Result
  ) async throws(ReconcileError) -> Result {
    do { return try await work() } catch { throw ReconcileError(error) }
  }

  /// Whether it is worth a line in the log after so many failures in a row.
  func isNews(after failures: Int) -> Bool {
    if case .lostRace = self { failures > 6 } else { true }
  }

  /// One line for the log.
  var description: String {
    switch self {
    case .lostRace(let reason), .failed(let reason): reason
    }
  }
}
