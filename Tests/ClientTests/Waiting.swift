import Testing

/// Waits until `condition` holds, and records an issue when it does not within forty seconds.
func eventually(
  _ condition: () async -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async {
  let deadline = ContinuousClock.now + .seconds(60)
  while !(await condition()) {
    if ContinuousClock.now > deadline {
      Issue.record("it did not come to pass", sourceLocation: sourceLocation)
      return
    }
    try? await Task.sleep(for: .milliseconds(2))
  }
}
