import Glibc

/// A running child, served by a thread of its own.
final class RunningChild: Sendable {
  private let process: ChildProcess
  private let pid: pid_t
  private let pipes: SpawnPipes
  private let isCancelled = Locked(false)
  private let report = Locked<(@Sendable (ChildProcess.Outcome) -> Void)?>(nil)

  init(_ process: ChildProcess) throws(SystemError) {
    self.process = process
    (pid, pipes) = try Spawn.start(process)
  }

  /// Requests its end.
  func cancel() { isCancelled.withLock { $0 = true } }

  /// Calls `whenOver` with the outcome when the child has ended; returns at once.
  func wait(_ whenOver: @escaping @Sendable (ChildProcess.Outcome) -> Void) {
    report.withLock { $0 = whenOver }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    guard pthread_create(&thread, nil, serveChild, context) == 0 else { fatalError("no thread to be had") }
    pthread_detach(thread)
  }

  fileprivate func serve() {
    // A child that does not read its input must not end this process.
    var pipeSignal = sigset_t()
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
    var conversation = ChildConversation(process, pid: pid, pipes: pipes)
    let outcome = conversation.run { [isCancelled] in isCancelled.withLock { $0 } }
    report.withLock { $0 }?(outcome)
  }
}

/// At file level, because a closure literal passed to C could get the isolation of another actor.
private func serveChild(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { fatalError("the thread lost its child") }
  Unmanaged<RunningChild>.fromOpaque(context).takeRetainedValue().serve()
  return nil
}
