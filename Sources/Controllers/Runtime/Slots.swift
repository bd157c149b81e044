/// A semaphore whose waiters are served in order.
package actor Slots {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  package init(_ count: Int) { free = count }

  /// Runs `work` when a slot is free.
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
    // The slot is passed to the first waiter, so that no later caller can take it.
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
