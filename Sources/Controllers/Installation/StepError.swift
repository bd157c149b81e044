import Client

/// Why a step did not go through.
enum StepError: Error, Hashable, Sendable {
  /// Trying again later may help: the step is repeated.
  case passing(ClusterError)
  /// Only a change of what was asked for will help; the text says what is wrong, for the user.
  case lasting(String)
  /// What was asked for is not offered; once something else is, it is tried again. The text says what is missing.
  case missing(String)

  /// What an answer means for `doing`, such as `Service x`.
  init(_ error: ClusterError, _ doing: String) {
    self = error.isPassing ? .passing(error) : .lasting("\(doing): \(error.short)")
  }

  /// Does `work`, and says of what is refused what was being done.
  static func telling<Result: Sendable>(
    _ doing: String, _ work: () async throws(ClusterError) -> Result
  ) async throws(StepError) -> Result {
    do { return try await work() } catch { throw StepError(error, doing) }
  }
}
