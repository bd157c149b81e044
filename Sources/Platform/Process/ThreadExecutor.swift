import Glibc

/// A dedicated thread for an actor whose work may block, or that waits for more than jobs.
///
/// ```
///   jobs ──▶ perform ──▶ wait, until woken by a job or the time that perform gave is over ──▶ jobs
/// ```
package final class ThreadExecutor: SerialExecutor {
  /// How the thread waits if it has no jobs.
  package struct IdleWait: Sendable {
    /// Returns when it is woken or the time is over; a wake before the call counts.
    package var wait: @Sendable (Duration?) -> Void
    /// May be called from any thread.
    package var wake: @Sendable () -> Void

    package init(wait: @escaping @Sendable (Duration?) -> Void, wake: @escaping @Sendable () -> Void) {
      self.wait = wait
      self.wake = wake
    }

    /// Waits only for `wake`.
    package static func untilWoken() -> IdleWait {
      let condition = ConditionVariable()
      return IdleWait(wait: { condition.wait($0) }, wake: { condition.signal() })
    }
  }

  private struct State {
    var jobs: [UnownedJob] = []
    var thread: pthread_t?
    var isStopped = false
  }

  private let state = Locked(State())
  private let perform = Locked<(@Sendable () -> Duration?)?>(nil)
  private let idleWait: IdleWait

  package init(_ idleWait: IdleWait = .untilWoken()) { self.idleWait = idleWait }

  /// Starts the thread, which runs until it is stopped.
  ///
  /// It calls `perform` before each wait, which ends when it is woken or the time that `perform` returned is over.
  package func start(_ perform: @escaping @Sendable () -> Duration? = { nil }) {
    self.perform.withLock { $0 = perform }
    var thread = pthread_t()
    // Allocated instead of created by an initializer: the module of a C type without a module map
    // varies, and so does the visibility of the initializer.
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    pthread_attr_setstacksize(attributes, 8 << 20)
    pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
    let context = Unmanaged.passRetained(self).toOpaque()
    guard pthread_create(&thread, attributes, runExecutorThread, context) == 0 else {
      fatalError("no thread to be had")
    }
    pthread_attr_destroy(attributes)
  }

  /// Ends the thread; to be called at the end of the actor, after which no job can be enqueued.
  package func stop() {
    state.withLock { $0.isStopped = true }
    idleWait.wake()
  }

  /// Makes the thread call `perform` soon.
  package func wake() { idleWait.wake() }

  fileprivate func run() {
    blockSignals()
    state.withLock { $0.thread = pthread_self() }
    guard let perform = perform.withLock({ $0 }) else { fatalError("started without work") }
    while true {
      let (jobs, isStopped) = drain()
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      if isStopped, jobs.isEmpty { return }
      idleWait.wait(perform())
    }
  }

  private func drain() -> (jobs: [UnownedJob], isStopped: Bool) {
    state.withLock { state in
      defer { state.jobs = [] }
      return (state.jobs, state.isStopped)
    }
  }

  /// Blocks signals, which the thread that waits for keys handles.
  private func blockSignals() {
    var all = sigset_t()
    sigfillset(&all)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&all, fault) }
    pthread_sigmask(SIG_BLOCK, &all, nil)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFirst = state.withLock { state in
      state.jobs.append(job)
      return state.jobs.count == 1
    }
    if isFirst { idleWait.wake() }
  }

  package func isIsolatingCurrentContext() -> Bool? {
    state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  package func checkIsolated() {
    precondition(isIsolatingCurrentContext() == true, "not on the thread of this executor")
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}

/// At file level, because a closure literal passed to C could get main-actor isolation and trap.
private func runExecutorThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { fatalError("the thread lost its owner") }
  Unmanaged<ThreadExecutor>.fromOpaque(context).takeRetainedValue().run()
  return nil
}

/// A condition variable; a signal without a waiter is kept for the next wait.
private final class ConditionVariable: @unchecked Sendable {
  // Safe: `isSignalled` is touched only with `mutex` held, and neither it nor `condition` moves.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var isSignalled = false

  init() {
    pthread_mutex_init(mutex, nil)
    let attributes = UnsafeMutablePointer<pthread_condattr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_condattr_init(attributes)
    // Not the wall clock, which may be set.
    pthread_condattr_setclock(attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, attributes)
    pthread_condattr_destroy(attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func signal() {
    pthread_mutex_lock(mutex)
    isSignalled = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  func wait(_ time: Duration?) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard let time else {
      while !isSignalled { pthread_cond_wait(condition, mutex) }
      isSignalled = false
      return
    }
    var end = Self.deadline(after: time)
    while !isSignalled, pthread_cond_timedwait(condition, mutex, &end) != ETIMEDOUT {}
    isSignalled = false
  }

  /// Rounded up, because a wake-up before the deadline would find nothing to do.
  private static func deadline(after time: Duration) -> timespec {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let (seconds, attoseconds) = min(max(time, .zero), .seconds(86_400)).components
    let nanoseconds = now.tv_nsec + Int(attoseconds / 1_000_000_000) + 1
    return timespec(
      tv_sec: now.tv_sec + Int(seconds) + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
  }
}
