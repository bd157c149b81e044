import Client
import Operations
import Platform

/// What a command runs in: the command line, the environment and the output.
struct Context: Sendable {
  let arguments: Arguments
  let environment: Environment
  let outlet: Outlet
  var timing = Timing.real

  init(_ arguments: Arguments, _ environment: Environment, _ outlet: Outlet) {
    self.arguments = arguments
    self.environment = environment
    self.outlet = outlet
  }

  /// The files that ksx keeps on this computer.
  var localState: LocalState {
    let directories = XDG(environment)
    return LocalState(cache: arguments[.cacheDirectory] ?? directories.cache, state: directories.state)
  }

  /// Opens the cluster that the command line names; no request is sent yet.
  func openSession() async throws(CommandError) -> CommandSession {
    let session = try await ClusterSession.find(arguments, environment, outlet)
    return CommandSession(arguments, in: session, outlet: outlet, localState: localState, timing: timing)
  }
}
