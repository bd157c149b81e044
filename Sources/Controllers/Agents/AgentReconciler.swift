import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Reconciles the agents of installations: one release for each member cluster, with the same steps as the extension's
/// own.
///
/// The records are stored beside the extension's in the host cluster, so they remain when a member cluster is removed
/// or does not answer. Work in a member cluster waits for that cluster only.
struct AgentReconciler: Reconciler {
  var cluster: Cluster
  var dialect: Dialect
  var settings: ControllerSettings
  var members: MemberClusters
  /// Limits concurrent reads in the host cluster; work in member clusters has limits of its own.
  var reads = Slots(16)

  /// `name` is the description of an `AgentKey`.
  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult {
    guard let key = AgentKey(name) else { return .whenChanged }
    return try await ReconcileError.reporting { () throws(ClusterError) in
      let observation = try await reads.run { () async throws(ClusterError) in try await read(at: key) }
      guard let observation else {
        settings.activity.set(name, isBusy: false)
        settings.stopwatch.forget(name)
        return .whenChanged
      }
      return try await goOn(from: observation)
    }
  }

  /// The current state of an agent and its cluster.
  private struct AgentObservation: Sendable {
    var snapshot: InstallationSnapshot
    var agent: AgentAssignment
    var member: Object?
  }

  private func read(at key: AgentKey) async throws(ClusterError) -> AgentObservation? {
    guard let object = try await cluster.find(dialect.installations, key.installation) else { return nil }
    let member = try await cluster.find(MemberCluster.resource, key.cluster)
    if member == nil { members.forget(key.cluster) }
    var agent = AgentAssignment(key, object, member)
    agent.isAnswering = members.answers(key.cluster)
    let snapshot = try await InstallationSnapshot(object, cluster, dialect, agent: agent)
    if agent.decision == .wanted, snapshot.record == nil, try await runsOnHostOnly(snapshot) {
      agent.decision = .skipped("HostOnly", "\(snapshot.installation.version) runs in the host cluster only")
    }
    return AgentObservation(snapshot: snapshot, agent: agent, member: member)
  }

  private func runsOnHostOnly(_ snapshot: InstallationSnapshot) async throws(ClusterError) -> Bool {
    let (name, version) = (snapshot.installation.extension, snapshot.installation.version)
    return try await ExtensionVersion.find(name, version, in: cluster, dialect)?.isMulticluster == false
  }

  private func goOn(from observation: AgentObservation) async throws(ClusterError) -> ReconcileResult {
    let (snapshot, agent) = (observation.snapshot, observation.agent)
    if let reason = Self.reasonToForget(snapshot, agent) { return try await forget(snapshot, reason) }
    if snapshot.record == nil, !agent.isUnwanted {
      // An agent follows its extension, and its record needs the namespace that is noted there.
      guard agent.isHostSettled, snapshot.object.annotations[InstallationReconciler.namespaceAnnotation] != nil else {
        return .whenChanged
      }
      if case .skipped(let reason, let message) = agent.decision {
        return try await reportObstacle(AgentObstacle(reason, message, since: settings.now()), snapshot, after: nil)
      }
    }
    let step = Lifecycle.step(in: snapshot.situation)
    settings.activity.set(
      agent.key.description,
      isBusy: step != .idle && snapshot.agent?.obstacle == nil && snapshot.record?.state != .uninstallFailed)
    if Self.runsInMemberCluster(step) { return try await carryOutInMember(step, observation) }
    if step == .idle, snapshot.agent?.obstacle != nil { return try await clear(snapshot) }
    return try await engine(nil).carryOut(step, snapshot)
  }

  /// Why the agent is to be forgotten; `nil` if it is not.
  private static func reasonToForget(_ snapshot: InstallationSnapshot, _ agent: AgentAssignment) -> String? {
    guard let record = snapshot.record else { return nil }
    if record.clusterID != agent.clusterID {
      return agent.clusterID.isEmpty ? "the cluster is gone" : "the cluster is another one now"
    }
    // A user has removed its status (docs/KUBESPHERE.md: Placements).
    return snapshot.entry == nil && agent.isUnwanted ? "a user has had it forgotten" : nil
  }

  /// Whether the step sends requests to the agent's cluster.
  private static func runsInMemberCluster(_ step: Lifecycle.Step) -> Bool {
    switch step {
    case .prepare, .begin, .hooks, .apply, .awaitReadiness, .toggle, .remove: true
    case .adopt, .uninstall, .publish, .release, .idle, .test: false
    }
  }

  private func engine(_ site: AgentSite?) -> InstallationReconciler {
    InstallationReconciler(cluster: cluster, dialect: dialect, settings: settings, site: site)
  }
}

// Obstacles.
extension AgentReconciler {
  private func carryOutInMember(_ step: Lifecycle.Step, _ observation: AgentObservation) async throws(ClusterError)
    -> ReconcileResult
  {
    let now = settings.now()
    if case .skipped(let reason, let message) = observation.agent.decision {
      return try await reportObstacle(AgentObstacle(reason, message, since: now), observation.snapshot, after: nil)
    }
    guard let member = observation.member, let access = members.access(to: member) else {
      let problem = "its kubeconfig leads nowhere, names files or runs programs"
      return try await reportObstacle(
        AgentObstacle("NoKubeconfig", problem, since: now), observation.snapshot, after: nil)
    }
    if let (pause, problem) = access.pause {
      let obstacle = AgentObstacle(AgentObstacle.unreachable, "the cluster does not answer: \(problem)", since: now)
      return try await reportObstacle(obstacle, observation.snapshot, after: pause)
    }
    return try await access.slots.run { () async throws(ClusterError) in
      try await carryOut(step, observation, MemberCluster(member), access)
    }
  }

  private func carryOut(
    _ step: Lifecycle.Step, _ observation: AgentObservation, _ member: MemberCluster, _ access: MemberClusters.Access
  ) async throws(ClusterError) -> ReconcileResult {
    let answerWatch = AnswerWatch(access.cluster.transport)
    var target = access.cluster
    target.transport = answerWatch
    do {
      let next = try await engine(AgentSite(name: member.name, isHost: member.isHost, target: target))
        .carryOut(step, observation.snapshot)
      if answerWatch.hasAnswered { members.succeed(member.name) }
      return next
    } catch {
      if answerWatch.hasAnswered { members.succeed(member.name) }
      guard let problem = answerWatch.problem, !member.isHost else { throw error }
      let delay = members.fail(member.name, problem)
      let obstacle = AgentObstacle(
        AgentObstacle.unreachable, "the cluster does not answer: \(problem)", since: settings.now())
      return try await reportObstacle(obstacle, observation.snapshot, after: delay)
    }
  }

  /// Reports the obstacle, once, and waits until it is gone; a deleted installation does not wait for ever.
  private func reportObstacle(
    _ obstacle: AgentObstacle, _ snapshot: InstallationSnapshot, after delay: Duration?
  ) async throws(ClusterError) -> ReconcileResult {
    var snapshot = snapshot
    settings.activity.set(snapshot.key, isBusy: snapshot.object.isBeingDeleted)
    let wait = remainingWait(snapshot)
    if let wait, wait <= .zero { return try await forget(snapshot, obstacle.message, isLeft: true) }
    if snapshot.agent?.obstacle?.says(obstacle) != true {
      snapshot.agent?.obstacle = obstacle
      try await snapshot.publish(snapshot.record, in: cluster)
      await tell("Warning", obstacle.reason, obstacle.message, snapshot)
    }
    let waits = [delay, wait].compactMap(\.self)
    return waits.min().map { .after(max($0, .milliseconds(1))) } ?? .whenChanged
  }

  /// How long a deleted installation still waits for this agent; `nil` if it is not being deleted or there is no
  /// record.
  private func remainingWait(_ snapshot: InstallationSnapshot) -> Duration? {
    guard snapshot.object.isBeingDeleted, let record = snapshot.record else { return nil }
    if snapshot.situation.isForced { return .zero }
    return .seconds(settings.agentTimeout - settings.stopwatch.seconds(record.name, since: record.since))
  }

  private func clear(_ snapshot: InstallationSnapshot) async throws(ClusterError) -> ReconcileResult {
    var snapshot = snapshot
    snapshot.agent?.obstacle = nil
    try await snapshot.publish(snapshot.record, in: cluster)
    return .whenChanged
  }

  /// Forgets the agent; its objects in the member cluster stay.
  private func forget(
    _ snapshot: InstallationSnapshot, _ reason: String, isLeft: Bool = false
  ) async throws(ClusterError) -> ReconcileResult {
    // The event is written first, because no controller would write it once the agent is forgotten.
    await tell(
      "Warning", isLeft ? "AgentLeftBehind" : "AgentForgotten", "\(reason); what it made there stays", snapshot)
    try await snapshot.forget(in: cluster)
    settings.stopwatch.forget(snapshot.key)
    return .atOnce
  }

  private func tell(_ type: String, _ reason: String, _ message: String, _ snapshot: InstallationSnapshot) async {
    await EventRecorder(cluster: cluster, object: snapshot.object, now: settings.now)
      .write(type, reason, snapshot.prefix + message)
  }
}
