import Extensions
import HTTPServer
import Logging

/// The reasons for which a backend ends.
struct Endings {
  private let reasons: AsyncStream<String>
  private let report: AsyncStream<String>.Continuation

  /// Waits for the signals that ask a process to end.
  init() {
    let (reasons, report) = AsyncStream<String>.makeStream()
    self.reasons = reasons
    self.report = report
    Task {
      await Signals.end()
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

  /// Waits for the first reason to end.
  func wait() async {
    for await reason in reasons {
      Logger(label: "ksxd").info("ending: \(reason)")
      return
    }
  }
}
