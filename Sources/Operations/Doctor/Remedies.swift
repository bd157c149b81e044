import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The remedies for one installation, all seen to work with KubeSphere's own controllers.
///
/// Each patch is minimal: the CRDs have no status subresource, and the controllers act on what is in the status.
struct Remedies {
  let dialect: Dialect
  let installation: Installation
  /// The finalizers of the installation.
  var finalizers: [String] = []

  private func patch(_ body: Value) -> Remedy.Step {
    .send(
      RemedyRequest(resource: dialect.installations, namespace: nil, name: installation.name, action: .merge(body)))
  }

  var namespace: String {
    installation.targetNamespace.isEmpty ? "extension-\(installation.extension)" : installation.targetNamespace
  }

  /// Tries the same version and config again; the text of the config is unchanged.
  var retry: Remedy {
    // With the subscription dialect the status has no config hash; there the controllers start over when the state is
    // empty.
    let body: Value = dialect.name == .installPlan ? ["status": Retry.anotherTry] : Retry.startOver
    return Remedy(
      "retry", [patch(body)],
      cost: "helm runs once more; what a failed upgrade has applied already stays changed until it succeeds")
  }

  /// For an installation that keeps failing until the cluster serves `kind`.
  func installing(_ kind: String, thenRetry retry: Remedy?) -> Remedy {
    Remedy(
      "bring \(kind), then retry", [.manual("install what defines \(kind)")] + (retry?.steps ?? []),
      cost: "until the cluster serves \(kind), every further try fails in the same way")
  }

  /// Goes back to a release that worked, by a patch of the version alone if the config is unchanged.
  func back(to former: ReleaseMemory.Entry) -> Remedy {
    let isSameConfig = installation.hasConfig(former.config)
    let command = "ksx rollback \(installation.extension) --version \(former.version)"
    return Remedy(
      "go back to \(former.version), which was Installed",
      isSameConfig ? version(former.version).steps : [.manual(Sentence(verbatim: command))])
  }

  /// For an installation that is not being deleted and whose state would never change by itself.
  var startOver: Remedy {
    Remedy(
      "start over",
      [patch(["status": ["state": "", "stateHistory": .null, "jobName": "", "configHash": ""]])],
      cost: "one more helm run; the job's log is no longer to be found from the installation. Not while helm runs")
  }

  /// Makes the controller derive the state from helm's release, without a Job.
  var resyncFromRelease: Remedy {
    Remedy(
      "resync with helm's release", [patch(Retry.resyncFromRelease)],
      cost: "the history of states is forgotten; with a release that is deployed no job runs")
  }

  /// For a deletion that does not continue.
  var uninstallAgain: Remedy {
    let time = installation.history.last?.time ?? installation.conditionTime
    let entry: Value = ["state": "UninstallFailed", "lastTransitionTime": .string(time)]
    return Remedy(
      "uninstall again", [patch(["status": ["state": "", "stateHistory": [entry]]])],
      cost: "one new uninstall job. Never the state alone: that makes ten jobs a second")
  }

  private var withoutStates: Remedy.Step { patch(["status": ["stateHistory": .null]]) }

  var forgetClock: Remedy {
    Remedy(
      "forget the clock", [withoutStates],
      cost: "the history of states is forgotten; until the clocks agree it comes again")
  }

  /// Makes the controller write the status of the installation, and with it that of the extension.
  var writeStatus: Remedy {
    Remedy("have the status written anew", [withoutStates], cost: "the history of states is forgotten")
  }

  /// Sets the target namespace to that of the release.
  func keepingNamespace(_ namespace: String) -> Remedy {
    Remedy(
      "ask for the namespace it is in", [patch(["spec": ["targetNamespace": .string(namespace)]])],
      cost: "to have it in another, uninstall it and install it there")
  }

  /// Changes an annotation, because only a write wakes the controller.
  var nudge: Remedy {
    let version = installation.resourceVersion
    let mark = version.isEmpty ? "1" : version
    return Remedy(
      // Writing the same value again would change nothing, and would not wake the controller.
      "nudge",
      [patch(["metadata": ["annotations": [Retry.nudgeAnnotation: .string(mark)]]])],
      cost: "an annotation that means nothing")
  }

  private var jobEnd: Remedy.Step {
    .send(
      RemedyRequest(
        resource: .jobs, namespace: namespace, name: installation.jobName,
        action: .merge(["spec": ["activeDeadlineSeconds": 1]])))
  }

  var endJob: Remedy {
    Remedy(
      "end the job", [jobEnd, .wait("the state is …Failed"), patch(["status": ["configHash": ""]])],
      cost: "what helm was doing is broken off; its release may stay pending, which must be unlocked before the retry")
  }

  func replacing(_ pod: PodProblem) -> Remedy {
    Remedy(
      "delete the pod",
      [
        .send(
          RemedyRequest(
            resource: .pods, namespace: pod.namespace, name: pod.name, action: .delete(withDependents: false)))
      ],
      cost: "StatefulSet \(pod.heldSet) does not replace it by itself, and makes it anew with what is asked for now")
  }

  func unlock(_ release: HelmRelease) -> Remedy {
    let secret = Remedy.Step.send(
      RemedyRequest(
        resource: .secrets, namespace: release.namespace, name: release.secretName,
        action: .delete(withDependents: false)))
    let after = installation.observed.state.isBusy ? startOver : retry
    return Remedy(
      "unlock helm and \(after.name)", [secret] + after.steps,
      cost: "objects that only the broken revision brought stay behind, owned by none")
  }

  func version(_ version: String) -> Remedy {
    Remedy("set the version to \(version)", [patch(["spec": ["extension": ["version": .string(version)]]])])
  }

  var delete: Remedy {
    Remedy(
      "uninstall",
      [
        .send(
          RemedyRequest(
            resource: dialect.installations, namespace: nil, name: installation.name,
            action: .delete(withDependents: false)))
      ], cost: "the extension is uninstalled; about 2 s must pass between its end and a new install")
  }

  var force: Remedy {
    Remedy(
      "remove by force", [patch(["metadata": ["annotations": [Change.forceDeleteAnnotation: ""]]])] + delete.steps,
      cost: "hooks do not run, and what objects own stays behind; agents in member clusters come first")
  }

  /// With `ksxd`, which then leaves only what finalizers hold.
  var forceLeaving: Remedy {
    Remedy(
      "remove by force", force.steps,
      cost: "hooks do not run, and what is held stays behind until its finalizers are gone")
  }

  /// For installations whose controllers keep a log.
  var log: Remedy { Remedy("read why", [.manual("ksx logs \(installation.extension)")]) }

  /// Removes the finalizers `others` from the installation, and keeps the rest.
  func dropFinalizers(_ others: [String]) -> Remedy {
    let rest = self.finalizers.filter { !others.contains($0) }
    return Remedy(
      "take the finalizers off",
      [patch(["metadata": ["finalizers": rest.isEmpty ? .null : .sequence(rest.map(Value.string))]])],
      cost: "what that program wanted to do before stays undone")
  }

  /// A stand-in ExtensionVersion with just the fields that the controller needs to continue a deletion.
  var standIn: Remedy {
    let name = dialect.versionName(installation.extension, installation.version)
    let object = Object(
      dialect.extensionVersions, name: name, labels: [dialect.extensionLabel: installation.extension],
      ["spec": ["version": .string(installation.version), "installationMode": "HostOnly"]])
    let create = RemedyRequest(resource: dialect.extensionVersions, namespace: nil, name: name, action: .create(object))
    let remove = RemedyRequest(
      resource: dialect.extensionVersions, namespace: nil, name: name, action: .delete(withDependents: false))
    return Remedy(
      "put a stand-in for the version",
      [.send(create)] + nudge.steps + [.wait("the installation is gone"), .send(remove)],
      cost: "the stand-in must be deleted afterwards, or it is offered")
  }

  func resync(_ repository: String) -> Remedy {
    let request = RemedyRequest(
      resource: dialect.repositories, namespace: nil, name: repository,
      action: .merge(RepositoryChange.sync(wasRead: true, at: Timestamp(secondsSince1970: 0), in: dialect)))
    return Remedy(
      "read the repository again", [.send(request), .wait("the version is there")] + nudge.steps,
      cost: "a chart that cannot be fetched meanwhile has its version deleted")
  }

  /// For versions whose repository is gone: the user needs only its address.
  ///
  /// An attempt that failed without them is then retried.
  func addRepository(_ name: String) -> Remedy {
    let called = name.isEmpty ? "NAME" : name
    let isFailed = installation.observed.state.isFailure && installation.canBeTriedAgain
    return Remedy(
      "add the repository again",
      [
        .manual("ksx repo add \(called) ADDRESS, with the address that it had"),
        .wait("the version is there"),
      ] + (isFailed ? retry : nudge).steps)
  }

  /// For charts whose download never ends.
  var chartsAnswer: Remedy {
    Remedy(
      "mend the repository", [.manual("make its charts answer again")],
      cost: "restarting the controller now leaves what it was fetching Preparing for ever")
  }

  /// Makes the controllers retry the agent in one member cluster.
  func agentRetry(_ cluster: String) -> Remedy {
    Remedy(
      "retry the agent in \(cluster)",
      [patch(["status": ["clusterSchedulingStatuses": .mapping([cluster: ["configHash": ""]])]])])
  }

  func forgetAgent(_ cluster: String) -> Remedy {
    Remedy(
      "forget the agent in \(cluster)",
      [patch(["status": ["clusterSchedulingStatuses": .mapping([cluster: .null])]])],
      cost: "the agent's release stays in that cluster")
  }

  /// Moves `cluster` to the end, so that it no longer holds up the clusters that follow it.
  func placing(last cluster: String) -> Remedy {
    let names = installation.clusters.filter { $0 != cluster } + [cluster]
    return Remedy(
      "put \(cluster) last", [patch(Self.placement(names))], cost: "it stays without an agent until it answers")
  }

  func placing(without cluster: String) -> Remedy {
    Remedy(
      "take \(cluster) out of the placement", [patch(Self.placement(installation.clusters.filter { $0 != cluster }))])
  }

  private static func placement(_ names: [String]) -> Value {
    ["spec": ["clusterScheduling": ["placement": ["clusters": .sequence(names.map(Value.string))]]]]
  }

  var placement: Remedy {
    Remedy(
      "place nothing", [patch(["spec": ["clusterScheduling": ["placement": ["clusters": []]]]])],
      cost: "agents that are there are removed")
  }
}
