import Glibc
package import Operations
package import Platform

/// How the console uses the terminal.
package struct TerminalMode: Hashable, Sendable {
  /// Whether to send less output, for a slow connection.
  package let isSlow: Bool
  /// Whether to write line by line, without cursor movement.
  package let isPlain: Bool
}

/// The program `ksx` except the console.
package enum Program {
  /// What remains after the command line was run.
  package enum Next: Sendable {
    /// Exit with this status.
    case leave(Int32)
    /// Open the console on this cluster.
    case openConsole(ClusterSession, LocalState, TerminalMode, ClusterChoices)
    /// Let the user choose a cluster, because none is named.
    case choose(StartChoices)
  }

  /// Runs the command line of this process; arguments that are not UTF-8 are rejected.
  package static func begin(environment: Environment = .current) async -> Next {
    var arguments: [String] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = CommandLine.unsafeArgv[index] else { break }
      guard let argument = String(validatingCString: pointer) else {
        return .leave(fail("argument \(index) of the command line is not UTF-8; nothing was done"))
      }
      arguments.append(argument)
    }
    return await begin(arguments, environment: environment)
  }

  /// Runs a command line without the program's name.
  package static func begin(_ arguments: [String], environment: Environment = .current) async -> Next {
    let failureStatus = Verb.meant(by: arguments)?.failureStatus ?? 1
    var outlet = Outlet.standard(failureStatus: failureStatus)
    outlet.language = environment.language
    do throws(CommandError) {
      return try await obey(try Arguments.parse(arguments), words: arguments, environment, outlet)
    } catch {
      if let verdict = error.verdict { return .leave(verdict) }
      _ = fail(error.sentence)
      return .leave(error.status == 1 ? failureStatus : error.status)
    }
  }

  /// Prints why the program failed, in one line, and returns the exit status for that.
  package static func fail(_ sentence: String) -> Int32 {
    // The sentence may begin with the name of the program.
    let own = sentence.hasPrefix("ksx ") ? String(sentence.dropFirst(4)) : sentence
    Outlet.standard().note("ksx: " + own.oneLine)
    return 1
  }

  static func obey(
    _ arguments: Arguments, words: [String] = [], _ environment: Environment, _ outlet: Outlet
  ) async throws(CommandError) -> Next {
    var arguments = arguments
    arguments.input = outlet.input
    let context = Context(arguments, environment, outlet)
    let command = try arguments.verb.parse(arguments)
    if let console = command as? OpenConsole {
      let session: ClusterSession
      do {
        session = try await console.session(context)
      } catch {
        // No cluster is named: the user can choose one.
        guard let choices = StartChoices(arguments, words, environment) else { throw error }
        return .choose(choices)
      }
      return .openConsole(
        session, context.localState,
        TerminalMode(isSlow: arguments.has(.slow), isPlain: arguments.has(.plain)), ClusterChoices(context))
    }
    try await command.run(context)
    return .leave(0)
  }
}

extension Environment {
  /// The language of the locale, if extensions have texts in it; else English.
  fileprivate var language: String {
    let locale = self["LC_ALL"] ?? self["LC_MESSAGES"] ?? self["LANG"] ?? ""
    return locale.hasPrefix("zh") ? "zh" : "en"
  }
}
