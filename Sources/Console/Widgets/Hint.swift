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
  /// The changes that are useful for the extension called `name` at present, the most useful first.
  ///
  /// Changes that would be refused are left out, whether because of its state, the cluster, the rights of this user or
  /// a guardrail.
  func hints(about name: String) -> [Hint] {
    let status = status(of: name)
    return kinds(for: status).filter { isPossible($0, for: name) }.map { Hint(.change($0), words(for: $0, status)) }
  }

  /// The kinds of changes that are useful in this state, if they are possible.
  private func kinds(for status: ExtensionStatus) -> [ChangeKind] {
    guard status.isInstalled else { return [.install] }
    if status.isBeingDeleted || status.state == .uninstallFailed {
      return status.state.isFailure ? [.retry, .forceDelete, .uninstall] : []
    }
    let recommended = market.extensions[status.name]?.recommendedVersion ?? ""
    if status.state.isFailure {
      let upgrade: [ChangeKind] = VersionText(status.wanted) < VersionText(recommended) ? [.upgrade] : []
      return [.rollBack, .retry, .enable, .disable] + upgrade + [.configure, .uninstall]
    }
    if status.isBusy { return [] }
    let update: [ChangeKind] = status.update(to: recommended) == nil ? [] : [.upgrade]
    let back: [ChangeKind] = rollbackTarget(of: status.name) == nil ? [] : [.rollBack]
    return update + [.enable, .configure, .disable] + back + [.uninstall]
  }

  private func words(for kind: ChangeKind, _ status: ExtensionStatus) -> String? {
    let recommended = market.extensions[status.name]?.recommendedVersion ?? ""
    // A version that changes at each cursor step would cost as many bytes as the step itself.
    if isSlow { return nil }
    switch kind {
    case .install where !recommended.isEmpty: return self.words("install {0}", recommended)
    case .upgrade where !recommended.isEmpty: return self.words("upgrade to {0}", recommended)
    case .rollBack:
      return rollbackTarget(of: status.name).map { self.words("roll back to {0}", $0.version) }
        ?? self.words("older version")
    default: return nil
    }
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
