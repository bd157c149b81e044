import CCurl
import Glibc
import Platform

/// The thread of a `CurlLoop`: it polls libcurl's multi handle and runs the jobs of the actor.
final class CurlThread: Sendable {
  // Safe: the pointer never changes, and only this thread uses it, except for
  // curl_multi_wakeup, which libcurl allows from anywhere.
  nonisolated(unsafe) let multi: UnsafeMutableRawPointer
  private let executor: ThreadExecutor

  /// Milliseconds to wait if no transfer is running; a job still wakes the thread.
  private static let longestWait: Int32 = 3_600_000

  init() {
    // Writing to a connection that the peer has closed must be an error and not end the process.
    signal(SIGPIPE, SIG_IGN)
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    guard let multi = curl_multi_init() else { fatalError("out of memory") }
    self.multi = multi
    _ = ksx_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    let handle = Handle(multi: multi)
    executor = ThreadExecutor(
      ThreadExecutor.IdleWait(
        wait: { curl_multi_poll(handle.multi, nil, 0, $0.map(Self.milliseconds) ?? Self.longestWait, nil) },
        wake: { curl_multi_wakeup(handle.multi) }))
  }

  /// Starts the thread, which never ends.
  ///
  /// It calls `perform` after socket activity, after jobs, and when the time that `perform` returned has passed.
  func start(_ perform: @escaping @Sendable () -> Duration?) { executor.start(perform) }

  /// Rounded up, because a wake-up before the deadline would find nothing to do.
  private static func milliseconds(_ wait: Duration) -> Int32 {
    let (seconds, attoseconds) = min(wait, .milliseconds(longestWait)).components
    return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private struct Handle: Sendable {
    // Safe: for curl_multi_poll on the thread, and for curl_multi_wakeup from anywhere.
    nonisolated(unsafe) let multi: UnsafeMutableRawPointer
  }
}
