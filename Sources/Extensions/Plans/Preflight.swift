import Client
import KubernetesAPI
import Manifest
import Packages
package import Platform

/// Whether a change of some kind can be made at all, before its version or config is chosen.
///
/// The console calls this when a key is pressed, and a plan calls it again; both show the same message.
package struct Preflight: Sendable {
  let context: PlanContext

  package init(_ context: PlanContext) { self.context = context }

  /// Why a change of this kind cannot be made to the extension called `name`; `nil` if it can.
  package func obstacle(to kind: ChangeKind, of name: String) -> Sentence? {
    incapability(of: kind, for: name) ?? absence(for: kind, of: name) ?? presence(against: kind, of: name)
  }

  /// Why the controllers of this cluster would not carry it out, although the API would accept it.
  package func incapability(of kind: ChangeKind, for name: String?) -> Sentence? {
    let feature = kind.row.feature
    // A standalone backend's controllers carry out all that a Subscription of any era can ask for.
    if let name, context.installation(of: name)?.isManagedByStandalone == true, context.dialect.era != .plugin,
      feature != .clusterScheduling
    {
      return nil
    }
    return context.capabilities.reason(against: feature)
  }

  /// Why this user may not make this change to the extension called `name`, or to any, if the cluster has said so.
  package func prohibition(of kind: ChangeKind, for name: String? = nil) -> Sentence? {
    let object = name.map { context.installation(of: $0)?.name ?? $0 }
    return kind.accesses(to: object, in: context.dialect).lazy.compactMap { context.rights.reason(against: $0) }.first
  }

  /// The obstacle that the required extension or installation does not exist.
  func absence(for kind: ChangeKind, of name: String) -> Sentence? {
    if context.installation(of: name) != nil { return nil }
    guard kind == .install else { return "\(name) is not installed" }
    return context.extensions[name] == nil && context.gaps[.extension] == nil
      ? "there is no extension \(name) in this cluster's marketplace" : nil
  }

  /// The obstacle in the present state of the installation.
  func presence(against kind: ChangeKind, of name: String) -> Sentence? {
    guard let installation = context.installation(of: name) else { return nil }
    if kind == .install {
      if installation.isBeingDeleted { return "\(name) is still being uninstalled; wait until it is gone" }
      if installation.state == .none { return "\(name) is already there, version \(installation.version)" }
      return "\(name) is already there, version \(installation.version), \(installation.state.name)"
    }
    if kind.row.triesAgain { return Retry.obstacle(installation, name) }
    if installation.isBeingDeleted, kind != .forceDelete { return "\(name) is already being uninstalled" }
    guard let isEnabled = kind.row.enables, installation.isEnabled == isEnabled else { return nil }
    return isEnabled ? "\(name) is already enabled" : "\(name) is already disabled"
  }
}

// The problems of a change. The cluster checks almost none of this (docs/KUBESPHERE.md: Admission, Changes).
extension PlanSubject {
  var problems: [Plan.Problem] {
    if let incapability { return [blocking(incapability)] }
    if case .denied(let reason)? = context.guards[change.kind] { return [blocking(reason)] }
    // If the object does not exist, no other problem but the config's matters.
    let absence = absenceProblems
    if !absence.isEmpty { return absence + configProblems }
    return rightsProblems + presenceProblems + namespaceProblems + versionProblems + configProblems
      + dependencyProblems + dependentProblems + gapProblems
  }

  /// Why the controllers of this cluster would not carry the change out, although the API would accept it.
  var incapability: Sentence? { Preflight(context).incapability(of: change.kind, for: name) }

  /// A user without the general right may have it for this object, so only a verdict on this object blocks.
  var rightsProblems: [Plan.Problem] {
    let needed = change.kind.accesses(to: installation?.name ?? name, in: context.dialect)
    return needed.compactMap { access in
      context.rights.reason(against: access).map {
        Plan.Problem(isBlocking: context.rights.knows(access), $0)
      }
    }
  }

  /// Warnings about sources of this change's checks that are not read yet or cannot be read.
  private var gapProblems: [Plan.Problem] {
    PlanSource.allCases.compactMap { source in
      guard change.row.reads.contains(source), let gap = context.gaps[source] else { return nil }
      switch gap {
      case .pending:
        let (subject, consequence) = (source.subject(name), source.consequence(name))
        return warning(
          source.isPlural ? "\(subject) are not read yet; \(consequence)" : "\(subject) is not read yet; \(consequence)"
        )
      case .unreadable(let reason):
        return warning("\(source.subject(name)) cannot be read (\(reason)); \(source.consequence(name))")
      }
    }
  }

  /// A problem because of which the change must not be sent.
  func blocking(_ sentence: Sentence) -> Plan.Problem { Plan.Problem(isBlocking: true, sentence) }
  /// A problem that the user should know before the change is sent.
  func warning(_ sentence: Sentence) -> Plan.Problem { Plan.Problem(isBlocking: false, sentence) }

  var absenceProblems: [Plan.Problem] {
    Preflight(context).absence(for: change.kind, of: name).map { [blocking($0)] } ?? []
  }

  var presenceProblems: [Plan.Problem] {
    if let obstacle = Preflight(context).presence(against: change.kind, of: name) {
      return [Plan.Problem(isBlocking: true, obstacle, isAlreadySo: isAlreadyAsAskedFor)]
    }
    guard let installation else { return [] }
    let gone = change.version == nil && !change.row.removes ? goneVersionProblems : []
    return gone + stateProblems(installation) + nameProblems(installation) + sameness(installation) + clusterProblems
  }

  /// Whether `enabled` already has the requested value, or the requested version is already installed.
  private var isAlreadyAsAskedFor: Bool {
    guard let installation, !installation.isBeingDeleted else { return false }
    if change.row.enables != nil { return true }
    let isWanted = change.version.map { VersionText($0) == VersionText(installation.version) } ?? false
    return change.kind == .install && isWanted && !installation.state.isFailure
  }

  /// The namespace of a release is chosen once and cannot change (docs/KUBESPHERE.md: Eras).
  private var namespaceProblems: [Plan.Problem] {
    guard let wanted = change.namespace else { return [] }
    if let installation {
      let present = installation.targetNamespace
      if present.isEmpty || present == wanted { return [] }
      return [
        blocking(
          "\(name) is in namespace \(present), where it stays: a release cannot move to \(wanted); uninstall it first")
      ]
    }
    if let reason = context.capabilities.reason(against: .targetNamespace) {
      return [blocking("namespace \(wanted) cannot be chosen: \(reason)")]
    }
    return Syntax.isLabel(wanted)
      ? [] : [blocking("“\(wanted)” can be no namespace: small letters, digits and hyphens, 63 at most")]
  }

  /// KubeSphere silently skips a cluster in which it cannot place an agent (docs/KUBESPHERE.md: Placements).
  private var clusterProblems: [Plan.Problem] {
    guard change.kind == .place, let known = context.clusters else { return [] }
    return (change.clusters ?? []).compactMap { name in
      guard let cluster = known[name] else {
        return blocking("there is no cluster \(name)\(suggestionSentence(for: name, among: known.keys.sorted()))")
      }
      return cluster.obstacle.map { warning("cluster \(name): \($0); until that has changed no agent is made there") }
    }
  }

  private func stateProblems(_ installation: Installation) -> [Plan.Problem] {
    if change.kind == .forceDelete { return forceProblems(installation) }
    if change.row.triesAgain {
      return installation.state == .installed ? [warning("\(name) is Installed: nothing has failed")] : []
    }
    let state = installation.state
    let isFree = change.row.waitsForInstalled ? state == .installed || state == .none : !state.isBusy
    if isFree { return [] }
    let rest = change.sentence(change.row.whileBusy)
    return [Plan.Problem(isBlocking: false, "\(name) is \(state.name); \(rest)", isTransient: true)]
  }

  /// A forced removal is for installations that cannot be uninstalled otherwise.
  private func forceProblems(_ installation: Installation) -> [Plan.Problem] {
    var problems = [
      warning("hooks that clean up do not run, and what is left behind must be removed by hand before a new install")
    ]
    if !installation.isBeingDeleted, !installation.state.isFailure {
      let first: Sentence =
        installation.state == .none
        ? "an ordinary uninstall has not failed; try that first"
        : "\(name) is \(installation.state.name): an ordinary uninstall has not failed; try that first"
      problems.insert(warning(first), at: 0)
    }
    return problems
  }

  /// The controller handles only plans with the name of their extension (docs/KUBESPHERE.md: Admission).
  private func nameProblems(_ installation: Installation) -> [Plan.Problem] {
    guard context.dialect.name == .installPlan, installation.name != installation.extension else { return [] }
    return [
      warning(
        "\(kind) \(installation.name) is for the extension \(installation.extension): the controller follows only plans named like their extension"
      )
    ]
  }

  private func sameness(_ installation: Installation) -> [Plan.Problem] {
    if change.triesAgain(installation) { return [] }
    let isSameConfig = change.config.map(installation.hasConfig) ?? true
    let retry = installation.state.isFailure ? wayToRetry(installation) : ""
    let progress = retry.isEmpty ? progress(of: installation) : retry
    let isSameVersion = change.version.map(VersionText.init) == VersionText(installation.version)
    let isSamePlace = change.clusters == installation.clusters && !installation.hasClusterSelector
    switch change.kind {
    case .upgrade where isSameVersion:
      return [already("\(standing(installation))\(retry)", installation)]
    case .rollBack where isSameVersion && isSameConfig:
      return [already("\(name) already has version \(installation.version) with this config\(progress)", installation)]
    case .removeAgents where isSamePlace: return [already("\(name) has no agents", installation)]
    case .place where isSamePlace: return [already("\(name) has its agents there already", installation)]
    case .place where target?.isMulticluster == false:
      return [blocking("\(name) \(installation.version) runs in the host cluster only: it has no agents")]
    case .configure where isSameConfig: return [already("\(name) already has this config\(progress)", installation)]
    default: return []
    }
  }

  private func progress(of installation: Installation) -> Sentence {
    installation.state.isBusy ? "; it is \(installation.state.name) now, which ksx doctor \(name) looks into" : ""
  }

  private func wayToRetry(_ installation: Installation) -> Sentence {
    context.capabilities.has(.retry)
      ? "; it is \(installation.state.name), and ksx retry \(name) has it tried again as it is"
      : "; \(installation.state.name) is tried again only when the config or the version changes, if only by a comment"
  }

  /// There is nothing to change; this counts as done only if the installation has not failed.
  private func already(_ sentence: Sentence, _ installation: Installation) -> Plan.Problem {
    Plan.Problem(isBlocking: true, sentence, isAlreadySo: !installation.state.isFailure)
  }

  /// Says whether the version has been reached, or is only requested.
  private func standing(_ installation: Installation) -> Sentence {
    let version = installation.version
    if installation.isSettled || installation.state.isFailure || installation.state == .none {
      return "\(name) is already at version \(version)"
    }
    return
      "\(name) is to be at version \(version) already, which is not reached yet: it is \(installation.state.name)"
  }
}

extension PlanSource {
  fileprivate func subject(_ name: String) -> Sentence {
    switch self {
    case .extension: "what the marketplace says of \(name)"
    case .versions: "the versions of \(name)"
    case .dependants: "what the other extensions need"
    case .server: "the versions of Kubernetes and KubeSphere"
    case .clusters: "the member clusters"
    }
  }

  fileprivate var isPlural: Bool {
    switch self {
    case .versions, .server, .clusters: true
    case .extension, .dependants: false
    }
  }

  fileprivate func consequence(_ name: String) -> Sentence {
    switch self {
    case .extension: "whether it is offered is not checked"
    case .versions: "what this version needs is not checked"
    case .dependants: "whether one of them needs \(name) is not checked"
    case .server: "whether this version suits them is not checked"
    case .clusters: "whether they are there and take agents is not checked"
    }
  }
}
