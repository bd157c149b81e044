import Glibc

/// Another program, run to its end.
package struct ChildProcess: Sendable {
  /// The program, looked for on the `PATH` of `environment`, and its arguments.
  package var arguments: [String]
  package var environment: Environment
  package var input: [UInt8] = []
  /// Bytes kept of each of its outputs; what is longer loses its middle.
  package var outputLimit = 16 << 20
  package var timeout: Duration?
  /// Leaves it the terminal: its standard input and its errors go there, and only its output comes back.
  package var hasTerminal = false
  /// Called with what it prints on either output, while it runs, on a thread of its own.
  package var whenPrinted: (@Sendable ([UInt8]) -> Void)?

  package init(_ arguments: [String], environment: Environment = .current) {
    self.arguments = arguments
    self.environment = environment
  }

  /// How it ended.
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

  /// Runs it and returns when it has ended.
  ///
  /// Cancelling the surrounding task ends it: first by asking (SIGTERM), then by force.
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
