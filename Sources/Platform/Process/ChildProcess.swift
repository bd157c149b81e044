import Glibc

/// Runs another program to its end.
package struct ChildProcess: Sendable {
  /// The program, searched on the `PATH` of `environment`, and its arguments.
  package var arguments: [String]
  package var environment: Environment
  package var input: [UInt8] = []
  /// The maximum bytes to keep of each output; a longer output loses its middle.
  package var outputLimit = 16 << 20
  package var timeout: Duration?
  /// Whether it gets the terminal as its standard input and standard error; only its output is captured.
  package var hasTerminal = false
  /// Called with its output and errors while it runs, on another thread.
  package var whenPrinted: (@Sendable ([UInt8]) -> Void)?

  package init(_ arguments: [String], environment: Environment = .current) {
    self.arguments = arguments
    self.environment = environment
  }

  /// The way in which it ended.
  package enum End: Hashable, Sendable {
    case exited(Int)
    case killed(signal: Int)
    case timedOut
    case cancelled
  }

  package struct Outcome: Hashable, Sendable {
    package var end: End
    package var output: [UInt8]
    package var errors: [UInt8]

    package var hasSucceeded: Bool { end == .exited(0) }
    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  /// Runs the program and returns when it has ended.
  ///
  /// Cancelling the surrounding task ends the program: with SIGTERM, after two seconds with SIGKILL.
  package func run() async throws(SystemError) -> Outcome {
    let child = try RunningChild(self)
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in child.wait { waiter.resume(returning: $0) } }
    } onCancel: {
      child.cancel()
    }
    return outcome
  }
}
