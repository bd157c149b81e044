import Client
import Glibc
import Operations

extension Verb {
  static let console = Verb("", "Open the console", options: [.slow, .plain], as: OpenConsole.self)
}

/// `ksx` alone: the console itself belongs to another module, so this only finds where it opens.
struct OpenConsole: Command {
  init(_ arguments: Arguments) throws(CommandError) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw CommandError(
        "the console needs a terminal on the standard input and output; ksx help lists the commands for scripts")
    }
  }

  /// The session that the console opens with.
  func session(_ context: Context) async throws(CommandError) -> ClusterSession {
    try await context.openSession().session
  }

  func run(_ context: Context) async throws(CommandError) { _ = try await session(context) }
}
