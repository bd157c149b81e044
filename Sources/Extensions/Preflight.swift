import Client
import Manifest

// What speaks against a change. The cluster checks almost none of this (docs/KUBESPHERE.md: Admission, Changes).
extension PlanSubject {
  var problems: [Plan.Problem] {
    if let incapability { return [blocking(incapability)] }
    // Of something that is not there nothing else is worth saying.
    let absence = absenceProblems
    if !absence.isEmpty { return absence + configProblems }
    return rightsProblems + presenceProblems + versionProblems + configProblems + dependencyProblems
      + dependentProblems
  }

  /// Why the controllers of this cluster would not carry the change out, though the API would take it.
  var incapability: String? {
    // A standalone backend's controllers carry out all that a Subscription of any era can ask for.
    if installation?.isKeptByStandalone == true, context.dialect.era != .plugin, change.feature != .clusterScheduling {
      return nil
    }
    return context.capabilities.reason(against: change.feature)
  }

  /// Who may not do it in general may still do it to this one, until the cluster has said no to that as well.
  private var rightsProblems: [Plan.Problem] {
    let needed = change.accesses(to: installation?.name ?? name, in: context.dialect)
    let refusals = needed.compactMap { access in
      context.rights.reason(against: access).map {
        Plan.Problem(isBlocking: context.rights.knows(access), $0)
      }
    }
    guard context.versions.isEmpty,
      let reason = context.rights.reason(against: Access("list", context.dialect.extensionVersions))
    else { return refusals }
    return refusals + [warning("\(reason); what this version needs is not checked")]
  }

  private func blocking(_ text: String) -> Plan.Problem { Plan.Problem(isBlocking: true, text) }
  private func warning(_ text: String) -> Plan.Problem { Plan.Problem(isBlocking: false, text) }

  private var absenceProblems: [Plan.Problem] {
    if installation != nil { return [] }
    guard case .install = change else { return [blocking("\(name) is not installed")] }
    return context.extensions[name] != nil
      ? [] : [blocking("there is no extension \(name) in this cluster's marketplace")]
  }

  private var presenceProblems: [Plan.Problem] {
    guard let installation else { return [] }
    if case .install = change {
      if installation.isBeingDeleted { return [blocking("\(name) is still being uninstalled; wait until it is gone")] }
      return [blocking("\(name) is already there, version \(installation.version)\(inState(installation))")]
    }
    return stateProblems(installation) + nameProblems(installation) + sameness(installation)
  }

  private func inState(_ installation: Installation) -> String {
    installation.state == .none ? "" : ", \(installation.state.word)"
  }

  private func stateProblems(_ installation: Installation) -> [Plan.Problem] {
    if change == .forceDelete { return forceProblems(installation) }
    if installation.isBeingDeleted {
      return [blocking("\(name) is already being uninstalled")]
    }
    let word = installation.state.word
    switch change {
    case .enable, .disable:
      if installation.state == .installed || installation.state == .none { return [] }
      return [warning("\(name) is \(word); this takes effect once it is Installed")]
    case .uninstall:
      guard installation.state.isBusy else { return [] }
      return [warning("\(name) is \(word); an uninstall now interrupts that. Wait for it to end if you can")]
    default:
      guard installation.state.isBusy else { return [] }
      return [warning("\(name) is \(word); this is taken up only when that has ended. Wait for it if you can")]
    }
  }

  /// It is for what cannot be uninstalled otherwise.
  private func forceProblems(_ installation: Installation) -> [Plan.Problem] {
    var problems = [
      warning("hooks that clean up do not run, and what is left behind must be removed by hand before a new install")
    ]
    if !installation.isBeingDeleted, !installation.state.isFailure {
      let state = installation.state == .none ? "" : "\(name) is \(installation.state.word): "
      problems.insert(warning("\(state)an ordinary uninstall has not failed; try that first"), at: 0)
    }
    return problems
  }

  /// Only plans named like their extension are followed (docs/KUBESPHERE.md: Admission).
  private func nameProblems(_ installation: Installation) -> [Plan.Problem] {
    guard context.dialect.name == .installPlan, installation.name != installation.extension else { return [] }
    return [
      warning(
        "\(kind) \(installation.name) is for the extension \(installation.extension): the controller follows only plans named like their extension"
      )
    ]
  }

  private func sameness(_ installation: Installation) -> [Plan.Problem] {
    let isSameConfig = change.config.map { ConfigHash.trimmed($0) == ConfigHash.trimmed(installation.config) } ?? true
    let retry =
      installation.state.isFailure
      ? "; \(installation.state.word) is tried again only when the config or the version changes, if only by a comment"
      : ""
    switch change {
    case .enable where installation.isEnabled: return [blocking("\(name) is already enabled")]
    case .disable where !installation.isEnabled: return [blocking("\(name) is already disabled")]
    case .upgrade(installation.version):
      return [blocking("\(name) is already at version \(installation.version)\(retry)")]
    case .rollback(installation.version, _) where isSameConfig:
      return [blocking("\(name) already has version \(installation.version) with this config\(retry)")]
    case .place(let clusters) where clusters == installation.clusters && !installation.hasClusterSelector:
      return [blocking(clusters.isEmpty ? "\(name) has no agents" : "\(name) has its agents there already")]
    case .place(let clusters) where !clusters.isEmpty && target?.isMulticluster == false:
      return [blocking("\(name) \(installation.version) runs in the host cluster only: it has no agents")]
    case .configure where isSameConfig: return [blocking("\(name) already has this config\(retry)")]
    default: return []
    }
  }

  private var versionProblems: [Plan.Problem] {
    if change.removes { return goneVersionProblems }
    guard let version = change.version else { return [] }
    let known = context.versions.isEmpty ? context.extensions[name]?.versions ?? [] : Array(context.versions.keys)
    guard known.contains(version) else {
      let offered = known.sorted { SemanticVersion.precedes($1, $0) }
      let list = offered.isEmpty ? "the cluster offers none" : "there is \(offered.prefix(5).joined(separator: ", "))"
      return [blocking("\(name) has no version \(version); \(list)\(offered.count > 5 ? ", …" : "")")]
    }
    return compatibilityProblems + downgradeProblems(version)
  }

  /// Without its version object the controller forgets an installation, even one being deleted (docs/KUBESPHERE.md: Reconciling).
  private var goneVersionProblems: [Plan.Problem] {
    guard let installation, !context.versions.isEmpty, context.versions[installation.version] == nil else { return [] }
    return [
      warning(
        "version \(installation.version) is no longer offered: the uninstall will not end until \(name) is set to a version that is"
      )
    ]
  }

  private func downgradeProblems(_ version: String) -> [Plan.Problem] {
    guard case .upgrade = change, let installation, let to = SemanticVersion(version),
      let from = SemanticVersion(installation.version), to < from
    else { return [] }
    return [warning("\(version) is older than \(installation.version): this is a downgrade")]
  }

  private var compatibilityProblems: [Plan.Problem] {
    guard let target else { return [] }
    return compatibility("Kubernetes", target.kubeVersion, context.kubernetesVersion)
      + compatibility("KubeSphere", target.ksVersion, context.kubeSphereVersion)
  }

  private func compatibility(_ what: String, _ constraint: String, _ server: String) -> [Plan.Problem] {
    guard !constraint.isEmpty, let version = SemanticVersion(server) else { return [] }
    guard let parsed = VersionConstraint(constraint) else {
      return [warning("its condition on \(what), “\(constraint)”, cannot be read")]
    }
    if parsed.allows(version) { return [] }
    // Kubernetes' vendors name their builds like pre-releases (docs/KUBESPHERE.md: Extension status).
    if parsed.allows(version.release) {
      return [warning("it needs \(what) \(constraint); \(server) counts as a pre-release, which that leaves out")]
    }
    // Going back must stay possible: the server does not check this (docs/KUBESPHERE.md: Changes).
    var isRollback = false
    if case .rollback = change { isRollback = true }
    return [Plan.Problem(isBlocking: !isRollback, "it needs \(what) \(constraint); this is \(server)")]
  }

  private var configProblems: [Plan.Problem] {
    guard let config = change.config else { return [] }
    do throws(SyntaxError) {
      guard let node = try YAML.node(config), node.value != .null, node.value.mapping == nil else { return [] }
      throw node.mistake("the config must be a mapping")
    } catch {
      return [blocking("config: \(error)")]
    }
  }
}
