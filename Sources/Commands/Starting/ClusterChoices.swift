package import Operations
import Platform

/// The clusters that the console can switch to, from the files of this computer.
package struct ClusterChoices: Sendable {
  private let arguments: Arguments
  private let environment: Environment

  init(_ context: Context) { (arguments, environment) = (context.arguments, context.environment) }

  /// All clusters: profiles, contexts of the kubeconfig, and the standalone backend.
  package func all() throws(CommandError) -> [ClusterChoice] {
    try Contexts(arguments, environment, .standard()).places()
      + [ClusterChoice(name: "standalone", source: .standalone, ways: "kubernetes", server: "on this computer")]
  }

  /// Opens `place`; no request is sent yet.
  package func open(_ place: ClusterChoice) async throws(CommandError) -> ClusterSession {
    try await ClusterSession.find(arguments.leading(to: place), environment, .standard())
  }
}

extension Arguments {
  /// This command line with `place` as its cluster.
  fileprivate func leading(to place: ClusterChoice) -> Arguments {
    switch place.source {
    case .profile: naming(.profile, place.name)
    case .kubeconfig: naming(.context, place.name, keeping: [.kubeconfig])
    case .standalone: naming(.standalone, "true")
    }
  }
}
