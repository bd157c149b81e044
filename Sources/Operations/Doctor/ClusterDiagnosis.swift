import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

// Agents, config, dependencies and served objects.
extension Diagnosis {
  /// Findings about things that other components have a part in: the config, member clusters, dependencies, served
  /// objects.
  var surroundings: [Finding] {
    refusalFindings + strategyFindings + agentFindings + configFindings + needFindings + servingFindings
  }

  /// Fields of the spec that a condition reports as ignored.
  var refusalFindings: [Finding] {
    examined.refusals.map { refusal in
      let namespace = installation.targetNamespace
      let isNamespace = refusal.type == "TargetNamespace" && !namespace.isEmpty
      let correction = Remedy("correct it", [.manual("the field that the message names")])
      return finding(
        .fieldPassedOver, Sentence(verbatim: refusal.message),
        [Finding.Evidence(name, "status.conditions", refusal.type, time: refusal.time)], .certain,
        [isNamespace ? remedies.keepingNamespace(namespace) : correction])
    }
  }

  /// Changes made by hand with helm do not last: at its next reconcile the controller applies the version in the spec.
  var rolledBack: Finding? {
    guard state == .installed, !installation.isBeingDeleted, let runs = examined.releases.value?.deployed,
      !runs.chartVersion.isEmpty, VersionText(runs.chartVersion) != VersionText(installation.version),
      VersionText(installation.observed.attemptedVersion) == VersionText(installation.version)
    else { return nil }
    return finding(
      .releaseDiffers,
      "it says that \(installation.version) runs, and helm's release is \(runs.chartVersion): helm was used by hand, which is undone at the next change",
      [
        stateEvidence,
        Finding.Evidence("Secret \(runs.secretName)", "chart version", runs.chartVersion, time: runs.time),
      ], .likely, [remedies.version(runs.chartVersion), remedies.nudge])
  }

  /// The schema accepts any string there, and no controller reads it (docs/KUBESPHERE.md: Changes).
  var strategyFindings: [Finding] {
    let strategy = examined.upgradeStrategy
    if strategy.isEmpty || strategy == "Manual" { return [] }
    let text: Sentence = "its upgradeStrategy “\(strategy)” is passed over: no controller upgrades by itself"
    return [
      finding(
        .fieldPassedOver, text, [Finding.Evidence(name, "spec.upgradeStrategy", strategy)], .note,
        [Remedy("upgrade it by hand", [.manual("ksx upgrade \(installation.extension)")])])
    ]
  }

  var placementFinding: Finding? {
    guard installation.lacksPlacement else { return nil }
    return finding(
      .noPlacement, "its clusterScheduling has no placement, on which the controller fails again and again",
      [Finding.Evidence(name, "spec.clusterScheduling.placement", saying: "not there")], .certain, [remedies.placement])
  }

  var agentFindings: [Finding] {
    let absent = installation.clusters.filter {
      state == .installed && examined.agents[$0, default: .none] == InstallationState.none
    }
    let skipped = absent.compactMap(skipped)
    let failed = examined.agents.filter { $0.value.isFailure }.keys.sorted().map { cluster in
      finding(
        .agentFailed, "its agent in \(cluster) is \(examined.agents[cluster]?.word ?? "")",
        [Finding.Evidence(name, "status.clusterSchedulingStatuses.\(cluster)", examined.agents[cluster]?.word ?? "")],
        .certain,
        [remedies.agentRetry(cluster)])
    }
    guard installation.isBeingDeleted else { return skipped + failed + hindered }
    return failed + silent
      + examined.agents.keys.sorted().compactMap { cluster in
        guard let obstacle = obstacle(to: cluster) ?? blockedReason(to: cluster) else { return nil }
        return finding(
          .agentHoldsDeletion, "its agent in \(cluster) holds up the deletion: \(obstacle)",
          [deletion, Finding.Evidence("Cluster \(cluster)", "status.conditions", saying: obstacle)], .likely,
          [remedies.forgetAgent(cluster)])
      }
  }

  /// Agents that a deletion may wait for: no obstacle is known for their clusters, and the deletion makes no progress.
  private var silent: [Finding] {
    guard state == .installed, !installation.isManagedByStandalone, let age = age(installation.deleted),
      age >= UnobservedChange.graceSeconds
    else { return [] }
    return examined.agents.keys.sorted().compactMap { cluster in
      guard obstacle(to: cluster) == nil, blockedReason(to: cluster) == nil,
        examined.agents[cluster]?.isFailure == false
      else {
        return nil
      }
      return finding(
        .agentHoldsDeletion,
        "its agent in \(cluster) may hold up the deletion: the cluster is Ready, and may not answer the controller",
        [
          deletion,
          Finding.Evidence(name, "status.clusterSchedulingStatuses.\(cluster)", examined.agents[cluster]?.word ?? ""),
        ],
        .possible,
        [Remedy("make the cluster answer", [.manual("the deletion goes on by itself")]), remedies.forgetAgent(cluster)])
    }
  }

  /// Agents that are there, and do not follow what is asked for.
  private var hindered: [Finding] {
    examined.agents.keys.sorted().compactMap { cluster in
      guard let blockedReason = blockedReason(to: cluster), installation.agents[cluster]?.isSkipped == false else {
        return nil
      }
      return finding(
        .agentHindered,
        "its agent in \(cluster) stays as it is, \(examined.agents[cluster]?.word ?? ""): \(blockedReason)",
        [Finding.Evidence(name, "status.clusterSchedulingStatuses.\(cluster)", blockedReason.english)], .certain,
        [Remedy("mend the cluster", [.manual("its agent follows by itself")])])
    }
  }

  /// Why the controllers of `ksxd` cannot update the agent in `cluster`, as its status says.
  private func blockedReason(to cluster: String) -> Sentence? {
    installation.agents[cluster].flatMap { $0.isBlocked ? Sentence(verbatim: $0.message) : nil }
  }

  private func skipped(_ cluster: String) -> Finding? {
    if let agent = installation.agents[cluster], agent.isSkipped {
      return finding(
        .agentSkipped, "no agent is made in \(cluster): \(agent.message)",
        [Finding.Evidence(name, "status.clusterSchedulingStatuses.\(cluster)", agent.message)], .certain,
        [Remedy("mend the cluster", [.manual("its agent follows by itself")])])
    }
    guard let obstacle = obstacle(to: cluster) else { return passedOver(cluster) }
    let isThere = examined.clusters[cluster]?.value != nil
    let ready = Remedy("make the cluster Ready", [.manual("its agent follows within seconds")])
    return finding(
      .agentSkipped, "no agent is made in \(cluster), without a word: \(obstacle)",
      [nothing(of: cluster), Finding.Evidence("Cluster \(cluster)", "status.conditions", saying: obstacle)], .certain,
      isThere ? [ready] : [remedies.placing(without: cluster)])
  }

  /// The agent that a cluster without an obstacle does not have: the controllers stop at the first cluster that does
  /// not answer.
  private func passedOver(_ cluster: String) -> Finding? {
    if examined.clusters[cluster]?.value == nil { return nil }
    let first = installation.clusters.first { examined.agents[$0] == nil && obstacle(to: $0) == nil } ?? cluster
    let isLast = first == installation.clusters.last
    let text: Sentence =
      first != cluster
      ? "\(first), before it in the list, may not answer the controller"
      : isLast
        ? "it may not answer the controller"
        : "it may not answer the controller, and those behind it in the list wait for it"
    let answers = Remedy("make \(first) answer", [.manual("its agent follows by itself")])
    return finding(
      .agentSkipped, "no agent was made in \(cluster), though it is Ready: \(text)", [nothing(of: cluster)], .possible,
      (isLast ? [answers, remedies.placing(without: first)] : [remedies.placing(last: first)]) + [remedies.nudge])
  }

  private func nothing(of cluster: String) -> Finding.Evidence {
    Finding.Evidence(name, "status.clusterSchedulingStatuses", saying: "nothing of \(cluster)")
  }

  private func obstacle(to cluster: String) -> Sentence? {
    switch examined.clusters[cluster] {
    case .missing?: "there is no such cluster"
    case .there(let member)?: member.obstacle
    case .unknown?, nil: nil
    }
  }

  var configFindings: [Finding] {
    let review = ConfigReview(installation.config)
    var texts = [review.mistake, review.secondDocument].compactMap { $0?.sentence }
    if installation.config.utf8.count > 900_000 { texts.append("it is \(installation.config.utf8.count / 1000) kB") }
    return texts.map { text in
      finding(
        .configRefused, "its config is taken by the API and not by helm as it is meant: \(text)",
        [Finding.Evidence(name, "spec.config", saying: text)], .certain,
        [Remedy("correct it", [.manual("ksx config get \(installation.extension), and ksx config set")])])
    }
  }

  var needFindings: [Finding] {
    guard let version = examined.version.value, let context = examined.context else { return [] }
    let needs = version.dependencies.filter { $0.type == "extension" && $0.isRequired }.compactMap { need -> Finding? in
      guard let problem = context.unmetSentence(of: need) else { return nil }
      return finding(
        .dependencyMissing, problem,
        [Finding.Evidence("ExtensionVersion \(version.name)", "spec.externalDependencies", need.name)],
        .certain, [remedy(for: need.name, in: context)])
    }
    return needs + constraint("Kubernetes", "kubeVersion", version.kubeVersion, context.kubernetesVersion)
      + constraint("KubeSphere", "ksVersion", version.ksVersion, context.kubeSphereVersion)
  }

  /// What there is of it already need not be installed.
  private func remedy(for need: String, in context: PlanContext) -> Remedy {
    guard let other = context.installation(of: need) else {
      return Remedy("install what it needs", [.manual("ksx plan install \(need)")])
    }
    if other.isBeingDeleted || other.observed.state.isBusy || other.observed.state == .none {
      return Remedy("wait for what it needs", [.manual("ksx wait \(need) --for settled")])
    }
    if other.observed.state != .installed {
      return Remedy("mend what it needs", [.manual("ksx doctor \(need)")])
    }
    return other.isEnabled
      ? Remedy("bring what it needs to a version that fits", [.manual("ksx versions \(need)")])
      : Remedy("enable what it needs", [.manual("ksx plan enable \(need)")])
  }

  private func constraint(_ what: String, _ field: String, _ text: String, _ server: String) -> [Finding] {
    guard !text.isEmpty, let version = SemanticVersion(server), let parsed = VersionConstraint(text),
      !parsed.allows(version)
    else { return [] }
    let evidence = [
      Finding.Evidence("ExtensionVersion of \(installation.version)", "spec.\(field)", text),
      Finding.Evidence("server", "version", server),
    ]
    if parsed.allows(version.release) {
      return [
        finding(
          .constraintReadTwoWays,
          "it asks for \(what) \(text); \(server) counts as a pre-release to KubeSphere, and not to its console",
          evidence, .note, [])
      ]
    }
    return [finding(.constraintUnmet, "it asks for \(what) \(text), and this is \(server)", evidence, .certain, [])]
  }

  var servingFindings: [Finding] {
    guard state == .installed, installation.observed.appliedEnabled ?? installation.isEnabled,
      !installation.isBeingDeleted
    else { return [] }
    return examined.served.filter { !$0.isServed }.map { served in
      let object = "\(served.kind) \(served.name)"
      let evidence =
        served.problem.isEmpty
        ? Finding.Evidence(
          object, "status.state", saying: served.state.isEmpty ? "nothing" : Sentence(verbatim: served.state))
        : Finding.Evidence(object, "status.conditions[Served]", served.problem)
      let switching = Remedy(
        "switch it off and on", [.manual("ksx disable \(installation.extension), then ksx enable")])
      return finding(
        .notServed, "\(served.kind) \(served.words) is not served, though the extension is enabled", [evidence],
        .certain, served.problem.isEmpty ? [switching] : [])
    }
  }

  /// The job that runs is for the version that is asked for: KubeSphere's controllers name the running one meanwhile.
  private var isAtWhatIsAskedFor: Bool {
    guard let job = examined.job.value, !job.version.isEmpty else { return false }
    let hash = installation.observed.configHash
    let isItsConfig = hash.isEmpty || hash == ConfigHash.of(installation.config)
    return isItsConfig && VersionText(job.version) == VersionText(installation.version)
  }

  /// Notes on correct states that users may take for problems.
  var notes: [Finding] {
    var notes = [keptVersion].compactMap { $0 }
    if state.isBusy, !installation.isObserved, examined.job != .missing, !isAtWhatIsAskedFor {
      notes.append(
        finding(
          .changeWaits, "a change waits for what is under way to end", [stateEvidence], .note,
          installation.jobName.isEmpty ? [] : [remedies.endJob]))
    }
    if state != .installed, state != .none, installation.isEnabled != (installation.observed.appliedEnabled ?? false),
      examined.dialect.name == .installPlan, !installation.isBeingDeleted
    {
      let text: Sentence =
        installation.isEnabled
        ? "it is enabled once it is Installed, and not before" : "it is disabled once it is Installed, and not before"
      notes.append(finding(.switchWaits, text, [stateEvidence], .note, []))
    }
    return notes
  }
}
