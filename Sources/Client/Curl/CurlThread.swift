import CCurl
import Glibc
import Platform

/// The thread on which `CurlLoop` runs: libcurl's multi handle, and the jobs sent to the actor.
final class CurlThread: SerialExecutor {
  // Safe: the pointer never changes, and only this thread uses it, except for
  // curl_multi_wakeup, which libcurl allows from anywhere.
  nonisolated(unsafe) let multi: UnsafeMutableRawPointer
  private let jobs = Locked<[UnownedJob]>([])
  private let identity = Locked<pthread_t?>(nil)
  private let perform = Locked<(@Sendable () -> Duration?)?>(nil)

  /// With no transfer there is nothing to wake up for.
  private static let longestWait: Int32 = 3_600_000

  init() {
    // A write to a connection the other side has closed must be an error, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    guard let multi = curl_multi_init() else { fatalError("out of memory") }
    self.multi = multi
    _ = ksx_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
  }

  /// Starts the thread, which never ends.
  ///
  /// It calls `perform` whenever something may have moved, and when the time it gave has passed.
  func start(_ perform: @escaping @Sendable () -> Duration?) {
    self.perform.withLock { $0 = perform }
    var thread = pthread_t()
    // Allocated, not made by an initializer: which module a C type with no module of its own
    // belongs to is a matter of luck, and with it whether its initializer is visible.
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    pthread_attr_setstacksize(attributes, 1 << 20)
    pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
    let context = Unmanaged.passRetained(self).toOpaque()
    guard pthread_create(&thread, attributes, runCurlThread, context) == 0 else { fatalError("no thread to be had") }
    pthread_attr_destroy(attributes)
  }

  fileprivate func run() -> Never {
    blockSignals()
    identity.withLock { $0 = pthread_self() }
    guard let perform = perform.withLock({ $0 }) else { fatalError("started without work") }
    while true {
      for job in takeJobs() { job.runSynchronously(on: asUnownedSerialExecutor()) }
      let wait = perform().map(Self.milliseconds) ?? Self.longestWait
      curl_multi_poll(multi, nil, 0, wait, nil)
    }
  }

  /// Rounded up: a moment too early there would be nothing to do yet.
  private static func milliseconds(_ wait: Duration) -> Int32 {
    let (seconds, attoseconds) = min(wait, .milliseconds(longestWait)).components
    return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }

  /// Signals belong to the thread that waits for keys.
  private func blockSignals() {
    var all = sigset_t()
    sigfillset(&all)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&all, fault) }
    pthread_sigmask(SIG_BLOCK, &all, nil)
  }

  private func takeJobs() -> [UnownedJob] {
    jobs.withLock { jobs in
      let taken = jobs
      jobs = []
      return taken
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFirst = jobs.withLock { jobs in
      jobs.append(job)
      return jobs.count == 1
    }
    if isFirst { curl_multi_wakeup(multi) }
  }

  func isIsolatingCurrentContext() -> Bool? {
    identity.withLock { $0.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  func checkIsolated() {
    precondition(isIsolatingCurrentContext() == true, "not on the curl thread")
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}

/// At file level: a closure literal given to C could be taken for main-actor code and die there.
private func runCurlThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { fatalError("the thread lost its owner") }
  Unmanaged<CurlThread>.fromOpaque(context).takeRetainedValue().run()
}
