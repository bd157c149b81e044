/// A number of places, for which callers wait in turn.
package actor Slots {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  package init(_ count: Int) { free = count }

  /// Runs `work` in a place of its own.
  func run<Answer: Sendable, Failure: Error>(
    _ work: @Sendable () async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    await enter()
    defer { leave() }
    return try await work()
  }

  private func enter() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    // The place goes from hand to hand, so that no newcomer is faster.
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
