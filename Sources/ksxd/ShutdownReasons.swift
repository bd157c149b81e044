import Extensions
import Glibc
import HTTPServer
import Logging
import Platform

/// The reasons for which a backend ends.
struct ShutdownReasons {
  private let reasons: AsyncStream<String>
  private let report: AsyncStream<String>.Continuation
  private let isIdle = Locked(false)

  /// Waits for the signals that ask a process to end.
  init() {
    let (reasons, report) = AsyncStream<String>.makeStream()
    self.reasons = reasons
    self.report = report
    Task { [isIdle] in
      await Signals.end()
      if isIdle.withLock({ $0 }) { _exit(0) }
      report.yield("told to stop")
    }
  }

  /// Also ends when no client is connected and `isBusy` returns false.
  func add(leavingOf connections: Connections, unless isBusy: @escaping @Sendable () async -> Bool) {
    let report = report
    Task {
      // The client that started the backend needs time to connect.
      try? await Task.sleep(for: .seconds(20))
      repeat {
        await connections.untilEmpty(for: .seconds(4))
      } while await isBusy()
      report.yield("the last client has left")
    }
  }

  /// Sets whether a signal ends the process at once, because nothing runs that must be stopped first.
  func endAtOnce(_ isIdle: Bool) { self.isIdle.withLock { $0 = isIdle } }

  /// Ends the backend for this reason.
  func end(_ reason: String) { report.yield(reason) }

  /// Waits for the first reason to end.
  func wait() async {
    for await reason in reasons {
      Logger(label: "ksxd").info("ending: \(reason)")
      return
    }
  }

  /// Waits for the first reason to end; then stops `server`, and after it what runs beside it.
  func wait(for server: Server, beside running: [Task<Void, Never>]) async {
    await wait()
    await server.stop(grace: .seconds(20))
    for task in running { task.cancel() }
    for task in running { await task.value }
  }
}
