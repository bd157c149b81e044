import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform

// Why a change cannot be begun. What a key answers and which keys are hinted both follow from this.
extension ConsoleState {
  /// Why a change of this kind makes no sense for `name` now and what to do instead, as a sentence; `nil` if its key
  /// leads to a plan or to a choice.
  ///
  /// With `version`, nothing must be chosen.
  func obstacle(to kind: ChangeKind, of name: String, version: String? = nil) -> Sentence? {
    guard let preflight = preflight() else { return "The capabilities of this cluster are not known yet." }
    let verb = Sentence(stringLiteral: kind.row.verb)
    if let reason = preflight.incapability(of: kind, for: name) { return "Cannot \(verb): \(reason)." }
    if let reason = unseenInstallations { return reason.asFullSentence }
    if !market.installations.isFilled { return "What is installed is not known yet." }
    guard let reason = reason(against: kind, of: name, version: version) else { return nil }
    guard let remedy = remedy(for: kind, of: name) else { return "Cannot \(verb): \(reason)." }
    return "Cannot \(verb): \(reason); \(remedy)."
  }

  /// The reason alone, as a clause.
  func reason(against kind: ChangeKind, of name: String, version: String? = nil) -> Sentence? {
    preflight()?.obstacle(to: kind, of: name) ?? (version == nil ? lackOfVersions(for: kind, of: name) : nil)
  }

  /// Whether the key for a change of this kind leads to a plan of `name` that can be applied, or to a choice, as far as
  /// is known.
  func isPossible(_ kind: ChangeKind, for name: String) -> Bool {
    if lackOfVersions(for: kind, of: name) != nil || !isAllowed(kind, for: name) { return false }
    if kind == .install { return !cannotInstall(name) }
    return change(kind, of: name).map { suitsCluster($0, name) } ?? true
  }

  /// Whether the plan of `change` could be applied, as far as is known.
  func canBeApplied(_ change: Change, to name: String) -> Bool {
    isAllowed(change.kind, for: name) && suitsCluster(change, name)
  }

  /// Whether a change of this kind is possible in the state of `name`, in this cluster and to this user, whatever its
  /// version.
  private func isAllowed(_ kind: ChangeKind, for name: String) -> Bool {
    guard !session.isReadOnly, market.installations.isFilled, let preflight = preflight(),
      preflight.obstacle(to: kind, of: name) == nil, preflight.prohibition(of: kind, for: name) == nil
    else { return false }
    if case .denied? = session.guards(at: Timestamp(secondsSince1970: Int(now.wall)))[kind] { return false }
    return true
  }

  private func suitsCluster(_ change: Change, _ name: String) -> Bool {
    guard change.version != nil, let context = versionsContext(for: name) else { return true }
    return !context.shortcomings(of: change, for: name).contains(where: \.isBlocking)
  }

  /// Why the installations are not known, if the user may not list them.
  private var unseenInstallations: Sentence? {
    guard !market.installations.isFilled, let dialect else { return nil }
    return rights.reason(against: Access("list", dialect.installations))
  }

  /// What helps where a change of this kind makes no sense, with its key.
  private func remedy(for kind: ChangeKind, of name: String) -> Sentence? {
    guard let installation = market.installed.of(name) else {
      return kind != .install && isPossible(.install, for: name) ? "\(key(.install)) installs it" : nil
    }
    let status = status(of: name)
    if installation.isBeingDeleted {
      guard kind != .retry, status.state.isFailure else { return nil }
      return isPossible(.forceDelete, for: name) ? "\(key(.forceDelete)) removes it by force" : nil
    }
    if kind == .install {
      if status.update(to: market.extensions[name]?.recommendedVersion ?? "") != nil, isPossible(.upgrade, for: name) {
        return "\(key(.upgrade)) upgrades it"
      }
      return isPossible(.configure, for: name) ? "\(key(.configure)) changes its config" : nil
    }
    guard kind == .rollBack, status.state.isFailure, isPossible(.uninstall, for: name) else { return nil }
    return isPossible(.retry, for: name)
      ? "\(key(.retry)) tries it again, \(key(.uninstall)) uninstalls it" : "\(key(.uninstall)) uninstalls it"
  }

  /// The key of a change of `kind`, or its command if it has no key.
  private func key(_ kind: ChangeKind) -> String {
    settings.keys(for: .change(kind), in: [.marketplace]).first ?? ":" + Command.change(kind).spokenName
  }
}

// What there is to choose from.
extension ConsoleState {
  /// The change to `version`, if given.
  ///
  /// Otherwise: to the recommended version, or back to the newest release that was Installed, or back from what failed.
  ///
  /// `nil` if the version must be chosen.
  func change(_ kind: ChangeKind, of name: String, to version: String? = nil) -> Change? {
    switch (kind.row.choice, version) {
    case (.version(.offered)?, let version?): return .install(version: version, config: "")
    case (.version(.newer)?, let version?): return .upgrade(to: version)
    case (.version(.former)?, let version?):
      return market.installed.of(name).map { memory(of: name).rollback(from: $0, to: version) }
    case (.version(.offered)?, nil): return recommended(of: name).map { .install(version: $0, config: "") }
    case (.version(.newer)?, nil):
      return recommended(of: name).flatMap { version in
        let wanted = market.installed.of(name)?.version ?? ""
        return VersionText(wanted) < VersionText(version) ? .upgrade(to: version) : nil
      }
    case (.version(.former)?, nil):
      guard let entry = rollbackTarget(of: name), entry.wasInstalled == true || status(of: name).state.isFailure
      else { return nil }
      return entry.change
    default: return nil
    }
  }

  /// The recommended version if it is offered, or the only offered version.
  private func recommended(of name: String) -> String? {
    let (offered, version) = (offeredVersions(of: name), market.extensions[name]?.recommendedVersion ?? "")
    if offered.count == 1 { return offered[0] }
    return offered.first { !version.isEmpty && VersionText($0) == VersionText(version) }
  }

  /// Why no version can be chosen for a change of this kind; `nil` if there is one, or that is not known.
  private func lackOfVersions(for kind: ChangeKind, of name: String) -> Sentence? {
    guard case .version(let versions)? = kind.row.choice, market.isFilled else { return nil }
    if versions == .former {
      return canRollBack(of: name)
        ? nil : "\(name) has nothing to go back to: no earlier release of it is known, and no older version is offered"
    }
    let offered = offeredVersions(of: name)
    let isGone = market.extensions[name] == nil && market.readable.extensions
    guard !offered.isEmpty || isGone || market.versions[name]?.isFilled == true else { return nil }
    if offered.isEmpty { return "no version of \(name) is offered" }
    guard versions == .newer, let present = market.installed.of(name)?.version,
      !offered.contains(where: { VersionText(present) < VersionText($0) })
    else { return nil }
    return "\(name) has \(present), and no newer version is offered"
  }

  /// Whether there is something to go back to: a former release, or an older version that is offered.
  private func canRollBack(of name: String) -> Bool {
    guard let installation = market.installed.of(name) else { return false }
    let present = VersionText(installation.version)
    // What ran before may still be read from the cluster.
    return !market.readable.extensions || offeredVersions(of: name).contains { VersionText($0) < present }
      || !memory(of: name).former(to: installation).isEmpty || !pastBeforeAttempt(of: name).isEmpty
  }

  /// The context of plans for `name`, with its versions as they are known for the list if no screen shows them.
  private func versionsContext(for name: String) -> PlanContext? {
    guard var context = planContext(for: name) else { return nil }
    if context.versions.isEmpty, let known = market.catalogue[name] {
      context.versions = Dictionary(known.map { ($0.version, $0) }, uniquingKeysWith: { $1 })
      context.gaps[.versions] = nil
    }
    return context
  }
}
