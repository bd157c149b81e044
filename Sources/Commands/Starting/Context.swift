import Client
import Operations
import Platform

/// What a command is carried out in: this computer, its user, and the command line.
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

  /// What ksx keeps on this computer between two runs.
  var localState: LocalState {
    let places = XDG(environment)
    return LocalState(cache: arguments[.cacheDirectory] ?? places.cache, state: places.state)
  }

  /// Finds the cluster that the command line is about; nothing is asked of it yet.
  func openSession() async throws(CommandError) -> CommandSession {
    let session = try await ClusterSession.find(arguments, environment, outlet)
    return CommandSession(arguments, in: session, outlet: outlet, localState: localState, timing: timing)
  }
}
