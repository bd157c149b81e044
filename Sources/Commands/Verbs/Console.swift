import Client
import Glibc
import Operations

extension Verb {
  static let console = Verb("", "Open the console", options: [.slow, .plain], as: OpenConsole.self)
}

/// `ksx` without a command.
///
/// The console is in another module; this only opens its session.
struct OpenConsole: Command {
  init(_ arguments: Arguments) throws(CommandError) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw CommandError(
        "the console needs a terminal on the standard input and output; ksx help lists the commands for scripts")
    }
  }

  /// Opens the session for the console.
  func session(_ context: Context) async throws(CommandError) -> ClusterSession {
    try await context.openSession().session
  }

  func run(_ context: Context) async throws(CommandError) { _ = try await session(context) }
}
