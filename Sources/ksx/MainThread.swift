import Platform

/// The first thread of this process, which runs no tasks and may therefore be blocked.
enum MainThread {
  /// Blocks the calling thread until `work` has returned, and returns its result.
  ///
  /// Only for the main thread: there are as few threads that run tasks as there are processors.
  static func wait<Value: Sendable>(for work: @escaping @Sendable () async -> Value) -> Value {
    let idleWait = ThreadExecutor.IdleWait.untilWoken()
    let result = Locked<Value?>(nil)
    Task.detached {
      let value = await work()
      result.withLock { $0 = value }
      idleWait.wake()
    }
    while true {
      if let value = result.withLock({ $0 }) { return value }
      idleWait.wait(nil)
    }
  }
}
