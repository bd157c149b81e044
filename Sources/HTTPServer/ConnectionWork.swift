import NIOCore

/// What the tasks of one connection do: answer its requests, one after another.
///
/// They are children of the server's own task, and end with the connection: when a server has stopped, no answer is
/// being made any more.
struct ConnectionWork: Sendable {
  /// One request's answer.
  typealias Step = @Sendable () async -> Void

  private let channel: any Channel
  private let steps: AsyncStream<Step>
  private let continuation: AsyncStream<Step>.Continuation

  init(on channel: any Channel) {
    self.channel = channel
    // One request at a time is begun, so this holds no more than one.
    (steps, continuation) = AsyncStream.makeStream()
  }

  /// Has `step` done once those before it are.
  func add(_ step: @escaping Step) {
    continuation.yield(step)
  }

  /// Closes the connection unserved.
  func refuse() {
    channel.close(promise: nil)
  }

  /// Runs until the connection is closed; what is under way then is cancelled, and waited for.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { for await step in steps { await step() } }
      // How it was closed is the handlers' business.
      try? await channel.closeFuture.get()
      continuation.finish()
      group.cancelAll()
    }
  }
}

/// The task above those of all connections of a server.
struct ServerWork: Sendable {
  private let arrivals: AsyncStream<ConnectionWork>.Continuation
  private let task: Task<Void, Never>

  init() {
    let (stream, continuation) = AsyncStream<ConnectionWork>.makeStream()
    arrivals = continuation
    task = Task {
      await withDiscardingTaskGroup { group in
        for await connection in stream { group.addTask { await connection.run() } }
      }
    }
  }

  func add(_ connection: ConnectionWork) {
    // One that was accepted just before the listener was closed.
    if case .terminated = arrivals.yield(connection) { connection.refuse() }
  }

  /// Takes no further connection, and returns when those there were have ended.
  func finish() async {
    arrivals.finish()
    await task.value
  }
}
