import Client

/// Why a step failed.
enum StepError: Error, Hashable, Sendable {
  /// A retry may succeed.
  case transient(ClusterError)
  /// A retry fails until the request changes; the text says what is wrong, for the user.
  case permanent(String)
  /// The requested version or its chart is not available; it is attempted again when the offer changes. The text says
  /// what is missing.
  case missing(String)

  /// The error of a request; `doing` says what it was for, such as `Service x`.
  init(_ error: ClusterError, _ doing: String) {
    self = error.isTransient ? .transient(error) : .permanent("\(doing): \(error.short)")
  }

  /// Runs `work`, and prefixes its errors with `doing`.
  static func prefixingErrors<Result: Sendable>(
    _ doing: String, _ work: () async throws(ClusterError) -> Result
  ) async throws(StepError) -> Result {
    do { return try await work() } catch { throw StepError(error, doing) }
  }
}
