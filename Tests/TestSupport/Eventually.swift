import Client
import Platform
package import Testing

/// How long tests wait for what should come in a moment.
package enum TestTimeout {
  /// What a loaded machine may need, times this: `KSX_TIMEOUT_FACTOR` is set for runs that are slower by design.
  package static let factor = Environment.current["KSX_TIMEOUT_FACTOR"].flatMap { Int($0) } ?? 4
  /// How many seconds are waited for what should come.
  package static let seconds = 60 * factor
  /// How long conditions are waited for.
  package static let usual: Duration = .seconds(seconds)
}

/// Waits until `condition` holds, and records an issue when it does not within `timeout`.
@discardableResult
package func eventually(
  _ comment: Comment = "it did not come to pass", within timeout: Duration = TestTimeout.usual,
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool,
  sourceLocation: SourceLocation = #_sourceLocation
) async rethrows -> Bool {
  let deadline = ContinuousClock.now + timeout
  while !(try await condition()) {
    if ContinuousClock.now > deadline {
      Issue.record(comment, sourceLocation: sourceLocation)
      return false
    }
    try? await Task.sleep(for: .milliseconds(2))
  }
  return true
}

/// Reads until `condition` holds of what was read; fails with what was last seen after `timeout`.
package func eventually<Found>(
  _ what: String, within timeout: Duration = TestTimeout.usual, isolation: isolated (any Actor)? = #isolation,
  _ read: () async throws -> Found?, when condition: (Found) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Found {
  let deadline = ContinuousClock.now + timeout
  while true {
    let found = try await read()
    if let found, condition(found) { return found }
    try #require(
      ContinuousClock.now < deadline, "\(what): never; last seen \(String(describing: found))",
      sourceLocation: sourceLocation)
    try await Task.sleep(for: .milliseconds(15))
  }
}
