import Client
import Extensions
import Manifest
package import Platform
import Terminal

/// Carries out one command line in one cluster.
package struct Runner: Sendable {
  let invocation: Invocation
  let destination: Destination
  let outlet: Outlet
  let shelf: Shelf
  let timing: Timing

  package init(
    _ invocation: Invocation, in destination: Destination, outlet: Outlet, shelf: Shelf, timing: Timing = .real
  ) {
    self.invocation = invocation
    self.destination = destination
    self.outlet = outlet
    self.shelf = shelf
    self.timing = timing
  }

  var cluster: Cluster { destination.cluster }
  var format: Format { Format(invocation) }

  /// Does it, and returns when it is done.
  package func run() async throws(CommandError) {
    if invocation.verb.isChange, destination.isReadOnly, invocation[.dryRun] != "client" {
      throw CommandError("nothing was changed: --read-only refuses ksx \(invocation.verb.rawValue)")
    }
    do {
      try await obey()
    } catch {
      // Only a cluster that changed since it was asked answers so to what it said it had.
      guard error.isOfMissingKind, destination.dialect == nil,
        knowledge?.isFresh(at: Timestamp.now().secondsSince1970) == true
      else {
        throw error
      }
      _ = try await learn()
      try await obey()
    }
  }

  private func obey() async throws(CommandError) {
    switch invocation.verb {
    case .list: try await list()
    case .get: try await get()
    case .versions: try await versions()
    case .version: try await version()
    case .compare: try await compare()
    case .configGet: try await printConfig()
    case .enable where invocation.has(.now): try await switchNow(to: true)
    case .disable where invocation.has(.now): try await switchNow(to: false)
    case .change(let kind): try await change(kind)
    case .console, .help, .completion, .login, .logout, .contexts, .contextsUse:
      fatalError("\(invocation.verb) is about no cluster")
    }
  }

  /// Runs `request`, telling a failure as that of `doing`.
  func asking<Answer>(
    _ doing: String, _ request: () async throws(ClusterError) -> Answer
  ) async throws(CommandError) -> Answer {
    do {
      return try await request()
    } catch {
      throw CommandError(error, doing, at: destination.server)
    }
  }

  /// What was learnt of the cluster at an earlier visit, however long ago.
  var knowledge: CachedCapabilities? { shelf.knowledge(of: destination.identity) }

  /// What the cluster's extensions can do: as said, as learnt within the hour, or asked of it now.
  func capabilities() async throws(CommandError) -> Capabilities {
    if let said = destination.dialect { return Capabilities(assuming: said) }
    if let knowledge, knowledge.isFresh(at: Timestamp.now().secondsSince1970) { return knowledge.capabilities }
    return try await learn()
  }

  func dialect() async throws(CommandError) -> Dialect { try await capabilities().dialect }

  private func learn() async throws(CommandError) -> Capabilities {
    do {
      let found = try await Capabilities.learn(from: cluster)
      shelf.remember(found, of: destination.identity)
      return found
    } catch {
      switch error {
      case .absent:
        throw CommandError(
          "\(destination.server) is a Kubernetes API without KubeSphere extensions; name another cluster with --context"
        )
      case .forbidden:
        throw CommandError(
          "\(destination.server) lets this user neither discover nor list installations; say --dialect installplan or --dialect subscription, or use a context with more rights"
        )
      case .cluster(let error):
        throw CommandError(error, "asking which kinds of extensions there are", at: destination.server)
      }
    }
  }
}
