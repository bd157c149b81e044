import Glibc

/// The signals that ask a process to end.
enum Signals {
  /// Returns when one has arrived.
  ///
  /// A signal handler writes to a pipe. Unlike a blocked or ignored signal, a handler is not inherited by child
  /// processes, which must end when they are asked to.
  static func end() async {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { fatalError("no pipe for signals: \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    writeEnd = ends[1]
    for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, noteSignal) }
    let readEnd = ends[0]
    await withCheckedContinuation { continuation in
      SignalThread(readEnd, continuation).begin()
    }
  }
}

// Safe: written once, before the handler that reads it is installed.
nonisolated(unsafe) private var writeEnd: Int32 = -1

private func noteSignal(_ number: Int32) {
  var byte = UInt8(truncatingIfNeeded: number)
  _ = write(writeEnd, &byte, 1)
}

/// A thread that waits for a byte, so that no thread of the Swift runtime is blocked.
private final class SignalThread: Sendable {
  private let descriptor: Int32
  private let continuation: CheckedContinuation<Void, Never>

  init(_ descriptor: Int32, _ continuation: CheckedContinuation<Void, Never>) {
    self.descriptor = descriptor
    self.continuation = continuation
  }

  func begin() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, waitForSignal, context)
    guard code == 0 else { fatalError("no thread for signals: \(code)") }
    pthread_detach(thread)
  }

  func wait() {
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) < 0 && errno == EINTR {}
    continuation.resume()
  }
}

private func waitForSignal(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<SignalThread>.fromOpaque(context).takeRetainedValue().wait()
  return nil
}
