import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

// Versions: without the ExtensionVersion that the spec asks for, the controller does nothing at all.
extension Diagnosis {
  var versionFinding: Finding? {
    guard examined.version == .missing else { return unnoticed }
    let object = examined.dialect.versionName(installation.extension, installation.version)
    let gone = Finding.Evidence("ExtensionVersion \(object)", "", saying: "not there")
    // Setting the version that runs needs no Job; setting the newest would be an upgrade.
    let running = examined.releases.value?.deployed?.chartVersion ?? ""
    let best = examined.offered.first { VersionText($0) == VersionText(running) } ?? examined.offered.first
    let other = best.map { [remedies.version($0)] } ?? []
    if installation.isBeingDeleted {
      // The controllers of ksxd can uninstall without the ExtensionVersion.
      if installation.isManagedByStandalone { return nil }
      return finding(
        .versionGoneTerminating,
        "version \(installation.version) is no longer there, and without it the controller does not go on with the deletion",
        [gone, deletion], .certain, other + [remedies.standIn])
    }
    guard examined.hasStatus else {
      return finding(
        .versionUnknown, "there is no version \(installation.version): nothing happens, and nothing is said of it",
        [gone, Finding.Evidence(name, "status", saying: "not there")], .certain, other + back + [remedies.delete])
    }
    return vanished([gone, stateEvidence], other + back)
  }

  /// A version that no repository has any more, and that is there as long as it is installed.
  var keptVersion: Finding? {
    let status = ExtensionStatus(installation.extension, examined.extension.value, installation)
    guard let absence = status.absence(among: examined.versions),
      let kept = examined.versions.first(where: { VersionText($0.version) == VersionText(status.running) })
        ?? examined.version.value
    else { return nil }
    let field = "metadata.annotations[\(ExtensionVersion.goneAnnotation)]"
    let sign = Finding.Evidence("ExtensionVersion \(kept.name)", field, at: kept.goneSince ?? "")
    return finding(
      .versionKept, "\(absence): once it is left there is no way back to it", [sign], .note, [])
  }

  private var source: String { examined.extension.value?.repository ?? "" }

  /// Remedies that bring the version back.
  private var back: [Remedy] {
    let isGone = examined.isRepositoryGone || examined.extension == .missing
    return isGone ? [remedies.addRepository(source)] : source.isEmpty ? [] : [remedies.resync(source)]
  }

  private func vanished(_ evidence: [Finding.Evidence], _ remedies: [Remedy]) -> Finding {
    let text: Sentence =
      examined.extension == .missing
      ? "its extension and its versions are gone, as after a repository was deleted: changes are taken and not carried out"
      : state.isFailure
        ? "version \(installation.version) is no longer offered, and without it no change can be carried out"
        : "version \(installation.version) is no longer offered: changes are taken and not carried out"
    let repository = Finding.Evidence("Repository \(source)", "", saying: "not there")
    return finding(
      .versionGone, text, evidence + (examined.isRepositoryGone ? [repository] : []), .certain, remedies)
  }

  /// Nothing can be created in a Terminating namespace, not even a record of why.
  var namespaceFinding: Finding? {
    guard let namespace = examined.leavingNamespace, !installation.isBeingDeleted else { return nil }
    let object = "Namespace \(namespace.name)"
    let held = (namespace.status["conditions"]?.sequence ?? []).filter {
      $0["status"] == "True"
        && ["NamespaceFinalizersRemaining", "NamespaceContentRemaining"].contains($0["type"]?.string)
    }
    let signs = held.map { condition in
      Finding.Evidence(
        object, "status.conditions[\(condition["type"]?.string ?? "")]", condition["message"]?.string ?? "",
        time: condition["lastTransitionTime"]?.string ?? "")
    }
    return finding(
      .namespaceTerminating,
      "namespace \(namespace.name) is being deleted, and nothing can be made in it: it goes on once that is gone",
      [Finding.Evidence(object, "status.phase", saying: "Terminating")] + signs, .certain,
      [
        Remedy(
          "let the namespace go",
          [.manual("see what holds it: its conditions name what is left and whose finalizers stay")])
      ])
  }

  /// An installation that the controller has not noticed, for example because its ExtensionVersion was created later.
  private var unnoticed: Finding? {
    guard !examined.areControllersDown, examined.dialect.name == .installPlan else { return nil }
    if let change = examined.passedBy { return passedBy(change) }
    guard examined.version.value != nil, !examined.hasStatus, !installation.isBeingDeleted,
      let age = age(installation.created), age > 30
    else { return nil }
    if examined.untouched >= 1 {
      return finding(
        .repositoryHangs,
        "\(examined.untouched + 1) installations have no status at all: two charts that are being fetched without end stop all others, or the controller is down",
        [Finding.Evidence(name, "status", saying: "not there", time: installation.created)], .likely,
        [remedies.chartsAnswer])
    }
    return finding(
      .notNoticed, "the controller has not noticed it: a version that appears later wakes nobody",
      [Finding.Evidence(name, "status", saying: "not there", time: installation.created)], .likely, [remedies.nudge])
  }

  private func passedBy(_ change: UnobservedChange) -> Finding {
    finding(
      .notNoticed,
      "the controller has not noticed what is asked for: its version appeared later, which wakes no controller",
      [
        Finding.Evidence(name, change.field, saying: change.values, time: change.since),
        Finding.Evidence(
          "ExtensionVersion \(examined.version.value?.name ?? "")", "metadata.creationTimestamp",
          at: examined.version.value?.created ?? ""),
      ], .likely, [remedies.nudge])
  }

  var nameFinding: Finding? {
    guard installation.name != installation.extension else { return nil }
    return finding(
      .planName,
      "it is not called like its extension, so that jobs and releases are told to another name: its states lag",
      [Finding.Evidence(name, "spec.extension.name", installation.extension)], .certain, [remedies.nudge])
  }
}
