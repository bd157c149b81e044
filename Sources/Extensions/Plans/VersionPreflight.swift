import Client
import KubernetesAPI
import Manifest
import Packages
import Platform

extension PlanContext {
  /// The problems of `version` of the extension called `name` in this cluster: unmet constraints on the server and on
  /// other extensions.
  package func shortcomings(of version: String, for name: String) -> [Plan.Problem] {
    let subject = PlanSubject(change: .install(version: version, config: ""), name: name, context: self)
    return subject.compatibilityProblems + subject.dependencyProblems
  }

  /// The problems of the version that `change` leads to: that it is not offered, or does not suit this cluster.
  package func shortcomings(of change: Change, for name: String) -> [Plan.Problem] {
    let subject = PlanSubject(change: change, name: name, context: self)
    return subject.offerProblems + subject.compatibilityProblems + subject.dependencyProblems
  }

  /// The installed extensions that need the one called `name`, each with that dependency.
  package func dependants(of name: String) -> [(name: String, dependency: ExtensionVersion.Dependency)] {
    installedVersions.sorted { $0.key < $1.key }.flatMap { other, version in
      version.dependencies.filter { $0.name == name && $0.type == "extension" && other != name }.map { (other, $0) }
    }
  }
}

// Checks whether a version is available and suits this cluster.
extension PlanSubject {
  /// The problems of the chosen version.
  var versionProblems: [Plan.Problem] {
    if change.row.removes { return goneVersionProblems + goneReleaseProblems + absenceFromRepositoryProblems }
    guard let version = change.version else { return [] }
    let missing = offerProblems(version)
    let own = compatibilityProblems + downgradeProblems(version) + absenceFromRepositoryProblems + kindProblems
    return missing.isEmpty ? own : missing
  }

  /// The problem that the version is not offered, or that it is older.
  var offerProblems: [Plan.Problem] {
    if change.row.removes { return goneVersionProblems + goneReleaseProblems + absenceFromRepositoryProblems }
    guard let version = change.version else { return [] }
    let missing = offerProblems(version)
    return missing.isEmpty ? downgradeProblems(version) + absenceFromRepositoryProblems : missing
  }

  /// Versions that no repository has any more are kept only as long as they are installed or asked for.
  private var absenceFromRepositoryProblems: [Plan.Problem] {
    let target = change.version.flatMap { context.version($0) }
    if let target, let absence = target.absence {
      return [warning("version \(target.version) is \(absence): it is kept only while it is installed")]
    }
    let present = installation.map { context.runningVersion ?? $0.version } ?? ""
    guard target != nil || change.row.removes, let left = context.version(present), let absence = left.absence else {
      return []
    }
    return [warning("version \(left.version) is \(absence): once it is left there is no way back to it")]
  }

  private func offerProblems(_ version: String) -> [Plan.Problem] {
    let offered = context.offered(name)
    guard offered.contains(where: { VersionText($0) == VersionText(version) }) else {
      // If the list cannot be read, a warning says so, and the cluster decides.
      if offered.isEmpty, context.gaps[.versions] != nil { return [] }
      if offered.isEmpty { return [blocking("\(name) has no version \(version); the cluster offers none")] }
      let list = offered.prefix(5).joined(separator: ", ") + (offered.count > 5 ? ", …" : "")
      return [blocking("\(name) has no version \(version); there is \(list)")]
    }
    return []
  }

  /// Without its version object the controller abandons an installation, even a deleted one (docs/KUBESPHERE.md:
  /// Reconciling).
  var goneVersionProblems: [Plan.Problem] {
    let isMissing = installation.map { !context.versions.isEmpty && context.version($0.version) == nil } ?? false
    guard let installation, context.isVersionGone || change.row.removes && isMissing else { return [] }
    let text: Sentence =
      change.row.removes
      ? "version \(installation.version) is no longer offered: the uninstall will not end until \(name) is set to a version that is"
      : "version \(installation.version) is no longer offered: this is stored, and not carried out until \(name) is set to a version that is"
    return [Plan.Problem(isBlocking: false, text, leavesItUndone: true)]
  }

  /// Without a helm release the controller removes only the installation (docs/KUBESPHERE.md: Reconciling).
  private var goneReleaseProblems: [Plan.Problem] {
    guard context.isReleaseGone, let installation else { return [] }
    return [
      warning(
        "helm keeps no release of \(name): all that it has brought stays in \(installation.targetNamespace), and is served; ksx doctor \(name) says how to have a release again"
      )
    ]
  }

  private func downgradeProblems(_ version: String) -> [Plan.Problem] {
    guard change.kind == .upgrade, let installation, let to = SemanticVersion(version),
      case let running = context.runningVersion ?? installation.version, let from = SemanticVersion(running), to < from
    else { return [] }
    return [warning("\(version) is older than \(running): this is a downgrade")]
  }

  /// The server does not check these kinds when it accepts the installation, but helm refuses the whole chart.
  private var kindProblems: [Plan.Problem] {
    context.missingKinds.map {
      warning("its chart has a \($0.words), which this cluster does not know and the chart does not bring")
    }
  }

  fileprivate var compatibilityProblems: [Plan.Problem] {
    guard let target else { return [] }
    return compatibility("Kubernetes", target.kubeVersion, context.kubernetesVersion)
      + compatibility("KubeSphere", target.ksVersion, context.kubeSphereVersion)
  }

  /// The problem if a server's version does not meet `constraint`.
  func compatibility(_ what: String, _ constraint: String, _ server: String) -> [Plan.Problem] {
    if constraint.isEmpty { return [] }
    guard let version = SemanticVersion(server) else {
      // If the server could not be read, a gap's warning covers all checks that need it.
      return context.gaps[.server] == nil
        ? [warning("it needs \(what) \(constraint); the version of \(what) is not known here, so that is not checked")]
        : []
    }
    guard let parsed = VersionConstraint(constraint) else {
      return [warning("its condition on \(what), “\(constraint)”, cannot be read")]
    }
    if parsed.allows(version) { return [] }
    // Kubernetes vendors name their builds like pre-releases (docs/KUBESPHERE.md: Extension status).
    if parsed.allows(version.release) {
      return [warning("it needs \(what) \(constraint); \(server) counts as a pre-release, which that leaves out")]
    }
    // A rollback must always be possible: the server does not check this (docs/KUBESPHERE.md: Changes).
    return [Plan.Problem(isBlocking: change.kind != .rollBack, "it needs \(what) \(constraint); this is \(server)")]
  }
}
