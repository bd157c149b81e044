import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// What one cluster's agent should be now, according to the installation and the cluster's object.
struct AgentAssignment: Hashable, Sendable {
  var key: AgentKey
  var decision: AgentPlacement.Decision
  var placement: AgentPlacement
  /// The uid of the cluster's object; empty if there is none.
  var clusterID: String
  /// Whether the extension itself is installed as requested: agents follow it, and are never ahead of it.
  var isHostSettled: Bool
  /// The extension's config, merged with the override for this cluster; the error text if they cannot be merged, so
  /// that the change is noticed.
  var config: String
  /// Whether the cluster answered the last request.
  var isAnswering = false
  /// The known obstacle to the agent.
  var obstacle: AgentObstacle?

  init(_ key: AgentKey, _ installation: Object, _ cluster: Object?) {
    self.key = key
    placement = AgentPlacement(installation.spec)
    decision = installation.isBeingDeleted ? .unwanted : placement.decision(key.cluster, cluster)
    clusterID = cluster?.uid ?? ""
    isHostSettled = Installation(installation).isSettledForAgents
    do throws(StepError) {
      config = try placement.config(in: key.cluster)
    } catch {
      config = "\(error)"
      if case .permanent(let message) = error, decision == .wanted { decision = .skipped("InvalidConfig", message) }
    }
  }

  /// Whether the reported obstacle still applies.
  fileprivate func stillHas(_ obstacle: AgentObstacle) -> Bool {
    obstacle.reason == AgentObstacle.unreachable ? !isAnswering : decision != .wanted
  }

  /// Whether the agent is to be removed, if it exists.
  var isUnwanted: Bool { decision == .unwanted }
}

extension Installation {
  /// Whether the requested version and config are installed; agents do not wait for enabling.
  fileprivate var isSettledForAgents: Bool { observed.state == .installed && !isBeingDeleted && isObserved }
}

extension InstallationSnapshot {
  /// Adapts the snapshot of the installation to its agent.
  mutating func adapt(to agent: AgentAssignment) {
    situation.isAdopted = entry != nil || record != nil
    desired.isDeletion = agent.isUnwanted
    desired.config = agent.config
    // Until the extension itself is settled, an agent continues its current attempt.
    if !agent.isHostSettled, let attempt = record?.attempt {
      (desired.version, desired.config) = (attempt.version, attempt.config)
    }
    let reported = AgentObstacle(reported: entry).flatMap { agent.stillHas($0) ? $0 : nil }
    self.agent?.obstacle = reported
    situation.desired = desired
  }

  /// The key of the release in the stopwatch and the activity.
  var key: String { agent?.key.description ?? installation.name }

  /// The prefix of messages about the agent; empty for the extension itself.
  var prefix: String { agent.map { "agent in \($0.key.cluster): " } ?? "" }

  /// The ConfigMap of the log.
  var logName: String { agent?.key.logName ?? Installation.logName(of: installation.name) }

  /// The Secret of `record`; the installation owns that of an agent, so that both are deleted together.
  func secret(of record: ReleaseRecord) -> Object {
    guard let agent else { return record.secret }
    let owner: Value = [
      "apiVersion": .string(object.apiVersion), "kind": .string(object.kind), "name": .string(object.name),
      "uid": .string(object.uid),
    ]
    let annotations: Value = ["ksx.dev/cluster": .string(agent.key.cluster)]
    return Object(
      record.secret.value.setting(["metadata", "ownerReferences"], to: [owner])
        .setting(["metadata", "annotations"], to: annotations))
  }

  /// Deletes the record of the agent and its entry in the status.
  ///
  /// The record is deleted first: an entry without a record is started anew, or deleted too.
  func forget(in cluster: Cluster) async throws(ClusterError) {
    guard let agent else { return }
    try await cluster.remove(.secrets, namespace: namespace, agent.key.recordName)
    guard entry != nil else { return }
    let patch: Value = [
      "metadata": ["uid": .string(object.uid)],
      "status": ["clusterSchedulingStatuses": .mapping([agent.key.cluster: .null])],
    ]
    do {
      _ = try await cluster.patch(dialect.installations, object.name, .merge(patch))
    } catch {
      // The installation has been deleted, and with it the status.
      if !error.isNotFound { throw error }
    }
  }
}
