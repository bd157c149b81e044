import Glibc

/// Another program, run to its end.
public struct ChildProcess: Sendable {
  /// The program, looked for on the `PATH` of `environment`, and its arguments.
  public var arguments: [String]
  public var environment: Environment
  public var input: [UInt8] = []
  /// Bytes kept of each of its outputs; what is longer loses its middle.
  public var outputLimit = 16 << 20
  public var timeout: Duration?
  /// Leaves it the terminal: its standard input and its errors go there, and only its output comes back.
  public var hasTerminal = false
  /// Called with what it prints on either output, while it runs, on a thread of its own.
  public var whenPrinted: (@Sendable ([UInt8]) -> Void)?

  public init(_ arguments: [String], environment: Environment = .current) {
    self.arguments = arguments
    self.environment = environment
  }

  /// How it ended.
  public enum End: Hashable, Sendable {
    case exited(Int)
    case killed(signal: Int)
    case timedOut
    case cancelled
  }

  public struct Outcome: Hashable, Sendable {
    public var end: End
    public var output: [UInt8]
    public var errors: [UInt8]

    public var hasSucceeded: Bool { end == .exited(0) }
    public var outputText: String { String(decoding: output, as: UTF8.self) }
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  /// Runs it and returns when it has ended.
  ///
  /// Cancelling the surrounding task ends it: first by asking (SIGTERM), then by force.
  public func run() async throws(SystemError) -> Outcome {
    let child = try RunningChild(self)
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in child.wait { waiter.resume(returning: $0) } }
    } onCancel: {
      child.cancel()
    }
    return outcome
  }
}
