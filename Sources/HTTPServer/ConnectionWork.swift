import NIOCore
import Platform

/// The tasks that answer the requests of one connection, one after another.
///
/// An idle connection, or one whose requests are relayed, has no task. Tasks are cancelled when the connection ends,
/// and the server waits for them: once it has stopped, no handler is running. Confined to the connection's event loop.
final class ConnectionWork {
  /// Answers one request.
  typealias Step = @Sendable () async -> Void

  private let channel: any Channel
  private let all: ServerWork
  private var last: Task<Void, Never>?
  private var isWatched = false

  init(on channel: any Channel, of all: ServerWork) {
    self.channel = channel
    self.all = all
  }

  /// Runs `step` after those before it; closing the channel cancels all of them.
  func add(_ step: @escaping Step) {
    let before = last
    let task = all.begin {
      await withTaskCancellationHandler {
        await before?.value
      } onCancel: {
        before?.cancel()
      }
      await step()
    }
    guard let task else { return channel.close(promise: nil) }
    last = task
    guard !isWatched else { return }
    isWatched = true
    let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
    channel.closeFuture.whenComplete { _ in bound.value.last?.cancel() }
  }

  /// Releases the last task, which keeps the memory of its calls for as long as it is referenced.
  func forget() { last = nil }
}

/// The tasks of all connections of a server.
final class ServerWork: Sendable {
  private struct State {
    var count = 0
    var isFinished = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Locked(State())

  /// Begins a task; `nil` after `finish`.
  func begin(_ work: @escaping ConnectionWork.Step) -> Task<Void, Never>? {
    let isTaken = state.withLock { state in
      guard !state.isFinished else { return false }
      state.count += 1
      return true
    }
    guard isTaken else { return nil }
    return Task {
      await work()
      end()
    }
  }

  private func end() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.count -= 1
      guard state.count == 0 else { return nil }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Refuses further tasks, and returns when the running ones have ended.
  func finish() async {
    await withCheckedContinuation { waiter in
      let isIdle = state.withLock { state in
        state.isFinished = true
        if state.count > 0 { state.waiter = waiter }
        return state.count == 0
      }
      if isIdle { waiter.resume() }
    }
  }
}
