package import Operations
import Platform

/// The clusters that the console can switch to, from the files of this computer.
package struct ClusterChoices: Sendable {
  private let arguments: Arguments
  private let environment: Environment

  init(_ context: Context) { (arguments, environment) = (context.arguments, context.environment) }

  /// All clusters: profiles, contexts of the kubeconfig, and the standalone backend.
  package func all() throws(CommandError) -> [ClusterChoice] {
    try Contexts(arguments, environment, .standard()).clusterChoices()
      + [ClusterChoice(name: "standalone", source: .standalone, ways: "kubernetes", server: "on this computer")]
  }

  /// Opens `choice`; no request is sent yet.
  package func open(_ choice: ClusterChoice) async throws(CommandError) -> ClusterSession {
    try await ClusterSession.find(arguments.leading(to: choice), environment, .standard())
  }
}

extension Arguments {
  /// This command line with `choice` as its cluster.
  fileprivate func leading(to choice: ClusterChoice) -> Arguments {
    switch choice.source {
    case .profile: naming(.profile, choice.name)
    case .kubeconfig: naming(.context, choice.name, keeping: [.kubeconfig])
    case .standalone: naming(.standalone, "true")
    }
  }
}
