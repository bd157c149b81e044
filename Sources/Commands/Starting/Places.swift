package import Operations
import Platform

/// The places that a console can go to without being left, as the files of this computer name them.
package struct Places: Sendable {
  private let arguments: Arguments
  private let environment: Environment

  init(_ context: Context) { (arguments, environment) = (context.arguments, context.environment) }

  /// All of them: profiles, the kubeconfig's contexts, and the standalone backend.
  package func all() throws(CommandError) -> [ClusterPlace] {
    try Contexts(arguments, environment, .standard()).places()
      + [ClusterPlace(name: "standalone", source: .standalone, ways: "kubernetes", server: "on this computer")]
  }

  /// Opens `place`; nothing is asked of its cluster yet.
  package func open(_ place: ClusterPlace) async throws(CommandError) -> ClusterSession {
    try await ClusterSession.find(arguments.leading(to: place), environment, .standard())
  }
}

extension Arguments {
  /// This command line, leading to `place` and not to where it led.
  fileprivate func leading(to place: ClusterPlace) -> Arguments {
    switch place.source {
    case .profile: naming(.profile, place.name)
    case .kubeconfig: naming(.context, place.name, keeping: [.kubeconfig])
    case .standalone: naming(.standalone, "true")
    }
  }
}
