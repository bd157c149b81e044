import Glibc
package import Operations
package import Platform

/// How the console is to speak to its terminal.
package struct ConsoleManner: Hashable, Sendable {
  /// The line is slow.
  package let isSlow: Bool
  /// Line after line, without placing the cursor.
  package let isPlain: Bool
}

/// What `ksx` does from its start: everything but the console itself.
package enum Program {
  /// What is left to do after the command line was run.
  package enum Next: Sendable {
    /// Nothing: leave with this status.
    case leave(Int32)
    /// Open the console there, with what is kept on this computer.
    case openConsole(ClusterSession, LocalState, ConsoleManner, Places)
    /// Ask which cluster is meant: nothing says so.
    case choose(Beginning)
  }

  /// Runs the command line of this process; what is not UTF-8 in it is refused, not replaced.
  package static func begin(environment: Environment = .current) async -> Next {
    var arguments: [String] = []
    for place in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = CommandLine.unsafeArgv[place] else { break }
      guard let argument = String(validatingCString: pointer) else {
        return .leave(fail("argument \(place) of the command line is not UTF-8; nothing was done"))
      }
      arguments.append(argument)
    }
    return await begin(arguments, environment: environment)
  }

  /// Runs a command line, given without the program's name.
  package static func begin(_ arguments: [String], environment: Environment = .current) async -> Next {
    let trouble = Verb.meant(by: arguments)?.trouble ?? 1
    var outlet = Outlet.standard(trouble: trouble)
    outlet.language = environment.language
    do throws(CommandError) {
      return try await obey(try Arguments.parse(arguments), words: arguments, environment, outlet)
    } catch {
      if let verdict = error.verdict { return .leave(verdict) }
      _ = fail(error.sentence)
      return .leave(error.status == 1 ? trouble : error.status)
    }
  }

  /// Tells a user why it was not done, in one line, and returns the exit status that says so.
  package static func fail(_ sentence: String) -> Int32 {
    // A sentence may begin with the command itself.
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
        // Nothing said which cluster is meant: that is a question, not a failure.
        guard let beginning = Beginning(arguments, words, environment) else { throw error }
        return .choose(beginning)
      }
      return .openConsole(
        session, context.localState,
        ConsoleManner(isSlow: arguments.has(.slow), isPlain: arguments.has(.plain)), Places(context))
    }
    try await command.run(context)
    return .leave(0)
  }
}

extension Environment {
  /// The language the locale asks for, as far as extensions speak it.
  fileprivate var language: String {
    let locale = self["LC_ALL"] ?? self["LC_MESSAGES"] ?? self["LANG"] ?? ""
    return locale.hasPrefix("zh") ? "zh" : "en"
  }
}
