import Client
import Extensions
import Manifest
import Platform

/// Identifies an agent: an installation and a member cluster.
struct AgentKey: Hashable, Sendable, CustomStringConvertible {
  var installation: String
  var cluster: String

  init(_ installation: String, in cluster: String) {
    self.installation = installation
    self.cluster = cluster
  }

  /// Parses `INSTALLATION/CLUSTER`; neither name can have a slash.
  init?(_ text: String) {
    guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    installation = String(text[..<slash])
    cluster = String(text[text.utf8.index(after: slash)...])
  }

  var description: String { "\(installation)/\(cluster)" }

  /// The Secret of the agent's record.
  ///
  /// The cluster's name is hashed, because names have dots, and two agents could have the same Secret otherwise.
  var recordName: String { "ksx-agent.\(installation).\(ConfigHash.of(cluster))" }

  /// The ConfigMap of the agent's log.
  var logName: String { Installation.logName(of: installation, agentIn: cluster) }
}

/// The cluster of an agent's release.
struct AgentSite: Sendable {
  /// The name of the member cluster.
  var name: String
  var isHost: Bool
  var target: Cluster

  /// The value of `.Values.global.clusterInfo` in its chart.
  var clusterInfo: Value { ["name": .string(name), "role": isHost ? "host" : "member"] }
}

/// Why a requested agent is not installed, or does not proceed.
struct AgentObstacle: Hashable, Sendable {
  /// One word for programs.
  var reason: String
  /// One line for the user.
  var message: String
  /// When it began.
  var time: Timestamp

  /// The type of the condition that reports it.
  static let type = "Scheduled"

  /// The reason that is retried after a delay.
  static let unreachable = "ClusterUnreachable"

  init(_ reason: String, _ message: String, since time: Timestamp) {
    self.reason = reason
    self.message = message
    self.time = time
  }

  /// The obstacle in the status of an agent.
  init?(reported status: Value?) {
    let conditions = (status?["conditions"]?.sequence ?? []).compactMap(ReleaseRecord.Condition.init)
    guard let reported = conditions.first(where: { $0.type == Self.type }) else { return nil }
    self.init(reported.reason, reported.message, since: reported.time)
  }

  /// Whether both are the same; the messages of an unreachable cluster may differ.
  func says(_ other: AgentObstacle) -> Bool {
    reason == other.reason && (reason == Self.unreachable || message == other.message)
  }

  var condition: ReleaseRecord.Condition {
    ReleaseRecord.Condition(type: Self.type, isTrue: false, reason: reason, message: message, time: time)
  }
}

extension Dialect {
  /// Whether its installations can ask for agents in member clusters (docs/KUBESPHERE.md: Placements).
  var hasAgents: Bool { era == .installPlan || era == .scheduledSubscription }
}
