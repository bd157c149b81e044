import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// What is asked for of the agent in one cluster, as its installation and the cluster's object say it now.
struct AgentAssignment: Hashable, Sendable {
  var key: AgentKey
  var decision: AgentPlacement.Decision
  var placement: AgentPlacement
  /// The uid of the cluster's object; empty when there is none.
  var clusterID: String
  /// The extension itself is as it is asked for: its agents follow it, and never go ahead.
  var isHostSettled: Bool
  /// The extension's config with what is set for this cluster over it; what cannot be merged is another one all the same.
  var config: String
  /// The cluster answered when it was last asked.
  var isAnswering = false
  /// What stands in the way, as far as it is known.
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
      if case .lasting(let message) = error, decision == .wanted { decision = .skipped("InvalidConfig", message) }
    }
  }

  /// Whether what was told stands in the way until something else is found out.
  fileprivate func stillHas(_ obstacle: AgentObstacle) -> Bool {
    obstacle.reason == AgentObstacle.unreachable ? !isAnswering : decision != .wanted
  }

  /// It is to be removed, where it is there.
  var isUnwanted: Bool { decision == .unwanted }
}

extension Installation {
  /// Installed in the version and with the config that are asked for; enabling does not hold agents up.
  fileprivate var isSettledForAgents: Bool { observed.state == .installed && !isBeingDeleted && isTaken }
}

extension InstallationSnapshot {
  /// Sees the installation as its agent does.
  mutating func adapt(to agent: AgentAssignment) {
    situation.isAdopted = entry != nil || record != nil
    desired.isDeletion = agent.isUnwanted
    desired.config = agent.config
    // Until the extension itself is there, an agent goes on with what it is at.
    if !agent.isHostSettled, let attempt = record?.attempt {
      (desired.version, desired.config) = (attempt.version, attempt.config)
    }
    let told = AgentObstacle(told: entry).flatMap { agent.stillHas($0) ? $0 : nil }
    self.agent?.obstacle = told
    situation.desired = desired
  }

  /// For what is kept about the release.
  var key: String { agent?.key.description ?? installation.name }

  /// For messages to users of the installation.
  var prefix: String { agent.map { "agent in \($0.key.cluster): " } ?? "" }

  /// The ConfigMap that the log is kept in.
  var logName: String { agent?.key.logName ?? Installation.logName(of: installation.name) }

  /// The Secret of `record`; that of an agent goes with the installation, whatever becomes of it.
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

  /// Deletes the record of the agent, and what the status says of it.
  ///
  /// The record goes first: what is in the status and has none is begun anew, or goes too.
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
      // With the installation all of this has gone.
      if !error.isNotFound { throw error }
    }
  }
}
