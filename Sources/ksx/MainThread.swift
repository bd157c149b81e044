import Platform

/// The first thread of this process, which runs no tasks and may therefore be blocked.
enum MainThread {
  /// Blocks the calling thread until `work` has returned, and returns its result; meanwhile, it does what may be
  /// needed soon.
  ///
  /// Only for the main thread: there are as few threads that run tasks as there are processors.
  static func wait<Value: Sendable>(
    for work: @escaping @Sendable () async -> Value, doing meanwhile: () -> Void = {}
  ) -> Value {
    let idleWait = ThreadExecutor.IdleWait.untilWoken()
    let result = Locked<Value?>(nil)
    Task.detached {
      let value = await work()
      result.withLock { $0 = value }
      idleWait.wake()
    }
    meanwhile()
    while true {
      if let value = result.withLock({ $0 }) { return value }
      idleWait.wait(nil)
    }
  }
}
