/// A semaphore whose waiters are served in order.
///
/// A caller that is cancelled while it waits gets no slot: its work begins at once, and is to find out that it is
/// cancelled.
package actor Slots {
  private var free: Int
  private var waiting: [(number: Int, waiter: CheckedContinuation<Bool, Never>)] = []
  private var count = 0

  package init(_ count: Int) { free = count }

  /// Runs `work` when a slot is free.
  func run<Answer: Sendable, Failure: Error>(
    _ work: @Sendable () async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    let hasSlot = await enter()
    defer { if hasSlot { leave() } }
    return try await work()
  }

  /// Whether the caller got a slot.
  private func enter() async -> Bool {
    guard free == 0 else {
      free -= 1
      return true
    }
    count += 1
    let number = count
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        // The handler may have run before.
        if Task.isCancelled { waiter.resume(returning: false) } else { waiting.append((number, waiter)) }
      }
    } onCancel: {
      Task { await giveUp(number) }
    }
  }

  private func giveUp(_ number: Int) {
    guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
    waiting.remove(at: index).waiter.resume(returning: false)
  }

  private func leave() {
    // The slot is passed to the first waiter, so that no later caller can take it.
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().waiter.resume(returning: true) }
  }
}
