import NIOCore
import Platform

/// What the tasks of one connection do: answer its requests, one after another.
///
/// A connection that waits, or whose requests others answer, has none. They end with the connection, and the server waits
/// for them: when it has stopped, no answer is being made any more. Confined to the connection's event loop.
final class ConnectionWork {
  /// One request's answer.
  typealias Step = @Sendable () async -> Void

  private let channel: any Channel
  private let all: ServerWork
  private var last: Task<Void, Never>?
  private var isWatched = false

  init(on channel: any Channel, of all: ServerWork) {
    self.channel = channel
    self.all = all
  }

  /// Has `step` done once those before it are; all are cancelled when the channel is closed.
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

  /// Lets go of what has been done: a task keeps the memory that its calls have needed for as long as it is known.
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

  /// Begins a task; `nil` when no further one is taken.
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

  /// Takes no further work, and returns when what there was has ended.
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
