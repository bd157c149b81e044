import Client
import Extensions
import Manifest
import Platform

/// One agent of an installation: which installation's, and in which member cluster.
struct AgentKey: Hashable, Sendable, CustomStringConvertible {
  var installation: String
  var cluster: String

  init(_ installation: String, in cluster: String) {
    self.installation = installation
    self.cluster = cluster
  }

  /// From `INSTALLATION/CLUSTER`; neither name can have a slash.
  init?(_ text: String) {
    guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    installation = String(text[..<slash])
    cluster = String(text[text.utf8.index(after: slash)...])
  }

  var description: String { "\(installation)/\(cluster)" }

  /// The Secret that its record is kept in.
  ///
  /// Names have dots: with the cluster's as it is, two agents could share one.
  var recordName: String { "ksx-agent.\(installation).\(ConfigHash.of(cluster))" }

  /// The ConfigMap that its log is kept in.
  var logName: String { Installation.logName(of: installation, agentIn: cluster) }
}

/// Where the release of an agent lies.
struct AgentSite: Sendable {
  /// The name of the member cluster.
  var name: String
  var isHost: Bool
  var target: Cluster

  /// What its chart is told, as `.Values.global.clusterInfo`.
  var clusterInfo: Value { ["name": .string(name), "role": isHost ? "host" : "member"] }
}

/// Why an agent that is asked for is not made, or does not go on.
struct AgentObstacle: Hashable, Sendable {
  /// One word for programs.
  var reason: String
  /// One line for the user.
  var message: String
  /// Since when.
  var time: Timestamp

  /// The type of the condition that says it.
  static let type = "Scheduled"

  /// The reason for which a cluster is tried again by itself.
  static let unreachable = "ClusterUnreachable"

  init(_ reason: String, _ message: String, since time: Timestamp) {
    self.reason = reason
    self.message = message
    self.time = time
  }

  /// What the status of an agent says stands in its way.
  init?(told status: Value?) {
    let conditions = (status?["conditions"]?.sequence ?? []).compactMap(ReleaseRecord.Condition.init)
    guard let told = conditions.first(where: { $0.type == Self.type }) else { return nil }
    self.init(told.reason, told.message, since: told.time)
  }

  /// Whether it says the same; how a cluster does not answer may differ each time.
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
