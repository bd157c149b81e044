package import Extensions
import Manifest
package import Platform

/// The agent of an extension in one member cluster: whether it is wanted, its state, and why.
package struct AgentRow: Hashable, Sendable {
  package var cluster: String
  package var isWanted: Bool
  package var state: InstallationState
  /// Since when, RFC 3339, or empty.
  package var time: String
  /// The reason for its state or its absence, or empty.
  package var reason: Sentence
  /// The override of this cluster on one line, or empty.
  package var override: String

  /// The agents of `installation` that are wanted or exist, by cluster; `clusters` is `nil` if the member clusters are
  /// not known.
  package static func all(_ installation: Installation, clusters: [MemberCluster]?) -> [AgentRow] {
    let names = Set(installation.clusters).union(installation.agents.keys)
    return names.sorted().map { name in
      let agent = installation.agents[name]
      let isSelected = installation.clusters.isEmpty && installation.hasClusterSelector
      let isWanted = installation.clusters.contains(name) || isSelected
      let override = installation.overrides[name].map(JSON.text) ?? ""
      return AgentRow(
        cluster: name, isWanted: isWanted, state: agent?.state ?? .none, time: agent?.time ?? "",
        reason: agent?.message.isEmpty == false
          ? Sentence(verbatim: agent?.message ?? "") : absence(name, agent, isWanted, clusters),
        override: override)
    }
  }

  private static func absence(
    _ name: String, _ agent: Installation.Agent?, _ isWanted: Bool, _ clusters: [MemberCluster]?
  ) -> Sentence {
    guard agent == nil, isWanted, let clusters else { return "" }
    guard let cluster = clusters.first(where: { $0.name == name }) else { return "there is no such cluster" }
    return cluster.obstacle ?? "it is not made yet"
  }
}
