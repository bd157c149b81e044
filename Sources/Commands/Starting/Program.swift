import Client
import Glibc
package import Platform
import Terminal

/// What `ksx` does from its start: everything but the console itself.
package enum Program {
  /// What is left to do after the command line has been obeyed.
  package enum Next: Sendable {
    /// Nothing: leave with this status.
    case leave(Int32)
    /// Open the console there, with what is kept on this computer.
    case openConsole(Destination, Shelf)
  }

  /// Obeys the command line of this process; what is no UTF-8 in it is refused, not replaced.
  package static func begin(environment: Environment = .current) async -> Next {
    var arguments: [String] = []
    for place in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = CommandLine.unsafeArgv[place] else { break }
      guard let argument = String(validatingCString: pointer) else {
        return .leave(fail("argument \(place) of the command line is no UTF-8; nothing was done"))
      }
      arguments.append(argument)
    }
    return await begin(arguments, environment: environment)
  }

  /// Obeys a command line, given without the program's name.
  package static func begin(_ arguments: [String], environment: Environment = .current) async -> Next {
    var outlet = Outlet.standard
    outlet.language = environment.language
    do throws(CommandError) {
      return try await obey(try Invocation.parse(arguments), environment, outlet)
    } catch {
      return .leave(fail(error.sentence))
    }
  }

  /// Tells a person why it was not done, in one line, and returns the exit status that says so.
  package static func fail(_ sentence: String) -> Int32 {
    Outlet.standard.note("ksx: " + sentence.oneLine)
    return 1
  }

  static func obey(
    _ invocation: Invocation, _ environment: Environment, _ outlet: Outlet
  ) async throws(CommandError) -> Next {
    let places = XDG(environment)
    let shelf = Shelf(cache: invocation[.cacheDirectory] ?? places.cache, state: places.state)
    switch invocation.verb {
    case .help: outlet.print(try Help.text(for: invocation.operands))
    case .completion: outlet.print(try Completion.script(for: invocation.name))
    case .login: try await LoggingIn(invocation, environment, outlet).logIn()
    case .logout: try await LoggingIn(invocation, environment, outlet).logOut()
    case .contexts: try Contexts(invocation, environment, outlet).list()
    case .contextsUse: try Contexts(invocation, environment, outlet).use()
    case .console:
      guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
        throw CommandError(
          "the console needs a terminal on the standard input and output; ksx help lists the commands for scripts")
      }
      return .openConsole(try await Destination.find(invocation, environment, outlet), shelf)
    default:
      let destination: Destination
      do {
        destination = try await Destination.find(invocation, environment, outlet)
      } catch {
        guard invocation.verb == .version else { throw error }
        Runner.tell(of: nil, Format(invocation), outlet)
        guard !invocation.namesACluster else { throw error }
        outlet.note("note: no server was asked: \(error.sentence)".oneLine)
        return .leave(0)
      }
      try await Runner(invocation, in: destination, outlet: outlet, shelf: shelf).run()
      if let problem = await destination.login?.warning { outlet.note("note: \(problem)".sanitised) }
      let warnings = destination.warningCount.withLock { $0 }
      if warnings > 0, invocation.has(.warningsAsErrors) {
        throw CommandError("\(warnings) warning\(warnings == 1 ? "" : "s") received")
      }
    }
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

extension String {
  /// This text on one line, safe to print to a terminal.
  var oneLine: String {
    split(whereSeparator: \.isNewline).joined(separator: " ").sanitised
  }
}
