import Client
import Extensions
import Operations
import Packages

/// A key to show on the current screen, and a description of it: `b roll back to 1.0.1`.
struct Hint: Hashable, Sendable {
  let action: Action
  /// The description of the action, with the object of the verb if there is one.
  let words: String

  init(_ action: Action, _ words: String? = nil) {
    (self.action, self.words) = (action, words ?? action.hint)
  }

  init(_ command: Command, _ words: String? = nil) { self.init(.command(command), words) }
}

extension [Hint] {
  /// Commands of the console, each with its default description.
  static func commands(_ commands: [Command]) -> [Hint] { commands.map { Hint($0) } }
}

extension ConsoleState {
  /// The changes that are possible for the extension called `name` at present, the most useful first.
  ///
  /// Changes that would be refused are left out, whether because of its state, the cluster or the rights of this user.
  func hints(about name: String) -> [Hint] {
    guard let preflight = preflight(), !session.isReadOnly else { return [] }
    let status = status(of: name)
    return kinds(for: status).filter { kind in
      kind != .rollBack || rollbackTarget(of: name) != nil || status.state.isFailure && canRollBack(of: name)
    }.filter { kind in
      kind != .install || !cannotInstall(name)
    }.filter { kind in
      preflight.obstacle(to: kind, of: name) == nil && preflight.prohibition(of: kind, for: name) == nil
    }.map { Hint(.change($0), words(for: $0, status)) }
  }

  private func kinds(for status: ExtensionStatus) -> [ChangeKind] {
    guard status.isInstalled else { return [.install] }
    if status.state.isFailure { return [.rollBack, .retry, .disable, .configure, .uninstall] }
    if status.isBusy { return [] }
    let update: [ChangeKind] =
      status.update(to: market.extensions[status.name]?.recommendedVersion ?? "") == nil ? [] : [.upgrade]
    return update + (status.isEnabled == false ? [.enable] : []) + [.configure, .disable, .rollBack, .uninstall]
  }

  private func words(for kind: ChangeKind, _ status: ExtensionStatus) -> String? {
    let recommended = market.extensions[status.name]?.recommendedVersion ?? ""
    let version =
      switch kind {
      case .install, .upgrade: recommended
      case .rollBack: rollbackTarget(of: status.name)?.version ?? ""
      default: ""
      }
    // A version that changes at each cursor step would cost as many bytes as the step itself.
    if version.isEmpty || isSlow { return nil }
    switch kind {
    case .install: return self.words("install {0}", version)
    case .upgrade: return self.words("upgrade to {0}", version)
    default: return self.words("roll back to {0}", version)
    }
  }

  /// Whether a rollback is possible: to a former release, or to an older version that is offered.
  private func canRollBack(of name: String) -> Bool {
    guard let installation = market.installed.of(name) else { return false }
    let present = VersionText(installation.version)
    return market.extensions[name]?.versions.contains { VersionText($0) < present } == true
      || !memory(of: name).former(to: installation).isEmpty
  }

  /// The former releases of `name`, from the records on this computer and from the cluster.
  func memory(of name: String) -> ReleaseMemory {
    let kept = records.memories[name] ?? ReleaseMemory()
    guard let installation = market.installed.of(name) else { return kept }
    return kept.completed(by: installation, market.extensions[name])
  }

  /// Requests from the cluster what ran before the upgrade of `name` that is in progress or failed, if that is not
  /// fully known.
  func pastBeforeAttempt(of name: String) -> [Subscription] {
    guard let installation = market.installed.of(name), capabilityState.capabilities != nil else { return [] }
    let state = status(of: name).state
    let isAsked = records.clusterPasts[name]?.installation.lastRun == installation.lastRun
    guard [.upgrading, .upgradeFailed].contains(state), !isAsked else { return [] }
    let isKnown = rollbackTarget(of: name).map { $0.wasInstalled == true && $0.origin == .kept } == true
    return isKnown && !status(of: name).isRunningUnknown
      ? [] : reading(.past(of: name), stamp: installation.lastRun)
  }

  /// The default target of a rollback: the newest release that is known to have been Installed.
  func rollbackTarget(of name: String) -> ReleaseMemory.Entry? {
    market.installed.of(name).flatMap { memory(of: name).target(from: $0) }
  }
}
